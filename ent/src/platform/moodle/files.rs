//! Files behind `webservice/pluginfile.php`: only those whose length or time changed, each from where it stopped.
//!
//! What a site sends in place of a file (an error as JSON, a page while it is being upgraded) comes with the status 200, too; but only
//! files come with `Content-Disposition` (`lib/filelib.php`). The length that was told must come, or the bytes are forgotten.

use std::collections::BTreeSet;

use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH};
use serde_json::Value;

use super::door::{Problem, refusal};
use super::fields::{int, length, text};
use super::run::{Kept, Run};
use crate::connector::Failure;
use crate::platform::http::{Ask, Download};
use crate::record::{CourseFile, Dropped, Record, SchoolYear, SourceId};

/// The most files of one run.
const MAX_FILES: usize = 100_000;
/// The deepest folder.
const MAX_FOLDERS: usize = 50;
/// The longest refusal that is read, in bytes.
const MAX_REFUSAL_BYTES: usize = 64 << 10;

/// What a site tells of a file.
#[derive(Debug)]
pub(super) struct Told {
    /// Names it, and the piece that holds it: the activity it is in and its path there. Its address changes with each change.
    pub(super) key: String,
    /// Its name.
    pub(super) name: String,
    /// The folders it is in.
    pub(super) folders: Vec<String>,
    url: String,
    /// Its length in bytes; 0 of a page that Moodle makes itself.
    bytes: u64,
    modified: Option<i64>,
    media_type: Option<String>,
}

impl Told {
    /// Reads what stands in a list of files; nothing when it has no name or no address.
    pub(super) fn read(place: &str, file: &Value) -> Option<Self> {
        let path = text(file, "filepath").unwrap_or_else(|| "/".to_owned());
        let name = text(file, "filename").filter(|name| !matches!(name.as_str(), "." | ".."))?;
        let folders = path.split('/').filter(|folder| !matches!(*folder, "" | "." | ".."));
        Some(Self {
            key: format!("{place}{path}{name}"),
            folders: folders.take(MAX_FOLDERS).map(str::to_owned).collect(),
            url: text(file, "fileurl")?,
            bytes: length(file, "filesize"),
            modified: int(file, "timemodified").filter(|time| *time > 0),
            media_type: text(file, "mimetype"),
            name,
        })
    }

    fn version(&self) -> String {
        format!("{}-{}", self.modified.unwrap_or(0), self.bytes)
    }
}

/// A file that is to be read.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The file.
    pub(super) told: Told,
    /// The course.
    pub(super) subject: String,
    /// Folders, outermost first.
    pub(super) path: Vec<String>,
    /// The school year.
    pub(super) year: Option<SchoolYear>,
    /// The answer that tells of it.
    pub(super) source: SourceId,
    /// What was taken out of that answer.
    pub(super) dropped: Vec<Dropped>,
}

impl Run<'_> {
    /// Reads the files on the list.
    pub(super) async fn files(&mut self) -> Result<(), Failure> {
        let waiting = std::mem::take(&mut self.waiting);
        let total = waiting.len() as u64;
        if waiting.len() > MAX_FILES {
            self.unknown("more files than a person has");
        }
        let mut seen = BTreeSet::new();
        for (number, one) in waiting.into_iter().take(MAX_FILES).enumerate() {
            self.sink.progress("pluginfile", number as u64, total);
            if !seen.insert(one.told.key.clone()) {
                continue;
            }
            let file = self.file(&one.told).await;
            let Some((file, bytes)) = self.settle(file)? else { continue };
            let from = Kept { value: Value::Null, source: one.source, dropped: one.dropped };
            let record = CourseFile {
                subject: one.subject,
                path: one.path,
                name: one.told.name,
                bytes,
                media_type: one.told.media_type,
                modified: one.told.modified,
                file,
            };
            self.piece(one.told.key, one.year, Record::CourseFile(record), &from)?;
        }
        Ok(())
    }

    /// The contents of a file and their length in bytes, read only when they are not here.
    async fn file(&mut self, told: &Told) -> Result<(SourceId, u64), Problem> {
        let (key, version) = (told.key.as_str(), told.version());
        let noted = format!("bytes/{key}");
        if let Some(file) = self.sink.has_file(key, &version)? {
            let bytes = self.sink.noted(&noted)?.and_then(|noted| noted.parse().ok());
            return Ok((file, bytes.unwrap_or(told.bytes)));
        }
        let mut from = self.sink.begin_file(key, &version)?;
        if told.bytes == 0 || from != told.bytes {
            from = self.stream(told, from).await?;
        }
        if told.bytes == 0 {
            self.sink.note(&noted, &from.to_string())?;
        }
        Ok((self.sink.finish_file(key)?, from))
    }

    /// Takes the bytes of a file from one on; returns how many it has then.
    async fn stream(&mut self, told: &Told, from: u64) -> Result<u64, Problem> {
        let url = self.door.file(&told.url).ok_or(Problem::Denied)?;
        let mut download = self.door.http.download(Ask::get(url.clone()), from).await?;
        let mut bytes = from;
        if from > 0 && !download.goes_on_at(from) {
            self.sink.restart_file(&told.key)?;
            bytes = 0;
            // 206 and 416 hold no whole file.
            if download.status != 200 {
                download = self.door.http.download(Ask::get(url), 0).await?;
            }
        }
        match download.status {
            403 | 404 | 410 => return Err(Problem::Denied),
            // This file, or the whole site: 503 is the site.
            500 | 502 | 504 => return Err(Problem::Part(Failure::Platform("a file is not given".to_owned()))),
            _ => {}
        }
        let mut download = download.success()?;
        if !is_file(&download, told) {
            return Err(instead(&mut download).await);
        }
        loop {
            match download.next().await {
                Ok(Some(part)) => {
                    self.sink.file_bytes(&told.key, &part)?;
                    bytes = bytes.saturating_add(part.len() as u64);
                }
                Ok(None) if told.bytes == 0 || bytes == told.bytes => return Ok(bytes),
                Ok(None) => return self.forget(told, "a file is not as long as was told"),
                Err(Failure::Platform(_)) => return self.forget(told, "a file is too long"),
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    fn forget(&mut self, told: &Told, why: &str) -> Result<u64, Problem> {
        self.sink.restart_file(&told.key)?;
        Err(Problem::Part(Failure::Platform(why.to_owned())))
    }
}

/// Whether what comes is the file.
fn is_file(download: &Download, told: &Told) -> bool {
    let length = download.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let doubtful = matches!(download.media_type().as_deref(), Some("application/json" | "text/html") | None);
    !doubtful || download.headers.contains_key(CONTENT_DISPOSITION) || (told.bytes > 0 && length == Some(told.bytes))
}

/// What came instead of a file.
async fn instead(download: &mut Download) -> Problem {
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL_BYTES {
        match download.next().await {
            Ok(Some(part)) => body.extend_from_slice(&part),
            Ok(None) => break,
            Err(failure) => return Problem::Stop(failure),
        }
    }
    let refused = serde_json::from_slice(&body).ok().and_then(|value| refusal(&value));
    refused.unwrap_or_else(|| Problem::Stop(Failure::Platform("it shows a page instead of a file".to_owned())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_nowhere_else() {
        let file = json!({"filename": "a/b.pdf", "filepath": "/../x//./y/", "fileurl": "u", "filesize": "12", "timemodified": 5});
        let told = Told::read("file/7", &file).unwrap();
        assert_eq!((told.folders.as_slice(), told.version().as_str()), (&["x".to_owned(), "y".to_owned()][..], "5-12"));
        for bad in [json!({}), json!({"filename": "..", "fileurl": "u"}), json!({"filename": "a"}), json!(3)] {
            assert!(Told::read("file/7", &bad).is_none(), "{bad}");
        }
        let odd = Told::read("file/7", &json!({"filename": "a", "fileurl": "u", "filesize": -1, "timemodified": -1}))
            .unwrap();
        assert_eq!((odd.version().as_str(), odd.key.as_str()), ("0-0", "file/7/a"));
    }
}
