//! Saying things where nobody may listen any more: a full disk or a closed pipe behind standard output is no reason to
//! break off, least of all after something was changed.

use std::io::{ErrorKind, Write};

use crate::exit::Failure;

/// Says a line; what can't be said is not.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Says a line to the person, beside what a program may read.
pub(crate) fn tell(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Prints what was asked for.
///
/// # Errors
/// When it could not be written, but for a reader that has enough.
pub(crate) fn print(line: impl std::fmt::Display) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::io("writing to", std::path::Path::new("standard output"), &error))
        }
        _ => Ok(()),
    }
}
