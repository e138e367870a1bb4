//! `Range` of a GET (RFC 9110 section 14.2). One range at a time: several may be ignored, and those who ask get the whole file.

use http::HeaderMap;

use super::{after, single};

/// What to send of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ranged {
    /// All of it, as if no range had been asked for.
    Whole,
    /// These bytes; never none.
    Part(std::ops::Range<u64>),
    /// It ends before they begin: answered with 416.
    Unsatisfiable,
}

/// Reads `Range` for a file of `size` bytes. An empty file is sent whole: clients that always ask for a range expect its
/// nothing, not an error.
#[must_use]
pub(crate) fn range(headers: &HeaderMap, size: u64) -> Ranged {
    let asked = single(headers, "range").ok().flatten().and_then(|raw| after(raw, "bytes="));
    match asked.and_then(|spec| spec.trim().split_once('-')) {
        Some((first, last)) if size > 0 => part(first, last, size).unwrap_or(Ranged::Whole),
        _ => Ranged::Whole,
    }
}

fn part(first: &str, last: &str, size: u64) -> Option<Ranged> {
    if first.is_empty() {
        let count = position(last)?;
        return Some(if count == 0 { Ranged::Unsatisfiable } else { Ranged::Part(size.saturating_sub(count)..size) });
    }
    let start = position(first)?;
    let last = if last.is_empty() { u64::MAX } else { position(last)? };
    if last < start {
        return None;
    }
    Some(if start >= size { Ranged::Unsatisfiable } else { Ranged::Part(start..last.saturating_add(1).min(size)) })
}

/// A position; one that doesn't fit is beyond every file.
fn position(digits: &str) -> Option<u64> {
    let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| digits.parse().unwrap_or(u64::MAX))
}
