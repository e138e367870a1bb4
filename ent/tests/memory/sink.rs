//! A sink that keeps all in memory, for tests of connectors.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::collections::BTreeMap;

use cartable_ent::connector::{Failure, Secret, Sink};
use cartable_ent::record::{Piece, SourceId};

/// A file: its version, its bytes so far, and its name once it is whole.
#[derive(Debug, Default, Clone)]
pub(crate) struct File {
    pub(crate) version: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) whole: Option<SourceId>,
}

/// What was collected.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) sources: BTreeMap<SourceId, (Vec<u8>, String)>,
    pub(crate) pieces: BTreeMap<String, Piece>,
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) notes: BTreeMap<String, String>,
    pub(crate) secrets: Vec<Secret>,
    /// How many times a file's bytes came.
    pub(crate) parts: usize,
}

impl Memory {
    /// Whether any source holds this text.
    pub(crate) fn knows(&self, text: &str) -> bool {
        let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        self.sources.values().any(|(bytes, _)| holds(bytes)) || format!("{:?}", self.pieces).contains(text)
    }

    /// Takes the bytes of a file that is begun, and keeps them as one that broke off.
    pub(crate) fn break_off(&mut self, key: &str, bytes: usize) {
        let file = self.files.get_mut(key).unwrap();
        file.bytes.truncate(bytes);
        file.whole = None;
    }
}

impl Sink for Memory {
    fn source(&mut self, bytes: &[u8], media_type: &str) -> Result<SourceId, Failure> {
        let id = SourceId::of(bytes);
        self.sources.insert(id, (bytes.to_vec(), media_type.to_owned()));
        Ok(id)
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Failure> {
        assert!(self.sources.contains_key(&piece.source), "{} has no source", piece.key);
        self.pieces.insert(piece.key.clone(), piece);
        Ok(())
    }

    fn has_file(&mut self, key: &str, version: &str) -> Result<Option<SourceId>, Failure> {
        Ok(self.files.get(key).filter(|file| file.version == version).and_then(|file| file.whole))
    }

    fn begin_file(&mut self, key: &str, version: &str) -> Result<u64, Failure> {
        let file = self.files.entry(key.to_owned()).or_default();
        if file.version != version {
            *file = File { version: version.to_owned(), ..File::default() };
        }
        Ok(file.bytes.len() as u64)
    }

    fn file_bytes(&mut self, key: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.parts += 1;
        self.files.get_mut(key).unwrap().bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn restart_file(&mut self, key: &str) -> Result<(), Failure> {
        self.files.get_mut(key).unwrap().bytes.clear();
        Ok(())
    }

    fn finish_file(&mut self, key: &str) -> Result<SourceId, Failure> {
        let file = self.files.get_mut(key).unwrap();
        let id = SourceId::of(&file.bytes);
        file.whole = Some(id);
        Ok(id)
    }

    fn save_secret(&mut self, secret: &Secret) -> Result<(), Failure> {
        self.secrets.push(secret.clone());
        Ok(())
    }

    fn noted(&mut self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.notes.get(name).cloned())
    }

    fn note(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.notes.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn progress(&mut self, _: &str, _: u64, _: u64) {}
}
