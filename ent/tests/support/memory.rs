//! A sink that keeps everything in memory, as a bag would keep it.

use std::collections::BTreeMap;

use cartable_ent::connector::{Failure, Secret, Sink};
use cartable_ent::record::{Piece, Record, SourceId};

/// What was collected.
#[derive(Default)]
pub(crate) struct Memory {
    /// Raw answers and files.
    pub(crate) sources: BTreeMap<SourceId, Vec<u8>>,
    /// Pieces by key, as they are now.
    pub(crate) pieces: BTreeMap<String, Piece>,
    /// How often a piece came anew or differed.
    pub(crate) changes: usize,
    /// The secret, as it was saved last.
    pub(crate) secret: Option<Secret>,
    notes: BTreeMap<String, String>,
    whole: BTreeMap<(String, String), SourceId>,
    begun: BTreeMap<String, (String, Vec<u8>)>,
}

impl Memory {
    /// The records of a kind, with their keys.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<(&str, &Record)> {
        let of_kind = self.pieces.iter().filter(|(_, piece)| piece.record.kind() == kind);
        of_kind.map(|(key, piece)| (key.as_str(), &piece.record)).collect()
    }

    /// Keys and records, for comparison; not the answers they were read from, which may differ by what is around them, nor which of
    /// its generations a PDF is.
    pub(crate) fn facts(&self) -> BTreeMap<&str, Record> {
        self.pieces.iter().map(|(key, piece)| (key.as_str(), self.of_no_generation(&piece.record))).collect()
    }

    fn of_no_generation(&self, record: &Record) -> Record {
        let mut record = record.clone();
        if let Record::ReportCard(report) = &mut record
            && let Some(pdf) = &mut report.pdf
            && let Some(bytes) = cartable_platforms::pronote::of_no_generation(&self.sources[pdf])
        {
            *pdf = SourceId::of(&bytes);
        }
        record
    }

    /// Whether a file whose key begins so has come in part.
    pub(crate) fn has_half_of(&self, key: &str) -> bool {
        self.begun.iter().any(|(known, (_, bytes))| known.starts_with(key) && !bytes.is_empty())
    }

    /// Everything that is kept, as one text, for the hunt for what must not be.
    pub(crate) fn everything(&self) -> String {
        let sources = self.sources.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let pieces = self.pieces.values().map(|piece| serde_json::to_string(piece).unwrap());
        sources.chain(pieces).collect::<Vec<_>>().join("\n")
    }
}

impl Sink for Memory {
    fn source(&mut self, bytes: &[u8], _: &str) -> Result<SourceId, Failure> {
        let id = SourceId::of(bytes);
        self.sources.insert(id, bytes.to_vec());
        Ok(id)
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Failure> {
        assert!(self.sources.contains_key(&piece.source), "{}: its source was not kept", piece.key);
        if self.pieces.get(&piece.key).is_none_or(|known| known.record != piece.record) {
            self.changes += 1;
            self.pieces.insert(piece.key.clone(), piece);
        }
        Ok(())
    }

    fn has_file(&mut self, key: &str, version: &str) -> Result<Option<SourceId>, Failure> {
        Ok(self.whole.get(&(key.to_owned(), version.to_owned())).copied())
    }

    fn begin_file(&mut self, key: &str, version: &str) -> Result<u64, Failure> {
        let begun = self.begun.entry(key.to_owned()).or_default();
        if begun.0 != version {
            *begun = (version.to_owned(), Vec::new());
        }
        Ok(begun.1.len() as u64)
    }

    fn file_bytes(&mut self, key: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.begun.get_mut(key).unwrap().1.extend_from_slice(bytes);
        Ok(())
    }

    fn restart_file(&mut self, key: &str) -> Result<(), Failure> {
        self.begun.get_mut(key).unwrap().1.clear();
        Ok(())
    }

    fn finish_file(&mut self, key: &str) -> Result<SourceId, Failure> {
        let (version, bytes) = self.begun.remove(key).unwrap();
        let id = SourceId::of(&bytes);
        self.sources.insert(id, bytes);
        self.whole.insert((key.to_owned(), version), id);
        Ok(id)
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

    fn progress(&mut self, _: &str, _: u64, _: u64) {}
}
