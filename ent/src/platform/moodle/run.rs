//! One run: whose account it is, what the site offers, and what went wrong in parts.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::door::{Door, Problem};
use super::fields::{int, list, text};
use super::files::Waiting;
use super::others::{Oneself, drop_others};
use crate::connector::{Failure, Sink};
use crate::record::{Dropped, Piece, Record, SchoolYear, SourceId};

/// A run.
pub(super) struct Run<'a> {
    /// The site.
    pub(super) door: Door,
    /// Where things go.
    pub(super) sink: &'a mut dyn Sink,
    /// Whose account it is.
    pub(super) oneself: Oneself,
    /// The school's time.
    pub(super) zone: TimeZone,
    /// When it runs, in seconds since 1970.
    pub(super) now: i64,
    /// Files that are to be read at the end.
    pub(super) waiting: Vec<Waiting>,
    school: Option<String>,
    offered: BTreeSet<String>,
    trouble: Option<Failure>,
}

/// An answer of which everything is kept that may be.
pub(super) struct Kept {
    /// What it says.
    pub(super) value: Value,
    /// Where it is kept.
    pub(super) source: SourceId,
    /// What was taken out of it.
    pub(super) dropped: Vec<Dropped>,
}

impl<'a> Run<'a> {
    /// Asks the site who the account is, and what may be asked.
    pub(super) async fn begin(door: Door, sink: &'a mut dyn Sink, zone: TimeZone, now: i64) -> Result<Self, Failure> {
        let nobody = Oneself { id: 0, name: String::new() };
        let (waiting, offered) = (Vec::new(), BTreeSet::from([SITE_INFO.to_owned()]));
        let mut run = Self { door, sink, oneself: nobody, zone, now, waiting, school: None, offered, trouble: None };
        let info = match run.door.call(SITE_INFO, &[]).await {
            Ok(info) => info,
            Err(Problem::Stop(failure) | Problem::Part(failure)) => return Err(failure),
            // Without this function nothing of the account can be found.
            Err(Problem::Denied) => return Err(Failure::Closed("no web services for this account".to_owned())),
        };
        let id = int(&info, "userid").filter(|id| *id > 0);
        run.oneself = Oneself {
            id: id.ok_or_else(|| Failure::Changed("the site does not say whose account it is".to_owned()))?,
            name: text(&info, "fullname").unwrap_or_default(),
        };
        run.door.is_called(text(&info, "siteurl").as_deref());
        run.school = text(&info, "sitename");
        run.offered = list(&info, "functions").iter().filter_map(|function| text(function, "name")).collect();
        if run.offered.is_empty() {
            return Err(Failure::Changed("the site does not say what it offers".to_owned()));
        }
        run.keep(info)?;
        Ok(run)
    }

    /// Whether the site offers a function.
    pub(super) fn offers(&self, function: &str) -> bool {
        self.offered.contains(function)
    }

    /// Calls a function and keeps its answer; nothing when the site does not give it, or gives what can't be read.
    pub(super) async fn ask(&mut self, function: &str, parameters: &[(&str, String)]) -> Result<Option<Kept>, Failure> {
        if !self.offers(function) {
            return Ok(None);
        }
        let answer = self.door.call(function, parameters).await;
        match self.settle(answer)? {
            Some(answer) => self.keep(answer).map(Some),
            None => Ok(None),
        }
    }

    /// Keeps an answer without others in it.
    pub(super) fn keep(&mut self, mut value: Value) -> Result<Kept, Failure> {
        let dropped = drop_others(&mut value, &self.oneself);
        let source = self.sink.source(value.to_string().as_bytes(), "application/json")?;
        Ok(Kept { value, source, dropped })
    }

    /// Hands a record over.
    pub(super) fn piece(
        &mut self,
        key: String,
        year: Option<SchoolYear>,
        record: Record,
        from: &Kept,
    ) -> Result<(), Failure> {
        let (school, dropped) = (self.school.clone(), from.dropped.clone());
        self.sink.piece(Piece { key, year, school, pupil: None, record, source: from.source, dropped })
    }

    /// What was got; nothing when only this part fails, which is told at the end.
    pub(super) fn settle<T>(&mut self, got: Result<T, Problem>) -> Result<Option<T>, Failure> {
        match got {
            Ok(got) => Ok(Some(got)),
            Err(Problem::Stop(failure)) => Err(failure),
            Err(Problem::Part(failure)) => {
                self.trouble.get_or_insert(failure);
                Ok(None)
            }
            Err(Problem::Denied) => Ok(None),
        }
    }

    /// Something in an answer has no form that is known.
    pub(super) fn unknown(&mut self, what: &str) {
        self.trouble.get_or_insert_with(|| Failure::Changed(what.to_owned()));
    }

    /// What was kept under a name for this version.
    pub(super) fn remembered(&mut self, name: &str, version: &str) -> Result<Option<Kept>, Failure> {
        let noted = self.sink.noted(name)?;
        let rest = noted.as_deref().and_then(|noted| noted.strip_prefix(version)?.strip_prefix(' '));
        let known = rest.and_then(|rest| serde_json::from_str::<(SourceId, Vec<Dropped>)>(rest).ok());
        Ok(known.map(|(source, dropped)| Kept { value: Value::Null, source, dropped }))
    }

    /// Remembers under a name what was kept for this version; its value is not.
    pub(super) fn remember(&mut self, name: &str, version: &str, kept: &Kept) -> Result<(), Failure> {
        match serde_json::to_string(&(kept.source, &kept.dropped)) {
            Ok(known) => self.sink.note(name, &format!("{version} {known}")),
            // It will be asked for again.
            Err(_) => Ok(()),
        }
    }

    /// Ends the run.
    ///
    /// # Errors
    /// The first part that failed.
    pub(super) fn end(self) -> Result<(), Failure> {
        self.trouble.map_or(Ok(()), Err)
    }
}

const SITE_INFO: &str = "core_webservice_get_site_info";
