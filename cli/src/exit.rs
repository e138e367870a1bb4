//! Every way a command can fail: its exit code, what happened, and what to do.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use cartable_fs::FsError;
use cartable_fs::bag::{BagError, KeyError};
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Why a command failed. Sent from the process behind a drive to the one that started it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// A file or the system failed.
    Other { what: String },
    /// The passphrase or code opens nothing.
    WrongSecret,
    /// No bag there.
    NotABag { folder: PathBuf },
    /// A bag can't be made where something is.
    NotEmptyForBag { folder: PathBuf },
    /// A newer program made this bag.
    NewerFormat,
    /// Another process has the bag.
    Busy { process: String },
    /// The place for the drive is missing.
    PlaceMissing { folder: PathBuf },
    /// The place for the drive is no folder.
    PlaceNotFolder { folder: PathBuf },
    /// The place for the drive holds something.
    PlaceNotEmpty { folder: PathBuf },
    /// The place for the drive is not this user's to use.
    PlaceNotYours { folder: PathBuf },
    /// The system lets only root open a drive to other users.
    OthersNotAllowed,
    /// The system has no FUSE, or does not let us use it.
    NoFuse,
    /// The disk is full.
    NoRoom,
    /// The disk can't be written.
    ReadOnlyDisk { path: PathBuf },
    /// Something in the bag was altered or is missing.
    Damaged { what: String },
    /// An older copy was put back.
    OlderCopy { what: String },
    /// No drive there.
    NotMounted { folder: PathBuf },
    /// A program uses the drive.
    InUse { folder: PathBuf },
    /// There is nobody to ask.
    NoTerminal,
    /// The two entries differ.
    Mismatch,
    /// An empty or overlong passphrase.
    BadPassphrase,
    /// The recovery sheet was neither saved nor declined.
    NoSheet,
    /// There are several passphrases, and the given secret is none of them.
    WhichPassphrase,
    /// There is no desktop keyring, or it was not opened.
    NoKeyring,
    /// No such slot, or the last one.
    Slot { what: String },
}

impl Failure {
    /// The exit code, as `docs/exit-codes.md` lists them.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Other { .. } => 1,
            Self::NoTerminal | Self::NoSheet => 2,
            Self::WrongSecret | Self::Mismatch | Self::BadPassphrase => 3,
            Self::NotABag { .. } | Self::NotEmptyForBag { .. } => 4,
            Self::NewerFormat => 5,
            Self::Busy { .. } => 6,
            Self::PlaceMissing { .. }
            | Self::PlaceNotFolder { .. }
            | Self::PlaceNotEmpty { .. }
            | Self::PlaceNotYours { .. } => 7,
            Self::NoFuse | Self::OthersNotAllowed => 8,
            Self::NoRoom => 9,
            Self::ReadOnlyDisk { .. } => 10,
            Self::Damaged { .. } => 11,
            Self::OlderCopy { .. } => 12,
            Self::NotMounted { .. } => 13,
            Self::InUse { .. } => 14,
            Self::Slot { .. } | Self::WhichPassphrase => 15,
            Self::NoKeyring => 16,
        }
    }

    /// What happened, and what to do.
    pub(crate) fn sentences(&self, text: &Text) -> String {
        let (id, variable): (&str, Option<(&str, Cow<'_, str>)>) = match self {
            Self::Other { what } => ("other", Some(("what", what.into()))),
            Self::WrongSecret => ("wrong-secret", None),
            Self::NotABag { folder } => ("not-a-bag", Some(("folder", shown(folder)))),
            Self::NotEmptyForBag { folder } => ("not-empty-for-bag", Some(("folder", shown(folder)))),
            Self::NewerFormat => ("newer-format", None),
            Self::Busy { process } => ("busy", Some(("process", process.into()))),
            Self::PlaceMissing { folder } => ("place-missing", Some(("folder", shown(folder)))),
            Self::PlaceNotFolder { folder } => ("place-not-folder", Some(("folder", shown(folder)))),
            Self::PlaceNotEmpty { folder } => ("place-not-empty", Some(("folder", shown(folder)))),
            Self::PlaceNotYours { folder } => ("place-not-yours", Some(("folder", shown(folder)))),
            Self::OthersNotAllowed => ("others-not-allowed", None),
            Self::NoFuse => ("no-fuse", None),
            Self::NoRoom => ("no-room", None),
            Self::ReadOnlyDisk { path } => ("read-only-disk", Some(("path", shown(path)))),
            Self::Damaged { what } => ("damaged", Some(("what", what.into()))),
            Self::OlderCopy { what } => ("older-copy", Some(("what", what.into()))),
            Self::NotMounted { folder } => ("not-mounted", Some(("folder", shown(folder)))),
            Self::InUse { folder } => ("in-use", Some(("folder", shown(folder)))),
            Self::NoTerminal => ("no-terminal", None),
            Self::Mismatch => ("mismatch", None),
            Self::BadPassphrase => ("bad-passphrase", None),
            Self::NoSheet => ("no-sheet", None),
            Self::NoKeyring => ("no-keyring", None),
            Self::WhichPassphrase => ("which-passphrase", None),
            Self::Slot { what } => ("slot", Some(("what", what.into()))),
        };
        let variables: Vec<_> = variable.into_iter().collect();
        format!(
            "{}\n{}",
            text.say_with(&format!("err-{id}"), &variables),
            text.say_with(&format!("do-{id}"), &variables)
        )
    }

    pub(crate) fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::NoRoom,
            std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnlyDisk { path: path.to_owned() },
            _ => Self::Other { what: format!("{what} {}: {error}", path.display()) },
        }
    }
}

fn shown(path: &Path) -> Cow<'_, str> {
    path.to_string_lossy()
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::WrongSecret | KeyError::BadCode(_) => Self::WrongSecret,
            KeyError::NewerFormat { .. } => Self::NewerFormat,
            KeyError::BadSecret(_) => Self::BadPassphrase,
            KeyError::NoSuchSlot | KeyError::LastOwnerSlot | KeyError::NotOwner => {
                Self::Slot { what: error.to_string() }
            }
            KeyError::Malformed(_)
            | KeyError::Cost { .. }
            | KeyError::AlteredSlot
            | KeyError::AlteredHeader
            | KeyError::AlteredKeyring(_) => Self::Damaged { what: error.to_string() },
            KeyError::NoSuchSpace | KeyError::TooMany(_) | KeyError::NoMemory => {
                Self::Other { what: error.to_string() }
            }
        }
    }
}

impl From<BagError> for Failure {
    fn from(error: BagError) -> Self {
        match error {
            BagError::NotABag { folder } => Self::NotABag { folder },
            BagError::NotEmpty { folder } => Self::NotEmptyForBag { folder },
            BagError::Busy { process } => Self::Busy { process: process.map_or("?".into(), |id| id.to_string()) },
            BagError::Key(error) => error.into(),
            BagError::OlderCopy(older) => Self::OlderCopy { what: older.to_string() },
            BagError::DamagedMemory { .. } | BagError::Missing { .. } => Self::Damaged { what: error.to_string() },
            BagError::Space(error) => error.into(),
            BagError::Io { act, path, source } => Self::io(act, &path, &source),
            BagError::ReadOnly | BagError::Interrupted | BagError::Refused(_) => {
                Self::Other { what: error.to_string() }
            }
        }
    }
}

impl From<FsError> for Failure {
    fn from(error: FsError) -> Self {
        match error {
            full if full.is_full() => Self::NoRoom,
            FsError::Damaged(what) => Self::Damaged { what },
            FsError::Database(error) if is_damage(&error) => Self::Damaged { what: error.to_string() },
            FsError::Io { act, source } => Self::io(act, Path::new(""), &source),
            other => Self::Other { what: chain(&other) },
        }
    }
}

/// Whether a database says that it is none, or not whole.
fn is_damage(error: &cartable_fs::DatabaseError) -> bool {
    use cartable_fs::DatabaseErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// An error with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said.push_str(&format!(": {error}"));
        cause = error.source();
    }
    said
}
