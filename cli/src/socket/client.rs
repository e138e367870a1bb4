//! The side that asks.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use cartable_fs::check::Progress;
use zeroize::Zeroizing;

use super::{Doors, REQUEST_BYTES, Reply, Request, place};
use crate::exit::Failure;
use crate::places;
use crate::wanted::PathWord;

/// Asks the process that has a bag, and shows its progress; returns its last word. None when nobody listens, or
/// whoever did ended without a word: then the bag's lock decides what can be done.
pub(crate) fn ask(bag: &Path, request: &Request, show: &mut dyn FnMut(Progress)) -> Result<Option<Reply>, Failure> {
    let Some(connection) = connect(&place(bag)?, request) else { return Ok(None) };
    let mut lines = connection.lines();
    let Some(Ok(mut line)) = lines.next() else { return Ok(None) };
    let lost = |error: io::Error| Failure::io("asking the process behind", bag, &error);
    loop {
        match serde_json::from_str(&line).map_err(io::Error::from).map_err(lost)? {
            Reply::Progress { done, total } => show(Progress { done, total }),
            Reply::Failed(failure) => return Err(failure),
            answer => return Ok(Some(answer)),
        }
        line = lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into())).map_err(lost)?;
    }
}

/// What the process that has a bag has open; none where there is no process.
pub(crate) fn doors_of(bag: &Path) -> Result<Option<Doors>, Failure> {
    match ask(bag, &Request::Doors, &mut |_| {})? {
        Some(Reply::Doors(doors)) => Ok(Some(doors)),
        _ => Ok(None),
    }
}

/// A process that will say how it ended, or its drive.
pub(crate) struct Farewell(BufReader<UnixStream>);

impl Farewell {
    /// Asks the process behind the drive at `folder` to make everything durable, and to say how it ends. None when there is
    /// no process of ours behind it.
    ///
    /// # Errors
    /// [`Failure::NoRoom`] when there is no room for what was written: ending now would lose it.
    pub(crate) fn of_drive(folder: &Path) -> Result<Option<Self>, Failure> {
        for entry in places::sockets()?.read_dir().into_iter().flatten().flatten() {
            let request = Request::Unmounting { drive: PathWord(folder.to_owned()) };
            let Some(mut connection) = connect(&entry.path(), &request) else { continue };
            match next(&mut connection) {
                Some(Reply::Heard) => return Ok(Some(Self(connection))),
                // What could not be written before can't be written by waiting.
                Some(Reply::Failed(Failure::NoRoom)) => return Err(Failure::NoRoom),
                Some(Reply::Failed(_)) => return Ok(Some(Self(connection))),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Tells the process that has a bag to close all doors. None when there is none.
    pub(crate) fn of_bag(bag: &Path) -> Result<Option<Self>, Failure> {
        let Some(mut connection) = connect(&place(bag)?, &Request::Close) else { return Ok(None) };
        Ok(matches!(next(&mut connection), Some(Reply::Heard)).then_some(Self(connection)))
    }

    /// Waits for the end; returns the last word, if there was one: whether the process goes on with another door, or how it
    /// failed.
    pub(crate) fn wait(mut self) -> Option<Result<bool, Failure>> {
        let word = next(&mut self.0);
        // The connection ends with the process, and with it the lock of the bag; or after the last word where it goes on.
        let _ = io::copy(&mut self.0, &mut io::sink());
        match word? {
            Reply::Failed(failure) => Some(Err(failure)),
            Reply::Stays => Some(Ok(true)),
            _ => Some(Ok(false)),
        }
    }
}

fn next(connection: &mut BufReader<UnixStream>) -> Option<Reply> {
    let mut line = String::new();
    connection.read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// How long a process may take to say that it listens.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks, and returns the connection once somebody began to answer.
fn connect(socket: &Path, request: &Request) -> Option<BufReader<UnixStream>> {
    let mut stream = UnixStream::connect(socket).ok()?;
    // Room for all of it at once: a vector that grows leaves copies of a passphrase behind.
    let mut words = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES));
    serde_json::to_writer(&mut *words, request).ok()?;
    words.push(b'\n');
    stream.write_all(&words).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut connection = BufReader::new(stream);
    next(&mut connection)?;
    connection.get_ref().set_read_timeout(None).ok()?;
    Some(connection)
}
