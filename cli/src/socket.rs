//! How commands reach the process that has a bag open: a Unix socket that only its user can reach, a request a
//! connection, a line of JSON each.
//!
//! The socket lies in a folder of the user (`$XDG_RUNTIME_DIR`, else the state folder) and is named after the bag's id.
//! It asks for no passphrase: whoever may speak on it may read the open drive.

mod client;
mod server;

use std::path::PathBuf;

use cartable_fs::Collected;
use cartable_fs::check::Report;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::places;

pub(crate) use client::ask;
pub(crate) use server::Listener;

/// What can be asked of the process behind a drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Read everything and say what is wrong.
    Check,
    /// Give back the room of what was deleted.
    Collect,
}

/// What it says: progress any number of times, then one of the others.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Progress { done: u64, total: u64 },
    Checked(Report),
    Collected(Collected),
    Failed(Failure),
}

/// Where the socket of a bag is.
fn place(id: &str) -> Result<PathBuf, Failure> {
    Ok(places::sockets()?.join(format!("{id}.sock")))
}
