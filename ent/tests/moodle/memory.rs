//! A sink that keeps everything in memory, as the bag's does on disk: files of a version whole, or as far as they came.

use std::collections::BTreeMap;

use cartable_ent::connector::{Failure, Secret, Sink};
use cartable_ent::record::{Piece, SourceId};

/// A file as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) version: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) whole: bool,
}

/// What was collected.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) sources: BTreeMap<SourceId, Vec<u8>>,
    pub(crate) pieces: BTreeMap<String, Piece>,
    pub(crate) files: BTreeMap<String, Kept>,
    pub(crate) notes: BTreeMap<String, String>,
    pub(crate) secret: Option<Secret>,
    /// How many pieces were new or changed.
    pub(crate) changes: usize,
}

impl Memory {
    /// A file that was begun.
    fn begun(&mut self, key: &str) -> &mut Kept {
        self.files.get_mut(key).filter(|file| !file.whole).expect("a file is begun before its bytes come")
    }
}

impl Sink for Memory {
    fn source(&mut self, bytes: &[u8], _: &str) -> Result<SourceId, Failure> {
        let id = SourceId::of(bytes);
        self.sources.insert(id, bytes.to_vec());
        Ok(id)
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Failure> {
        assert!(self.sources.contains_key(&piece.source), "{} has no source", piece.key);
        if self.pieces.get(&piece.key) != Some(&piece) {
            self.changes += 1;
            self.pieces.insert(piece.key.clone(), piece);
        }
        Ok(())
    }

    fn has_file(&mut self, key: &str, version: &str) -> Result<Option<SourceId>, Failure> {
        let file = self.files.get(key).filter(|file| file.whole && file.version == version);
        Ok(file.map(|file| SourceId::of(&file.bytes)))
    }

    fn begin_file(&mut self, key: &str, version: &str) -> Result<u64, Failure> {
        let fresh = Kept { version: version.to_owned(), ..Kept::default() };
        let file = self.files.entry(key.to_owned()).or_default();
        if file.version != version || file.whole {
            *file = fresh;
        }
        Ok(file.bytes.len() as u64)
    }

    fn file_bytes(&mut self, key: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.begun(key).bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn restart_file(&mut self, key: &str) -> Result<(), Failure> {
        self.begun(key).bytes.clear();
        Ok(())
    }

    fn finish_file(&mut self, key: &str) -> Result<SourceId, Failure> {
        let file = self.begun(key);
        file.whole = true;
        Ok(SourceId::of(&file.bytes))
    }

    fn save_secret(&mut self, secret: &Secret) -> Result<(), Failure> {
        self.secret = Some(secret.clone());
        Ok(())
    }

    fn noted(&mut self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.notes.get(name).cloned())
    }

    fn note(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.notes.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn progress(&mut self, _: &str, done: u64, total: u64) {
        assert!(done <= total);
    }
}
