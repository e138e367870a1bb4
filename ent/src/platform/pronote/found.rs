//! What is found in an answer, before it is handed over: facts with their keys, files to take, and what could not be read.

use std::collections::HashMap;

use serde_json::Value;

use super::json;
use crate::record::{Attachment, Record};

/// What is found in an answer.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Facts, each with its key.
    pub(super) facts: Vec<(String, Record)>,
    /// Files that belong to them.
    pub(super) files: Vec<FileRef>,
    /// Fields without which a fact could not be read.
    pub(super) missing: Vec<&'static str>,
}

/// A file on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileRef {
    /// Its key here.
    pub(super) key: String,
    /// Its name for this session.
    pub(super) id: String,
    /// What it is for the platform, where that must be told.
    pub(super) kind: Option<&'static str>,
    /// Its name.
    pub(super) name: String,
    /// Subject.
    pub(super) subject: String,
    /// Folders for it.
    pub(super) path: Vec<String>,
}

/// Makes keys out of a fact's own words. Facts of one answer that have the same words are counted.
pub(super) struct Keys<'a> {
    pupil: Option<&'a str>,
    used: HashMap<String, u32>,
}

impl<'a> Keys<'a> {
    /// For facts about somebody: named when an account shows several people.
    pub(super) fn of(pupil: Option<&'a str>) -> Self {
        Self { pupil, used: HashMap::new() }
    }

    /// The key of a fact.
    pub(super) fn key(&mut self, kind: &str, words: &[&str]) -> String {
        let words = self.pupil.iter().chain(words).map(|word| word.replace('|', "/"));
        let mut key = words.fold(kind.to_owned(), |key, word| format!("{key}|{word}"));
        let count = self.used.entry(key.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            key = format!("{key}|{count}");
        }
        key
    }

    /// Reads attachments: links, and files that are found with them.
    pub(super) fn attachments(&mut self, list: &[Value], place: &Place<'_>, found: &mut Found) -> Vec<Attachment> {
        list.iter().filter_map(|of| self.attachment(of, place, found)).collect()
    }

    fn attachment(&mut self, of: &Value, place: &Place<'_>, found: &mut Found) -> Option<Attachment> {
        const FILE: i64 = 1;
        let name = json::text(of, "L");
        if json::number(of, "G") != Some(FILE) {
            let url = json::text(of, "url").or_else(|| name.clone())?;
            return Some(Attachment::Link { name: name.unwrap_or_else(|| url.clone()), url });
        }
        let name = name?;
        let key = self.file(&json::text(of, "N")?, &name, place, found);
        Some(Attachment::File { name, key })
    }

    /// A file that is found with a fact; its key.
    pub(super) fn file(&mut self, id: &str, name: &str, place: &Place<'_>, found: &mut Found) -> String {
        let key = self.key("file", &[place.folder, place.subject, place.day, name]);
        found.files.push(FileRef {
            key: key.clone(),
            id: id.to_owned(),
            kind: place.kind,
            name: name.to_owned(),
            subject: place.subject.to_owned(),
            path: [place.folder, place.day]
                .iter()
                .filter(|part| !part.is_empty())
                .map(|part| (*part).to_owned())
                .collect(),
        });
        key
    }
}

/// Where a file stands.
pub(super) struct Place<'a> {
    /// What it belongs to: `Cours`.
    pub(super) folder: &'a str,
    /// Subject.
    pub(super) subject: &'a str,
    /// Day, as `2025-09-05`, or nothing.
    pub(super) day: &'a str,
    /// What its files are for the platform, where that must be told.
    pub(super) kind: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use serde_json::json;

    #[test]
    fn equal_words_are_counted() {
        let mut keys = Keys::of(Some("EXEMPLE Alice"));
        assert_eq!(keys.key("mark", &["a|b", "c"]), "mark|EXEMPLE Alice|a/b|c");
        assert_eq!(keys.key("mark", &["a|b", "c"]), "mark|EXEMPLE Alice|a/b|c|2");
        assert_eq!(Keys::of(None).key("mark", &["a"]), "mark|a");
    }

    #[test]
    fn attachments() {
        let list = json!([{"G": 1, "N": "48#aaaaaaaaaa", "L": "a.pdf"}, {"G": 0, "L": "site", "url": "https://example.org"},
            {"G": 0, "L": "https://example.net"}, {"G": 1, "L": "nameless"}, {}]);
        let place = Place { folder: "Cours", subject: "MATHS", day: "2025-09-05", kind: None };
        let mut found = Found::default();
        let read = Keys::of(None).attachments(list.as_array().unwrap(), &place, &mut found);
        assert_eq!(read.len(), 3);
        assert_eq!(found.files[0].key, "file|Cours|MATHS|2025-09-05|a.pdf");
        let link = Attachment::Link { name: "site".to_owned(), url: "https://example.org".to_owned() };
        assert_eq!(read[1], link);
    }
}
