//! Files that people dropped: kept by their bytes, however long they are, and what is known of files elsewhere.

use std::io::{self, Read};

use cartable_fs::{FsError, Kind, Staged, WriteTimes};

use super::files::source_path;
use super::{Collection, KeepError};
use crate::record::SourceId;

/// Bytes that are read at once.
const PIECE_BYTES: usize = 1 << 20;

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamError {
    /// Its bytes can't be had.
    #[error("the file can't be read")]
    Read(#[from] io::Error),
    /// It is another one than was read before.
    #[error("the file changed while it was read")]
    Changed,
    /// The bag.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

impl From<FsError> for StreamError {
    fn from(error: FsError) -> Self {
        Self::Keep(error.into())
    }
}

impl Collection {
    /// Keeps a file of any length under the name `id`, which its bytes must have. One that is there stays.
    pub(crate) fn keep_stream(&self, id: SourceId, data: &mut dyn Read) -> Result<(), StreamError> {
        if self.find(&source_path(id))?.is_some() {
            return Ok(());
        }
        let staged = Staged::new(&self.space, &self.change, Kind::File)?;
        let (mut hasher, mut piece, mut at) = (blake3::Hasher::new(), vec![0; PIECE_BYTES], 0_u64);
        loop {
            let read = match data.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let bytes = piece.get(..read).unwrap_or(&piece);
            hasher.update(bytes);
            self.space.write(&self.change, staged.id(), at, bytes, WriteTimes::Now, false)?;
            at = at.saturating_add(bytes.len() as u64);
        }
        if SourceId::from_hash(hasher.finalize()) != id {
            return Err(StreamError::Changed);
        }
        Ok(self.place(&staged, &source_path(id), None, &[])?)
    }

    /// The state in which a file of an outside folder was looked at last, by its path.
    pub(crate) fn watched(&self, path: &[u8]) -> Result<Option<Vec<u8>>, KeepError> {
        Ok(self.space.kept(&self.access, "watched", path)?.map(|kept| kept.data))
    }

    /// Notes that a file of an outside folder was looked at in this state.
    pub(crate) fn note_watched(&self, path: &[u8], state: &[u8]) -> Result<(), KeepError> {
        Ok(self.space.keep(&self.change, "watched", path, 1, state)?)
    }
}
