//! How commands reach the process that has a bag open: a Unix socket that only its user can reach, a request a
//! connection, a line of JSON each.
//!
//! The socket lies in a folder of the user (`$XDG_RUNTIME_DIR`, else the state folder). Its name tells which bag it is: the id,
//! and the bag's lock file, since a copy of a bag has the same id.
//! It asks for no passphrase to check and collect: whoever may speak on it may read the open drive. What changes the keys
//! carries a secret of the owner.

mod client;
mod server;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cartable_fs::bag::Bag;
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::passphrase::Word;
use crate::places;

pub(crate) use client::{Farewell, ask, drive_of};
pub(crate) use server::{Farewells, Listener};

/// The longest request, in bytes: two passphrases of the longest kind, in hexadecimal.
const REQUEST_BYTES: usize = 8 * 1024;

/// Where the socket of a bag is.
fn place(bag: &Path) -> Result<PathBuf, Failure> {
    let id = Bag::header_at(bag)?.bag();
    // A bag that nobody could lock has none: nobody changes it either.
    let (device, file) = std::fs::metadata(bag.join("lock")).map_or((0, 0), |lock| (lock.dev(), lock.ino()));
    Ok(places::sockets()?.join(format!("{id}-{device:x}-{file:x}.sock")))
}

/// The bytes of a path: paths need not be text.
fn word_of(path: &Path) -> Word {
    Word(Zeroizing::new(path.as_os_str().as_bytes().to_vec()))
}

fn path_of(word: &Word) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(&word.0))
}
