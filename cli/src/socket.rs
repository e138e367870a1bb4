//! How commands reach the process that has a bag open: a Unix socket that only its user can reach, a request a
//! connection, a line of JSON each.
//!
//! The socket lies in a folder of the user (`$XDG_RUNTIME_DIR`, else the state folder) and is named after the bag's id.
//! It asks for no passphrase to check and collect: whoever may speak on it may read the open drive. What changes the keys
//! carries a secret of the owner.

mod client;
mod server;

use std::path::PathBuf;

use crate::exit::Failure;
use crate::places;

pub(crate) use client::ask;
pub(crate) use server::Listener;

/// The longest request, in bytes: two passphrases of the longest kind, in hexadecimal.
const REQUEST_BYTES: usize = 8 * 1024;

/// Where the socket of a bag is.
fn place(id: &str) -> Result<PathBuf, Failure> {
    Ok(places::sockets()?.join(format!("{id}.sock")))
}
