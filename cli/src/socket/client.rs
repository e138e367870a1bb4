//! The side that asks.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use cartable_fs::bag::Bag;
use cartable_fs::check::Progress;
use zeroize::Zeroizing;

use super::place;
use crate::exit::Failure;
use crate::work::{Reply, Request};

/// Asks the process that has a bag open, and shows its progress; returns its last word. None when nobody listens, or
/// whoever did ended without a word: then the bag's lock decides what can be done.
pub(crate) fn ask(bag: &Path, request: &Request, show: &mut dyn FnMut(Progress)) -> Result<Option<Reply>, Failure> {
    let id = Bag::header_at(bag)?.bag().to_string();
    let Ok(stream) = UnixStream::connect(place(&id)?) else { return Ok(None) };
    let lost = |error: io::Error| Failure::io("asking the process behind", bag, &error);
    // Room for all of it at once: a vector that grows leaves copies of a passphrase behind.
    let mut words = Zeroizing::new(Vec::with_capacity(super::REQUEST_BYTES));
    serde_json::to_writer(&mut *words, request).map_err(io::Error::from).map_err(lost)?;
    words.push(b'\n');
    let asked = (&stream).write_all(&words);
    let mut lines = BufReader::new(&stream).lines();
    let Some(Ok(mut line)) = asked.ok().and_then(|()| lines.next()) else { return Ok(None) };
    loop {
        match serde_json::from_str(&line).map_err(io::Error::from).map_err(lost)? {
            Reply::Progress { done, total } => show(Progress { done, total }),
            Reply::Failed(failure) => return Err(failure),
            answer => return Ok(Some(answer)),
        }
        line = lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into())).map_err(lost)?;
    }
}
