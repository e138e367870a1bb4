//! How commands reach the process that has a bag: a Unix socket that only its user can reach, a request a connection, a line of
//! JSON each.
//!
//! The socket lies in a folder of the user (`$XDG_RUNTIME_DIR`, else the state folder). Its name tells which bag it is: the id,
//! and the bag's lock file, since a copy of a bag has the same id.
//! It asks for no passphrase to check and collect: whoever may speak on it may read the open drive. What changes the keys, or
//! opens a door, carries a secret of the owner.

mod client;
mod farewell;
mod server;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cartable_fs::bag::Bag;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::passphrase::Word;
use crate::places;
use crate::wanted::{PathWord, Wanted};
use crate::work::{Done, Task};

pub(crate) use client::{Farewell, ask, doors_of};
pub(crate) use farewell::Farewells;
pub(crate) use server::Listener;

/// What is asked of the process.
#[derive(Serialize, Deserialize)]
pub(crate) enum Request {
    /// Say what is open.
    Doors,
    /// Do something in the bag.
    Work(Task),
    /// Open these doors, too.
    Open { by: Word, wanted: Wanted },
    /// If the drive is there: make everything durable, and later say how it ended.
    Unmounting { drive: PathWord },
    /// Close all doors, and say how that ended.
    Close,
}

/// What is answered: progress any number of times, then one of the others.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Progress {
        done: u64,
        total: u64,
    },
    Doors(Doors),
    Done(Done),
    /// The bag is not open: nobody has logged in.
    Locked,
    /// It is another drive.
    Elsewhere,
    /// There will be a last word.
    Heard,
    /// The drive has ended, and the process goes on with another door.
    Stays,
    /// The process has ended, and the bag is closed.
    Ended,
    Failed(Failure),
}

/// What is open.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doors {
    pub(crate) drive: Option<PathWord>,
    pub(crate) share: Option<Shared>,
    pub(crate) clients: Vec<Client>,
    /// Nobody has logged in: the process has no keys.
    pub(crate) locked: bool,
}

/// Where the share is found, and by what it is known.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) urls: Vec<String>,
    pub(crate) fingerprint: Option<String>,
    /// Why the certificate's files as they are now are not in use.
    pub(crate) trouble: Option<String>,
    /// Names that were asked for and that the certificate lacks.
    pub(crate) lacking: Vec<String>,
    pub(crate) certificate: Option<PathWord>,
}

/// Somebody who uses the share.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) address: String,
    /// The name of the device, or its login where no name is known; none for a person at the page.
    pub(crate) device: Option<String>,
    /// Seconds since 1970.
    pub(crate) since: u64,
    pub(crate) requests: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
}

/// The longest request, in bytes: secrets and paths of the longest kind, in hexadecimal.
pub(crate) const REQUEST_BYTES: usize = 64 * 1024;

/// Where the socket of a bag is.
fn place(bag: &Path) -> Result<PathBuf, Failure> {
    let id = Bag::header_at(bag)?.bag();
    // A bag that nobody could lock has none: nobody changes it either.
    let (device, file) = std::fs::metadata(bag.join("lock")).map_or((0, 0), |lock| (lock.dev(), lock.ino()));
    Ok(places::sockets()?.join(format!("{id}-{device:x}-{file:x}.sock")))
}
