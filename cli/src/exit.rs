//! Every way a command can fail: its exit code, what happened, and what to do.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use cartable_dav::{CertificateError, ShareError};
use cartable_fs::FsError;
use cartable_fs::bag::{BagError, KeyError};
use serde::{Deserialize, Serialize};

use crate::output;
use crate::text::Text;

/// Why a command failed. Sent from the process that has the bag to the one that asked.
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
    /// No process has the bag open.
    NotOpen { bag: PathBuf },
    /// There is a device of this name.
    DeviceThere { name: String },
    /// There is no device of this name or login.
    NoDevice { name: String },
    /// There is no such folder in the bag.
    NoFolder { folder: PathBuf },
    /// It can't be shared now.
    FolderInUse { folder: PathBuf },
    /// It is shared with this person already.
    SharedAlready { name: String },
    /// The last day is over.
    PastDay,
    /// It is not shared with them.
    NotShared { folder: PathBuf },
    /// There is an account of this name.
    AccountThere { name: String },
    /// There is no account of this name.
    NoAccount { name: String },
    /// What was collected under the name of an account is of another platform.
    AccountName { name: String, platform: String },
    /// An account can't be opened so.
    Account { what: String },
    /// The platform does not open it: a word that names the sentence, and what the platform said.
    Login { word: String, detail: String },
    /// Some platforms gave not all, or must not be asked yet.
    NotCollected { count: String },
    /// Some files were not taken in.
    NotTaken { count: String },
    /// The share can't listen there.
    Address { what: String },
    /// The certificate or its key can't be used.
    Certificate { path: PathBuf, what: String },
    /// Everybody on the network could read along.
    PlainRefused { address: String },
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
            Self::NotMounted { .. } | Self::NotOpen { .. } => 13,
            Self::InUse { .. } => 14,
            Self::Slot { .. } | Self::WhichPassphrase | Self::DeviceThere { .. } | Self::NoDevice { .. } => 15,
            Self::NoKeyring => 16,
            Self::Address { .. } => 17,
            Self::Certificate { .. } => 18,
            Self::PlainRefused { .. } => 19,
            Self::AccountThere { .. }
            | Self::NoAccount { .. }
            | Self::AccountName { .. }
            | Self::Account { .. }
            | Self::Login { .. } => 20,
            Self::NotCollected { .. } | Self::NotTaken { .. } => 21,
            Self::NoFolder { .. }
            | Self::FolderInUse { .. }
            | Self::SharedAlready { .. }
            | Self::NotShared { .. }
            | Self::PastDay => 22,
        }
    }

    /// What happened, and what to do.
    pub(crate) fn sentences(&self, text: &Text) -> String {
        let (id, variables): (&str, Vec<(&str, Cow<'_, str>)>) = match self {
            Self::Other { what } => ("other", vec![("what", what.into())]),
            Self::WrongSecret => ("wrong-secret", vec![]),
            Self::NotABag { folder } => ("not-a-bag", vec![("folder", shown(folder))]),
            Self::NotEmptyForBag { folder } => ("not-empty-for-bag", vec![("folder", shown(folder))]),
            Self::NewerFormat => ("newer-format", vec![]),
            Self::Busy { process } => ("busy", vec![("process", process.into())]),
            Self::PlaceMissing { folder } => ("place-missing", vec![("folder", shown(folder))]),
            Self::PlaceNotFolder { folder } => ("place-not-folder", vec![("folder", shown(folder))]),
            Self::PlaceNotEmpty { folder } => ("place-not-empty", vec![("folder", shown(folder))]),
            Self::PlaceNotYours { folder } => ("place-not-yours", vec![("folder", shown(folder))]),
            Self::OthersNotAllowed => ("others-not-allowed", vec![]),
            Self::NoFuse => ("no-fuse", vec![]),
            Self::NoRoom => ("no-room", vec![]),
            Self::ReadOnlyDisk { path } => ("read-only-disk", vec![("path", shown(path))]),
            Self::Damaged { what } => ("damaged", vec![("what", what.into())]),
            Self::OlderCopy { what } => ("older-copy", vec![("what", what.into())]),
            Self::NotMounted { folder } => ("not-mounted", vec![("folder", shown(folder))]),
            Self::InUse { folder } => ("in-use", vec![("folder", shown(folder))]),
            Self::NoTerminal => ("no-terminal", vec![]),
            Self::Mismatch => ("mismatch", vec![]),
            Self::BadPassphrase => ("bad-passphrase", vec![]),
            Self::NoSheet => ("no-sheet", vec![]),
            Self::NoKeyring => ("no-keyring", vec![]),
            Self::WhichPassphrase => ("which-passphrase", vec![]),
            Self::Slot { what } => ("slot", vec![("what", what.into())]),
            Self::NotOpen { bag } => ("not-open", vec![("bag", shown(bag))]),
            Self::DeviceThere { name } => ("device-there", vec![("name", name.into())]),
            Self::NoDevice { name } => ("no-device", vec![("name", name.into())]),
            Self::NoFolder { folder } => ("no-folder", vec![("folder", shown(folder))]),
            Self::FolderInUse { folder } => ("folder-in-use", vec![("folder", shown(folder))]),
            Self::PastDay => ("past-day", vec![]),
            Self::SharedAlready { name } => ("shared-already", vec![("name", name.into())]),
            Self::NotShared { folder } => ("not-shared", vec![("folder", shown(folder))]),
            Self::AccountThere { name } => ("account-there", vec![("name", name.into())]),
            Self::NoAccount { name } => ("no-account", vec![("name", name.into())]),
            Self::AccountName { name, platform } => {
                ("account-name", vec![("name", name.into()), ("platform", platform.into())])
            }
            Self::Account { what } => ("account", vec![("what", what.into())]),
            Self::Login { word, detail } => {
                let detail = output::plain(detail);
                ("login", vec![("why", text.say_with(&format!("ent-{word}"), &[("detail", detail.into())]).into())])
            }
            Self::NotCollected { count } => ("not-collected", vec![("count", count.into())]),
            Self::NotTaken { count } => ("not-taken", vec![("count", count.into())]),
            Self::Address { what } => ("address", vec![("what", what.into())]),
            Self::Certificate { path, what } => ("certificate", vec![("path", shown(path)), ("what", what.into())]),
            Self::PlainRefused { address } => ("plain-refused", vec![("address", address.into())]),
        };
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
            BagError::ReadOnly | BagError::Interrupted | BagError::KeysChanged | BagError::Refused(_) => {
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
            FsError::InUse => Self::InUse { folder: PathBuf::new() },
            FsError::Database(error) if is_damage(&error) => Self::Damaged { what: error.to_string() },
            FsError::Io { act, source } => Self::io(act, Path::new(""), &source),
            other => Self::Other { what: chain(&other) },
        }
    }
}

impl From<ShareError> for Failure {
    fn from(error: ShareError) -> Self {
        match error {
            ShareError::Address(error) => Self::Address { what: error.to_string() },
            ShareError::PlainBeyondLoopback { address } => Self::PlainRefused { address: address.to_string() },
            ShareError::Certificate(error) => error.into(),
            ShareError::Announce(_) => Self::Other { what: error.to_string() },
            ShareError::Io { act, source } => Self::Other { what: format!("{act}: {source}") },
        }
    }
}

impl From<CertificateError> for Failure {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Read { path, cause } => Self::Certificate { path, what: cause.to_string() },
            CertificateError::Write { path, cause } => Self::io("writing", &path, &cause),
            CertificateError::Unusable { certificate, cause, .. } => {
                Self::Certificate { path: certificate, what: cause.to_string() }
            }
            made @ CertificateError::Make(_) => Self::Other { what: made.to_string() },
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
