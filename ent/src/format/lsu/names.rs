//! French names of the codes of LSU.

/// `CODE=name`, one a line.
const NAMES: &str = include_str!("names.txt");

/// The name of a code; the code itself where none is known.
pub(super) fn name(code: &str) -> &str {
    let mut lines = NAMES.lines().filter_map(|line| line.split_once('='));
    lines.find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}
