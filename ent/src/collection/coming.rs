//! A file while it comes: its bytes are gathered here and written in long pieces, and a short file is written once, when it is whole.
//!
//! What was written of it lies in `.partial`; what was only gathered is written when another file begins or the run ends, so that
//! it goes on from there the next time. A crash loses what was gathered: that is asked for again.

use super::{Collection, KeepError};
use crate::record::SourceId;

/// Bytes that are written at once.
const PIECE_BYTES: usize = 1 << 20;

/// A file that comes.
pub(super) struct Coming {
    key: Vec<u8>,
    version: String,
    /// Bytes that wait to be written.
    waiting: Vec<u8>,
    /// Whether anything of this version lies in `.partial`.
    lies_there: bool,
    /// The hash of all bytes, where all of them came in this run.
    hasher: Option<blake3::Hasher>,
}

impl Coming {
    /// Begins a file of a version, and says how many bytes of it came before.
    pub(super) fn begin(collection: &Collection, key: Vec<u8>, version: &str) -> Result<(Self, u64), KeepError> {
        let bytes = collection.partial_bytes(&key, version)?;
        let hasher = (bytes == 0).then(blake3::Hasher::new);
        let version = version.to_owned();
        Ok((Self { key, version, waiting: Vec::new(), lies_there: bytes > 0, hasher }, bytes))
    }

    /// Whether it is the file of that key.
    pub(super) fn is(&self, key: &[u8]) -> bool {
        self.key == key
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, collection: &Collection, bytes: &[u8]) -> Result<(), KeepError> {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        for piece in bytes.chunks(PIECE_BYTES) {
            if self.waiting.len() + piece.len() > PIECE_BYTES {
                self.put_away(collection)?;
            }
            self.waiting.extend_from_slice(piece);
        }
        Ok(())
    }

    /// Writes what waits.
    pub(super) fn put_away(&mut self, collection: &Collection) -> Result<(), KeepError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if !self.lies_there {
            collection.restart_partial(&self.key, &self.version)?;
            self.lies_there = true;
        }
        collection.add_to_partial(&self.key, &self.waiting)?;
        self.waiting.clear();
        Ok(())
    }

    /// Forgets the bytes that came.
    pub(super) fn restart(&mut self, collection: &Collection) -> Result<(), KeepError> {
        self.waiting.clear();
        self.hasher = Some(blake3::Hasher::new());
        if self.lies_there {
            collection.restart_partial(&self.key, &self.version)?;
        }
        Ok(())
    }

    /// All of it has come.
    pub(super) fn finish(mut self, collection: &Collection) -> Result<SourceId, KeepError> {
        let source = if self.lies_there {
            self.put_away(collection)?;
            let source = match &self.hasher {
                Some(hasher) => SourceId::from_hash(hasher.finalize()),
                None => collection.hash_partial(&self.key)?,
            };
            collection.finish_partial(&self.key, source)?;
            source
        } else {
            let source = SourceId::of(&self.waiting);
            collection.keep_source(source, &self.waiting)?;
            source
        };
        collection.note_whole(&self.key, &self.version, source)?;
        Ok(source)
    }
}
