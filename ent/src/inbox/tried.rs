//! Files of the inbox that were looked at and left: each is looked at again when its contents change, and its note goes when it goes.
//!
//! Kept in home (kind `inbox`, by the file's path), with the numbers of versions that no other contents of home ever have.

use std::collections::BTreeMap;

use cartable_fs::{FsError, NodeId};
use serde::{Deserialize, Serialize};

use super::InboxError;
use super::folder::{Entry, Folder};

const KIND: &str = "inbox";

/// What is remembered of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tried {
    /// Which contents were looked at.
    version: u64,
    /// The note beside it, as it was written.
    pub(super) note: Option<Note>,
}

/// A note that we wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    folder: u64,
    name: String,
    version: u64,
}

impl Note {
    pub(super) fn new(folder: NodeId, name: String, version: u64) -> Self {
        Self { folder: folder.0, name, version }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Takes the note away, unless somebody made it their own.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn remove(&self, inbox: &Folder) -> Result<(), InboxError> {
        inbox.remove(NodeId(self.folder), self.name.as_bytes(), self.version).map(|_| ())
    }
}

/// All files that were looked at and left, by path.
pub(super) struct AllTried(BTreeMap<Vec<u8>, Tried>);

impl AllTried {
    /// # Errors
    /// Those of reading.
    pub(super) fn read(inbox: &Folder) -> Result<Self, InboxError> {
        let mut all = BTreeMap::new();
        inbox.home.kept_of(&inbox.access, KIND, |kept| {
            // What can't be read is as good as forgotten: its file is looked at once more.
            if let Ok(tried) = serde_json::from_slice(&kept.data) {
                all.insert(kept.key, tried);
            }
            true
        })?;
        Ok(Self(all))
    }

    /// Whether a file is what it was when it was left.
    pub(super) fn knows(&self, entry: &Entry) -> bool {
        self.0.get(&entry.path).is_some_and(|tried| tried.version == entry.attr.version)
    }

    pub(super) fn of(&self, entry: &Entry) -> Option<&Tried> {
        self.0.get(&entry.path)
    }

    /// Remembers a file that is left.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn keep(&mut self, inbox: &Folder, entry: &Entry, note: Option<Note>) -> Result<(), InboxError> {
        let tried = Tried { version: entry.attr.version, note };
        let data = serde_json::to_vec(&tried).map_err(|_| FsError::Invalid("a note"))?;
        inbox.home.keep(&inbox.change, KIND, &entry.path, 1, &data)?;
        self.0.insert(entry.path.clone(), tried);
        Ok(())
    }

    /// Forgets the files that are not there any more, and takes their notes away. Returns whether there were any.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn forget_gone(&mut self, inbox: &Folder, there: &[Entry]) -> Result<bool, InboxError> {
        let there = |path: &Vec<u8>| there.binary_search_by(|entry| entry.path.cmp(path)).is_ok();
        let gone: Vec<Vec<u8>> = self.0.keys().filter(|path| !there(path)).cloned().collect();
        for path in &gone {
            if let Some(note) = self.0.remove(path).and_then(|tried| tried.note) {
                note.remove(inbox)?;
            }
            inbox.home.forget_kept(&inbox.change, KIND, path)?;
        }
        Ok(!gone.is_empty())
    }
}
