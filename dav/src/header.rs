//! Headers of requests, each read into what it means. One module a subject.

mod content;
mod depth;
mod destination;
mod lock;
mod range;

#[cfg(test)]
mod tests;

use http::HeaderMap;

pub(crate) use content::{ContentRange, UpdateRange, content_range, expected_length, oc_mtime, update_range};
pub(crate) use depth::{Depth, depth};
pub(crate) use destination::{DestinationError, destination, overwrite, reference};
pub(crate) use lock::{Timeout, is_token, lock_token, timeout};
pub(crate) use range::{Ranged, range};

/// A header that can't be understood, by its name. Answered with 400: guessing could lose a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadHeader(pub(crate) &'static str);

/// The value of a header that stands at most once, without white space around it.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, BadHeader> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(BadHeader(name));
    }
    std::str::from_utf8(value.as_bytes()).map(|text| Some(text.trim())).map_err(|_| BadHeader(name))
}

/// A number of digits only: no sign, no space.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// What follows a word at the start of a text, in any case.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}
