//! The files that questions of a backup show: `files.xml` says what they are, `files/<aa>/<sha1>` holds them.

use std::collections::HashMap;

use super::archive::Entry;
use crate::format::quiz::model::File;
use crate::format::quiz::report::{Problem, ReadError, Reading};
use crate::format::quiz::xml::{Element, Root};

/// The largest file, in bytes.
const LARGEST: usize = 8 << 20;
/// The most that all files of a backup's questions may take, in bytes of base64, however often one is shown.
const MOST_BYTES: usize = 64 << 20;

/// Where files are shown, and what is in them.
#[derive(Default)]
pub(super) struct Files {
    /// By area (`questiontext`) and number of what shows them.
    shown: HashMap<(String, String), Vec<Shown>>,
    /// By the name of the entry; empty until it was read.
    contents: HashMap<String, Option<String>>,
    read_bytes: usize,
    given_bytes: usize,
}

struct Shown {
    name: String,
    path: Option<String>,
    entry: String,
}

impl Files {
    /// Reads `files.xml`; without one, questions show no files.
    pub(super) fn of_index(index: Option<&[u8]>, reading: &mut Reading) -> Self {
        let mut files = Self::default();
        let Some(index) = index.map(String::from_utf8_lossy) else { return files };
        let read = Root::open(&index).and_then(|mut root| {
            while let Some(element) = root.next()? {
                files.add(&element);
            }
            Ok(())
        });
        if let Err(error) = read {
            reading.report("files.xml", Problem::Broken(error.to_string()));
        }
        files
    }

    pub(super) fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    fn add(&mut self, element: &Element) {
        let said = |name: &str| element.child(name).map(Element::text).unwrap_or_default();
        let component = said("component");
        let (name, hash) = (said("filename"), said("contenthash"));
        let is_hash = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        // A file called `.` is a folder.
        if !(component == "question" || component.starts_with("qtype_")) || name == "." || !is_hash {
            return;
        }
        let entry = format!("files/{}/{hash}", &hash[..2]);
        self.contents.insert(entry.clone(), None);
        let path = Some(said("filepath")).filter(|path| path != "/" && !path.is_empty());
        self.shown.entry((said("filearea"), said("itemid"))).or_default().push(Shown { name, path, entry });
    }

    /// Keeps an entry that questions show.
    pub(super) fn take(&mut self, entry: &mut Entry<'_>, reading: &mut Reading) -> Result<(), ReadError> {
        let Some(content) = self.contents.get_mut(&entry.name).filter(|content| content.is_none()) else {
            return Ok(());
        };
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
        if size > LARGEST || self.read_bytes.saturating_add(size) > MOST_BYTES {
            reading.report(&entry.name, Problem::File("it is too large".to_owned()));
            return Ok(());
        }
        let bytes = entry.bytes(LARGEST)?;
        self.read_bytes = self.read_bytes.saturating_add(bytes.len());
        *content = Some(data_encoding::BASE64.encode(&bytes));
        Ok(())
    }

    /// The files that a text shows. Numbers are given once, and so are the files.
    pub(super) fn of(&mut self, area: &str, item: &str, place: &str, reading: &mut Reading) -> Vec<File> {
        let Some(shown) = self.shown.remove(&(area.to_owned(), item.to_owned())) else { return Vec::new() };
        let mut files = Vec::new();
        for file in shown {
            let content = self.contents.get(&file.entry).and_then(Option::as_ref);
            let fits = |content: &&String| self.given_bytes.saturating_add(content.len()) <= MOST_BYTES;
            let Some(base64) = content.filter(fits).cloned() else {
                reading.report(place, Problem::File(file.name.chars().take(80).collect()));
                continue;
            };
            self.given_bytes = self.given_bytes.saturating_add(base64.len());
            files.push(File { name: file.name.clone(), path: file.path.clone(), base64 });
        }
        files
    }
}
