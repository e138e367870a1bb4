//! What can go wrong in the store.

use std::io;

use cartable_crypto::OpenError;

/// Result of an operation of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The backend failed.
    #[error("{act} {name}: {source}")]
    Io {
        /// What was being done.
        act: &'static str,
        /// To which object.
        name: String,
        /// What the system answered.
        source: io::Error,
    },
    /// A chunk did not open.
    #[error("a chunk in pack {pack} at {offset} is damaged: {source}")]
    Damaged {
        /// Name of the pack.
        pack: String,
        /// Where the chunk's body begins.
        offset: u64,
        /// What is wrong with it.
        source: OpenError,
    },
    /// A file among the packs that is none of ours.
    #[error("{name} is not a pack: {why}")]
    NotAPack {
        /// Name of the file.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The index points to a pack that it does not know.
    #[error("pack number {0} is not in the index")]
    UnknownPack(u32),
    /// Packs failed to sync before: what they hold since the last sync that succeeded may be lost.
    #[error("a pack could not be made durable before")]
    NotDurable,
    /// The index failed.
    #[error("the chunk index: {0}")]
    Index(#[from] rusqlite::Error),
    /// No randomness could be had.
    #[error("asking the system for randomness: {0}")]
    Randomness(getrandom::Error),
}

impl Error {
    pub(crate) fn io(act: &'static str, name: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { act, name: name.to_owned(), source }
    }

    /// Whether there was no room on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Self::Damaged { .. }
            | Self::NotAPack { .. }
            | Self::UnknownPack(_)
            | Self::NotDurable
            | Self::Index(_)
            | Self::Randomness(_) => false,
        }
    }
}
