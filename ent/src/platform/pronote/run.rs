//! One run over a session: asks, keeps what was answered, hands over what is found in it, takes files.
//!
//! A run is a list of steps with names. When a session ends early, the next one does the steps that are not done; identities of the first
//! session mean nothing in it.

use std::collections::BTreeSet;

use reqwest::Url;
use serde_json::{Value, json};

use super::calendar::Calendar;
use super::found::{FileRef, Found};
use super::json;
use super::page;
use super::scrub::{Whose, scrub};
use super::session::{Refusal, Session, changed};
use super::user::{Member, User};
use crate::connector::{Failure, Sink};
use crate::platform::http::Download;
use crate::record::{CourseFile, Dropped, Piece, Record, SchoolYear, SourceId};

/// What outlasts a session.
#[derive(Default)]
pub(super) struct Progress {
    done: BTreeSet<String>,
    /// How many answers could not be read whole.
    unread: usize,
    /// The first thing that could not be read. The rest went on.
    pub(super) problem: Option<Failure>,
}

/// A run over one session.
pub(super) struct Run<'a> {
    pub(super) session: Session,
    pub(super) sink: &'a mut dyn Sink,
    pub(super) calendar: Calendar,
    pub(super) user: User,
    pub(super) progress: &'a mut Progress,
}

/// An answer that was kept.
pub(super) struct Kept {
    /// The answer as it came.
    pub(super) answer: Value,
    source: SourceId,
    dropped: Vec<Dropped>,
}

/// Of whom and where a fact is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    /// The child, where the account is a parent's.
    pub(super) pupil: Option<&'a str>,
    /// The school.
    pub(super) school: Option<&'a str>,
}

impl Run<'_> {
    /// Whether a step is still to do.
    pub(super) fn is_open(&mut self, step: &str) -> bool {
        let is_open = !self.progress.done.contains(step);
        if is_open {
            self.sink.progress(step, self.progress.done.len() as u64, 0);
        }
        is_open
    }

    /// A step is done.
    pub(super) fn did(&mut self, step: String) {
        self.progress.done.insert(step);
    }

    /// Calls a function from a tab about somebody. `None` when the school does not open it, or its answer is of another form.
    pub(super) async fn ask(
        &mut self,
        function: &str,
        tab: i64,
        member: Option<&Member>,
        data: Value,
    ) -> Result<Option<Value>, Failure> {
        if !self.user.may(tab) {
            return Ok(None);
        }
        let signature = member.map_or_else(|| json!({"onglet": tab}), |member| member.signature(tab));
        match self.session.call(function, Some(&signature), data).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Refusal::Refused) => Ok(None),
            Err(Refusal::Failed(failure @ Failure::Changed(_))) => {
                self.problem(failure);
                Ok(None)
            }
            Err(Refusal::Failed(failure)) => Err(failure),
        }
    }

    /// Keeps an answer without what must not stay of it.
    pub(super) fn keep(&mut self, answer: Value, whose: Whose) -> Result<Kept, Failure> {
        let mut cleaned = answer.clone();
        let dropped = scrub(&mut cleaned, whose);
        let source = self.sink.source(cleaned.to_string().as_bytes(), "application/json")?;
        Ok(Kept { answer, source, dropped })
    }

    /// Calls a function and keeps its answer.
    pub(super) async fn ask_and_keep(
        &mut self,
        function: &str,
        tab: i64,
        member: &Member,
        data: Value,
    ) -> Result<Option<Kept>, Failure> {
        match self.ask(function, tab, Some(member), data).await? {
            Some(answer) => self.keep(answer, Whose::Others).map(Some),
            None => Ok(None),
        }
    }

    /// Hands over what was found in an answer, then its files.
    pub(super) async fn put(&mut self, function: &str, kept: &Kept, found: Found, of: Of<'_>) -> Result<(), Failure> {
        if let Some(field) = found.missing.first() {
            self.problem(changed(function, field));
        }
        for (key, record) in found.facts {
            self.piece(key, record, kept, self.calendar.year(), of)?;
        }
        for file in found.files.into_iter().take(MAX_FILES) {
            self.file(&file, kept, of).await?;
        }
        Ok(())
    }

    /// Hands over one fact.
    pub(super) fn piece(
        &mut self,
        key: String,
        record: Record,
        kept: &Kept,
        year: SchoolYear,
        of: Of<'_>,
    ) -> Result<(), Failure> {
        self.sink.piece(Piece {
            key,
            year: Some(year),
            school: of.school.map(str::to_owned),
            pupil: of.pupil.map(str::to_owned),
            record,
            source: kept.source,
            dropped: kept.dropped.clone(),
        })
    }

    /// Notes an answer that could not be read whole; the first is reported in the end.
    fn problem(&mut self, failure: Failure) {
        self.progress.unread += 1;
        self.progress.problem.get_or_insert(failure);
    }

    /// How many answers could not be read whole so far.
    pub(super) fn unread(&self) -> usize {
        self.progress.unread
    }

    /// Takes a file of a fact, unless it is here, and hands it over. The platform tells neither its length nor its age before: the same
    /// name at the same place is the same file.
    async fn file(&mut self, file: &FileRef, kept: &Kept, of: Of<'_>) -> Result<(), Failure> {
        let mut taken = self.take_as(file, file.kind).await?;
        if taken.is_none() && file.kind.is_some() {
            // Clients differ in whether the kind must be told.
            taken = self.take_as(file, None).await?;
        }
        let Some(taken) = taken else { return self.refused(file) };
        let Some(bytes) = taken.bytes else { return Ok(()) };
        let record = CourseFile {
            subject: file.subject.clone(),
            path: file.path.clone(),
            name: file.name.clone(),
            bytes,
            media_type: taken.media_type,
            modified: None,
            file: taken.source,
        };
        self.piece(file.key.clone(), Record::CourseFile(record), kept, self.calendar.year(), of)
    }

    /// The platform does not give a file. Its week counts as unread, so that it is asked for again the next time; one that is refused
    /// then, too, is gone.
    fn refused(&mut self, file: &FileRef) -> Result<(), Failure> {
        let note = format!("pronote.refused.{}", file.key);
        if self.sink.noted(&note)?.is_none() {
            self.sink.note(&note, "once")?;
            self.progress.unread += 1;
        }
        Ok(())
    }

    async fn take_as(&mut self, file: &FileRef, kind: Option<&str>) -> Result<Option<Taken>, Failure> {
        match self.session.file_url(&file.id, &file.name, kind) {
            Some(url) => self.take(&file.key, &file.name, url).await,
            None => Ok(None),
        }
    }

    /// Takes a PDF that the platform makes on demand: anew for each request, so that what came of one is no beginning of another.
    pub(super) async fn made(
        &mut self,
        key: &str,
        version: &str,
        tab: i64,
        member: &Member,
        data: Value,
    ) -> Result<Option<SourceId>, Failure> {
        if let Some(source) = self.sink.has_file(key, version)? {
            return Ok(Some(source));
        }
        let function = "GenerationPDF";
        let Some(answer) = self.ask(function, tab, Some(member), data).await? else { return Ok(None) };
        let Some(url) = json::text(&answer, "url").and_then(|path| self.session.made_url(&path)) else {
            self.problem(changed(function, "url"));
            return Ok(None);
        };
        if self.sink.begin_file(key, version)? > 0 {
            self.sink.restart_file(key)?;
        }
        Ok(self.take(key, version, url).await?.map(|taken| taken.source))
    }

    /// Takes a file unless it is here. `None` when the platform does not give it.
    ///
    /// Its length is only known once it came whole, and is noted before that is told: whoever stopped in between finds it again.
    async fn take(&mut self, key: &str, version: &str, url: Url) -> Result<Option<Taken>, Failure> {
        if let Some(source) = self.sink.has_file(key, version)? {
            let noted = self.sink.noted(LAST_FILE)?.and_then(|note| LastFile::read(&note));
            let last = noted.filter(|last| last.key == key);
            let (bytes, media_type) = last.map_or((None, None), |last| (Some(last.bytes), last.media_type));
            return Ok(Some(Taken { source, bytes, media_type }));
        }
        let mut here = self.sink.begin_file(key, version)?;
        let mut download = self.session.download(url.clone(), here).await?;
        if here > 0 && download.status == 416 {
            // All of it had come, or what came is of another file: only its beginning tells.
            self.sink.restart_file(key)?;
            here = 0;
            download = self.session.download(url, 0).await?;
        }
        let is_gone = matches!(download.status, 403 | 404 | 410 | 416);
        if is_gone || is_page_instead(&download, version) {
            // Whoever is suspended is told so in the place of a file, too.
            if let Some(failure) = page::refusal(&said(&mut download).await).filter(ends_all) {
                return Err(failure);
            }
            // Taken away since: what it belongs to still names it.
            self.sink.restart_file(key)?;
            return Ok(None);
        }
        download = download.success()?;
        if here > 0 && !download.goes_on_at(here) {
            self.sink.restart_file(key)?;
            here = 0;
        }
        let media_type = download.media_type();
        while let Some(part) = download.next().await? {
            self.sink.file_bytes(key, &part)?;
            here = here.saturating_add(part.len() as u64);
        }
        let last = LastFile { key: key.to_owned(), bytes: here, media_type: media_type.clone() };
        self.sink.note(LAST_FILE, &last.write())?;
        let source = self.sink.finish_file(key)?;
        Ok(Some(Taken { source, bytes: Some(here), media_type }))
    }
}

/// The beginning of a page that came in the place of a file.
async fn said(download: &mut Download) -> String {
    let mut page = Vec::new();
    while page.len() < MAX_PAGE_BYTES
        && let Ok(Some(part)) = download.next().await
    {
        page.extend_from_slice(&part);
    }
    String::from_utf8_lossy(&page).into_owned()
}

/// Whether a page is about whoever asks, not about one file.
fn ends_all(failure: &Failure) -> bool {
    matches!(failure, Failure::Suspended { .. } | Failure::TooMany { .. } | Failure::SessionExpired)
}

/// A file that is here.
struct Taken {
    source: SourceId,
    /// Its length, unless it was handed over in an earlier run.
    bytes: Option<u64>,
    media_type: Option<String>,
}

/// The file that came last.
#[derive(serde::Serialize, serde::Deserialize)]
struct LastFile {
    key: String,
    bytes: u64,
    media_type: Option<String>,
}

impl LastFile {
    fn read(note: &str) -> Option<Self> {
        serde_json::from_str(note).ok()
    }

    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How many files of one answer are taken: four weeks of lessons have some dozens.
const MAX_FILES: usize = 1000;
/// How much is read of a page that came in the place of a file, in bytes.
const MAX_PAGE_BYTES: usize = 64 << 10;

const LAST_FILE: &str = "pronote.last-file";

/// Whether a page came where a file was asked for, as it does when a session has ended.
fn is_page_instead(download: &Download, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_page = download.media_type().is_some_and(|media_type| media_type == "text/html");
    (200..300).contains(&download.status) && is_page && !name.ends_with(".html") && !name.ends_with(".htm")
}
