//! What can go wrong in the file system core. Doors translate each variant at their own edge, in one table.

use cartable_share::Refused;

/// Result of an operation of the core.
pub type Result<T> = std::result::Result<T, FsError>;

/// Why an operation of the core did not happen.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    /// No such entry, node or orphan.
    #[error("not found")]
    NotFound,
    /// The name is taken.
    #[error("the name is taken")]
    Exists,
    /// A folder was needed.
    #[error("not a folder")]
    NotFolder,
    /// A folder stands where a file was needed.
    #[error("is a folder")]
    IsFolder,
    /// The folder still holds entries.
    #[error("the folder is not empty")]
    NotEmpty,
    /// Another space is shown there, which does not go with a folder.
    #[error("another space is shown there")]
    InUse,
    /// The entries lie in two spaces, which are like two disks.
    #[error("not in the same space")]
    OtherSpace,
    /// A name of more than 255 bytes, or a symlink target of more than 4095.
    #[error("the name is too long")]
    NameTooLong,
    /// Arguments that make no sense together.
    #[error("invalid argument: {0}")]
    Invalid(&'static str),
    /// The operation is not possible on this kind of node.
    #[error("not supported here: {0}")]
    Unsupported(&'static str),
    /// No such extended attribute.
    #[error("no such attribute")]
    NoAttribute,
    /// An extended attribute larger than the limit of 64 KiB.
    #[error("the attribute is too large")]
    AttributeTooLarge,
    /// A file past 2^63 - 1 bytes.
    #[error("the file would be too large")]
    FileTooLarge,
    /// No data or hole past this offset.
    #[error("nothing past this offset")]
    PastEnd,
    /// Node has as many names as it can.
    #[error("too many links")]
    TooManyLinks,
    /// The disk has no room left beside the reserve.
    #[error("no room left on the disk")]
    NoRoom,
    /// Stored bytes are missing or fail to open.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The space stopped accepting changes after a failure to write; what was synced before is safe.
    #[error("stopped after a failure to write: {0}")]
    Stopped(String),
    /// The access does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The database failed.
    #[error("database")]
    Database(#[from] rusqlite::Error),
    /// The chunk store failed.
    #[error("store")]
    Store(#[from] cartable_store::Error),
    /// The operating system failed.
    #[error("{act}")]
    Io {
        /// What was being done.
        act: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
}

impl FsError {
    /// Whether there was no room on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::NoRoom => true,
            Self::Store(error) => error.is_full(),
            Self::Database(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            Self::Io { source, .. } => {
                matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }

    /// Wraps an error of the operating system with what was being done.
    pub fn io(act: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { act, source }
    }
}
