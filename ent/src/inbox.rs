//! The inbox: files that a person exported by hand, taken in one by one.
//!
//! [`take`] takes one file, whatever its name, by its content: what it says becomes records of an account of the platform
//! [`Platform::Inbox`](crate::record::Platform::Inbox), the file itself is kept as their source, and the views show them. A file about a
//! whole class is reduced to one pupil before anything of it is kept.
//!
//! [`sweep`] does so with the files of a folder at home's top, [`FOLDER`], and takes away what it took in; beside a file that can't be
//! taken in it lays a note that says why. [`watch`] tells of files that come to rest in a folder outside of the bag, and
//! [`take_outside`] takes a file in and leaves it where it is.

mod code;
mod folder;
mod incoming;
mod intake;
mod note;
mod outside;
mod read;
mod refusal;
mod sweep;
mod tried;
mod watch;
mod words;

use std::io::Cursor;

use cartable_fs::FsError;
use cartable_fs::bag::{Bag, BagError};
use zeroize::Zeroizing;

use crate::account::Counts;
use crate::collect::How;
use crate::collection::KeepError;
use crate::connector::Failure;
use crate::format::recognise::Found;

pub use code::qr_text;
pub use folder::{FOLDER, open};
pub use note::explain;
pub use outside::{Seen, take_outside};
pub use refusal::Refusal;
pub use sweep::{REST, sweep};
pub use watch::watch;

use incoming::Incoming;
use intake::Intake;

/// A file that was looked at.
#[derive(Debug)]
pub struct Taken {
    /// Its name, or its path below the inbox.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It was taken in.
    Kept {
        /// What it is.
        found: Found,
        /// The records that it gave.
        counts: Counts,
        /// What in it was not understood, in English; the file is kept, so nothing is lost.
        remarks: Vec<String>,
    },
    /// It is a picture of the code with which PRONOTE lets a new device in. Nothing of it was kept.
    Code(LoginCode),
    /// Nothing of it was kept.
    Refused(Refusal),
}

/// The text of a login code: a secret, though for ten minutes only.
pub struct LoginCode(Zeroizing<String>);

impl LoginCode {
    /// The text, as [`crate::collect::enroll`] wants it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for LoginCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginCode")
    }
}

/// Why the bag did not take in what it should have.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// The bag, or a space of it.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// A record could not be kept.
    #[error(transparent)]
    Record(#[from] Failure),
}

impl From<FsError> for InboxError {
    fn from(error: FsError) -> Self {
        Self::Keep(error.into())
    }
}

impl From<BagError> for InboxError {
    fn from(error: BagError) -> Self {
        Self::Keep(error.into())
    }
}

/// Takes in one file. `name` gives a name to what has none of its own, and nothing else; `pupil` says whose a file about several pupils
/// is, by name, or by number where the format has no names.
///
/// The same file again changes nothing.
///
/// # Errors
/// [`InboxError`]. A file that can't be taken in is no error, see [`Outcome::Refused`].
pub fn take(bag: &Bag, name: &str, bytes: &[u8], how: &How, pupil: Option<&str>) -> Result<Taken, InboxError> {
    let mut intake = Intake::new(bag, how);
    let mut data = Cursor::new(bytes);
    let outcome = intake.take(&mut Incoming::new(name, bytes.len() as u64, &mut data), pupil)?;
    intake.finish()?;
    Ok(Taken { name: name.to_owned(), outcome })
}
