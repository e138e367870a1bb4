//! Taking in files: the account they are kept for, the order of writing, and what is shown at the end.
//!
//! Of each file the source is written first, then the records that name it. Views are rendered once, at the end; whoever takes a file
//! away afterwards knows that all of it is durable.

use std::io::{self, SeekFrom};

use cartable_fs::bag::Bag;
use parking_lot::MutexGuard;
use zeroize::Zeroizing;

use super::incoming::Incoming;
use super::read::{Body, Known, Looked, look};
use super::{InboxError, Outcome, Refusal};
use crate::account::{Account, Counts, Ended};
use crate::collect::{How, today};
use crate::collection::{Collection, Run, StreamError};
use crate::connector::{Secret, Sink};
use crate::record::{AccountId, Platform, Record, SchoolYear};

/// What the account is called.
const NAME: &str = "inbox";

/// Takes in one file after the other.
pub(super) struct Intake<'a> {
    bag: &'a Bag,
    how: &'a How,
    /// Opened when the first file is kept.
    into: Option<(Collection, Account)>,
    counts: Counts,
    /// Two who mark and render the same units would take each other's marks away.
    _alone: MutexGuard<'a, ()>,
}

impl<'a> Intake<'a> {
    /// Waits until nobody collects.
    pub(super) fn new(bag: &'a Bag, how: &'a How) -> Self {
        Self::alone(bag, how, bag.collecting())
    }

    /// As [`Intake::new`]; none while somebody collects.
    pub(super) fn now(bag: &'a Bag, how: &'a How) -> Option<Self> {
        bag.try_collecting().map(|alone| Self::alone(bag, how, alone))
    }

    fn alone(bag: &'a Bag, how: &'a How, alone: MutexGuard<'a, ()>) -> Self {
        Self { bag, how, into: None, counts: Counts::default(), _alone: alone }
    }

    /// Takes in a file.
    ///
    /// # Errors
    /// [`InboxError`], when the bag fails.
    pub(super) fn take(&mut self, file: &mut Incoming<'_>, pupil: Option<&str>) -> Result<Outcome, InboxError> {
        match look(file, self.how, pupil) {
            Ok(Looked::Known(known)) => self.keep(file, known),
            Ok(Looked::Code(code)) => Ok(Outcome::Code(code)),
            Err(refusal) => Ok(Outcome::Refused(refusal)),
        }
    }

    /// Shows what was taken in, and makes it durable.
    ///
    /// # Errors
    /// [`InboxError`]; what was not shown is, the next time.
    pub(super) fn finish(self) -> Result<(), InboxError> {
        let Some((collection, mut account)) = self.into else { return Ok(()) };
        account.last = Some(Ended { at: self.how.now, counts: self.counts, failure: None });
        collection.update(&account)?;
        // What can't be shown is kept, and the next one who collects is told.
        collection.show(&mut |_, _| {})?;
        Ok(())
    }

    fn keep(&mut self, file: &mut Incoming<'_>, known: Known) -> Result<Outcome, InboxError> {
        let how = self.how;
        let (collection, account) = match &mut self.into {
            Some(open) => open,
            closed => closed.insert(open(self.bag, how)?),
        };
        let kept = match &known.body {
            Body::Bytes(bytes) => collection.keep_source(known.source, bytes).map_err(StreamError::Keep),
            Body::Whole => again(file).and_then(|()| collection.keep_stream(known.source, &mut *file.data)),
        };
        match kept {
            Ok(()) => {}
            Err(StreamError::Keep(error)) => return Err(error.into()),
            Err(error) => return Ok(Outcome::Refused(Refusal::Broken(error.to_string()))),
        }
        let mut silent = |_: &str, _: u64, _: u64| {};
        let mut run = Run::begin(collection, account.clone(), how.now, &mut silent);
        for mut piece in known.pieces {
            if piece.year.is_none() && matches!(piece.record, Record::Quiz(_)) {
                piece.year = Some(year_of_quiz(collection, account, &piece.key, how)?);
            }
            run.piece(piece)?;
        }
        let (_, counts) = run.end();
        self.counts.new = self.counts.new.saturating_add(counts.new);
        self.counts.changed = self.counts.changed.saturating_add(counts.changed);
        self.counts.same = self.counts.same.saturating_add(counts.same);
        self.counts.files = self.counts.files.saturating_add(1);
        self.counts.bytes = self.counts.bytes.saturating_add(file.size);
        Ok(Outcome::Kept { found: known.found, counts, remarks: known.remarks })
    }
}

/// Quizzes say no school year: they are of the one in which they were dropped first.
fn year_of_quiz(collection: &Collection, account: &Account, key: &str, how: &How) -> Result<SchoolYear, InboxError> {
    let known = collection.versions(&account.name, "quiz", key)?.pop().and_then(|kept| kept.origin.year);
    Ok(known.unwrap_or_else(|| SchoolYear::of(today(how.now))))
}

fn again(file: &mut Incoming<'_>) -> Result<(), StreamError> {
    file.data.seek(SeekFrom::Start(0)).map(|_| ()).map_err(|error: io::Error| error.into())
}

/// Opens what is collected, and the account of the inbox; both are made the first time.
fn open(bag: &Bag, how: &How) -> Result<(Collection, Account), InboxError> {
    let collection = Collection::open_or_make(bag, how.lang)?;
    let known = Account::all(collection.home(), collection.access())?;
    if let Some(own) = known.iter().find(|account| account.platform == Platform::Inbox) {
        return Ok((collection, own.clone()));
    }
    let is_free = |name: &String| known.iter().all(|account| account.name.0 != *name);
    let others = (2..).map(|number| format!("{NAME}-{number}"));
    let name = std::iter::once(NAME.to_owned()).chain(others).find(is_free).unwrap_or_else(|| NAME.to_owned());
    let account = Account {
        name: AccountId(name),
        platform: Platform::Inbox,
        url: String::new(),
        uai: None,
        // Nothing is opened with it.
        secret: Secret::Code { code: Zeroizing::new(String::new()) },
        added: how.now,
        last: None,
        silent_until: 0,
    };
    collection.save(&account)?;
    Ok((collection, account))
}
