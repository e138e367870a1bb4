//! Saying things where nobody may listen any more: a full disk or a closed pipe behind standard output is no reason to
//! break off, least of all after something was changed.

use std::io::{ErrorKind, Write};

use crate::exit::Failure;

/// A text of others, as one line that does nothing to a terminal: names of files, and what they hold, may be made to.
pub(crate) fn plain(text: &str) -> String {
    // What sets the direction of writing shows a text as another one (Unicode Standard Annex 9).
    let bends = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || bends(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

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

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_text_of_others_is_one_line_that_commands_nothing() {
        let said = plain("a\u{1b}]0;title\u{7}\nb\r\u{9b}2J\u{202e}c\u{e9}");
        assert!(
            !said.chars().any(char::is_control) && said.ends_with("c\u{e9}") && !said.contains('\u{202e}'),
            "{said}"
        );
    }
}
