//! What can go wrong with a bag's folder, its keys and what is remembered of it.

use std::{fmt, io, path::PathBuf};

use cartable_crypto::{KeyError, SpaceId};
use cartable_share::Refused;

use crate::error::FsError;

/// Why a bag was not made, opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// No `bag.json` there.
    #[error("{} is not a bag", .folder.display())]
    NotABag {
        /// The folder.
        folder: PathBuf,
    },
    /// A bag is to be made where something is already.
    #[error("{} is not empty", .folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// Another process has the bag open.
    #[error("the bag is open already{}", holder(*.process))]
    Busy {
        /// Its number, where it is known.
        process: Option<u32>,
    },
    /// Header, slot, keyring or secret were refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Not the newest state that this device has seen.
    #[error("an older copy of the bag was put back: {0}")]
    OlderCopy(OlderCopy),
    /// What this device remembers can't be read, or was not written by it.
    #[error("the memory of this bag in {} is damaged", .path.display())]
    DamagedMemory {
        /// The file of the state folder.
        path: PathBuf,
    },
    /// A file that the header names is missing.
    #[error("{} is missing", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The bag was opened for reading only.
    #[error("the bag is open for reading only")]
    ReadOnly,
    /// A change of keys failed half way: nobody knows which header stands until the bag is opened again.
    #[error("a change of keys was interrupted: close the bag and open it again")]
    Interrupted,
    /// The keys of a space changed, and home does not have the new ones yet.
    #[error("keys were changed: open the bag once with its passphrase")]
    KeysChanged,
    /// A space failed.
    #[error(transparent)]
    Space(#[from] FsError),
    /// The access does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A file could not be read or written.
    #[error("{act} {}", .path.display())]
    Io {
        /// What was being done.
        act: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// In what a bag is older than what this device has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OlderCopy {
    /// The header has an older version.
    Header {
        /// The version found.
        found: u64,
        /// The version seen before.
        known: u64,
    },
    /// The header has the version seen before and another content.
    OtherHeader {
        /// The version of both.
        version: u64,
    },
    /// The header is signed with owner's keys that this device has not seen: they were changed elsewhere, or by somebody who
    /// once had a secret of this bag.
    OwnerChanged,
    /// The database lacks what was durably written.
    Database {
        /// The space.
        space: SpaceId,
    },
    /// The database was closed here, opened nowhere since, and yet differs: parts of it, or its log, were put back.
    Pages {
        /// The space.
        space: SpaceId,
    },
}

impl fmt::Display for OlderCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { found, known } => write!(f, "its keys are of version {found}, {known} was seen here"),
            Self::OtherHeader { version } => write!(f, "its keys of version {version} are not those seen here"),
            Self::OwnerChanged => f.write_str("its owner's keys are not those seen here"),
            Self::Database { space } => write!(f, "space {space} lacks what was written"),
            Self::Pages { space } => write!(f, "space {space} is not as it was left"),
        }
    }
}

impl BagError {
    /// Wraps an error of the operating system.
    pub(super) fn io(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { act, path, source }
    }
}

fn holder(process: Option<u32>) -> String {
    process.map(|number| format!(" in process {number}")).unwrap_or_default()
}
