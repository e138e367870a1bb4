//! Raw answers and files: by their bytes once they are whole, by their key as long as they come.

use cartable_fs::{FsError, Kind, Staged, WriteTimes};
use serde::{Deserialize, Serialize};

use super::{Collection, KeepError};
use crate::record::SourceId;

pub(super) const SOURCES: &str = ".sources";
const PARTIAL: &str = ".partial";
/// The kind of values that say of which version a file in `.partial` is.
const PARTIAL_KIND: &str = "partial";
const PIECE_BYTES: usize = 1 << 20;

/// A file that came whole.
#[derive(Serialize, Deserialize)]
struct Whole {
    /// What the platform said of its state.
    version: String,
    source: SourceId,
}

impl Collection {
    /// Keeps a raw answer under the name that its bytes have; one that is there stays.
    pub(crate) fn keep_source(&self, id: SourceId, bytes: &[u8]) -> Result<(), KeepError> {
        if self.find(&source_path(id))?.is_some() {
            return Ok(());
        }
        self.place(&self.staged(bytes)?, &source_path(id), None, &[])
    }

    /// A raw answer or file.
    ///
    /// # Errors
    /// [`FsError::NotFound`]; those of reading.
    pub fn source(&self, id: SourceId) -> Result<Vec<u8>, KeepError> {
        let attr = self.find(&source_path(id))?.ok_or(FsError::NotFound)?;
        let mut bytes = vec![0; usize::try_from(attr.size).map_err(|_| FsError::FileTooLarge)?];
        let mut at = 0;
        while at < bytes.len() {
            let read = self.space.read(&self.access, attr.id, at as u64, &mut bytes[at..])?;
            if read == 0 {
                break;
            }
            at += read;
        }
        bytes.truncate(at);
        Ok(bytes)
    }

    /// A copy of a raw file that has no name yet; it shares the stored bytes.
    pub(super) fn staged_source(&self, id: SourceId) -> Result<Option<Staged>, KeepError> {
        let Some(attr) = self.find(&source_path(id))? else { return Ok(None) };
        let original = cartable_fs::Original { space: &self.space, access: &self.access };
        Ok(Some(Staged::copy(original, &self.space, &self.change, &attr)?))
    }

    /// The file of that key, if it is of that version and whole.
    pub(super) fn whole_file(&self, key: &[u8], version: &str) -> Result<Option<SourceId>, KeepError> {
        let Some(kept) = self.space.kept(&self.access, "file", key)? else { return Ok(None) };
        let whole: Whole = serde_json::from_slice(&kept.data).map_err(|_| KeepError::Damaged("a file"))?;
        let there = whole.version == version && self.find(&source_path(whole.source))?.is_some();
        Ok(there.then_some(whole.source))
    }

    /// How many bytes of a file of that version lie here.
    pub(super) fn partial_bytes(&self, key: &[u8], version: &str) -> Result<u64, KeepError> {
        let known = self.space.kept(&self.access, PARTIAL_KIND, key)?;
        if known.is_none_or(|kept| kept.data != version.as_bytes()) {
            return Ok(0);
        }
        Ok(self.find(&partial_path(key))?.map_or(0, |attr| attr.size))
    }

    /// Begins a file of that version anew, in the place of what lies here of it. It is empty before it is of that version.
    pub(super) fn restart_partial(&self, key: &[u8], version: &str) -> Result<(), KeepError> {
        let empty = Staged::new(&self.space, &self.change, Kind::File)?;
        self.place(&empty, &partial_path(key), None, &[])?;
        Ok(self.space.keep(&self.change, PARTIAL_KIND, key, 1, version.as_bytes())?)
    }

    /// Adds bytes at its end.
    pub(super) fn add_to_partial(&self, key: &[u8], bytes: &[u8]) -> Result<(), KeepError> {
        let attr = self.find(&partial_path(key))?.ok_or(FsError::NotFound)?;
        self.space.write(&self.change, attr.id, attr.size, bytes, WriteTimes::Now, false)?;
        Ok(())
    }

    /// Removes what came of a file.
    pub(super) fn drop_partial(&self, key: &[u8]) -> Result<(), KeepError> {
        self.remove(&partial_path(key))
    }

    /// The name that the bytes have which lie here.
    pub(super) fn hash_partial(&self, key: &[u8]) -> Result<SourceId, KeepError> {
        let attr = self.find(&partial_path(key))?.ok_or(FsError::NotFound)?;
        let mut hasher = blake3::Hasher::new();
        let (mut piece, mut at) = (vec![0; PIECE_BYTES], 0);
        loop {
            let read = self.space.read(&self.access, attr.id, at, &mut piece)?;
            if read == 0 {
                return Ok(SourceId::from_hash(hasher.finalize()));
            }
            hasher.update(&piece[..read]);
            at += read as u64;
        }
    }

    /// The file has come whole: it gets the name that its bytes have. Those that lie here already stay.
    pub(super) fn finish_partial(&self, key: &[u8], source: SourceId) -> Result<(), KeepError> {
        let to = source_path(source);
        if self.find(&to)?.is_some() {
            return Ok(());
        }
        self.carry(&partial_path(key), &to)
    }

    /// Says that the file of that key and version is whole, and lets go of what lies here of it besides.
    pub(super) fn note_whole(&self, key: &[u8], version: &str, source: SourceId) -> Result<(), KeepError> {
        let whole = Whole { version: version.to_owned(), source };
        let whole = serde_json::to_vec(&whole).map_err(|_| KeepError::Damaged("a file"))?;
        self.space.keep(&self.change, "file", key, 1, &whole)?;
        if self.space.kept(&self.access, PARTIAL_KIND, key)?.is_some() {
            self.space.forget_kept(&self.change, PARTIAL_KIND, key)?;
            self.remove(&partial_path(key))?;
        }
        Ok(())
    }
}

pub(super) fn source_path(id: SourceId) -> [String; 3] {
    let text = id.text();
    [SOURCES.into(), text[..2].into(), text]
}

fn partial_path(key: &[u8]) -> [String; 2] {
    [PARTIAL.into(), blake3::hash(key).to_hex().to_string()]
}
