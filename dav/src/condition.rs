//! Conditions that a request sets: HTTP's (RFC 9110 section 13) and WebDAV's `If` (RFC 4918 section 10.4).

mod lists;
mod tags;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use http::HeaderMap;

pub(crate) use lists::{Probe, parse_if};

use crate::date;
use crate::header::single;
use tags::Tags;

/// What HTTP's conditions are about: the resource as it is before the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State<'a> {
    /// There is such a resource.
    pub(crate) exists: bool,
    /// Its entity tag, with its quotes.
    pub(crate) etag: Option<&'a str>,
    /// When it was last changed. HTTP sees whole seconds of it.
    pub(crate) modified: Option<SystemTime>,
}

/// What becomes of a request with conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is carried out.
    Go,
    /// The client has it already: 304.
    NotModified,
    /// 412.
    Failed,
}

/// Judges `If-Match`, `If-Unmodified-Since`, `If-None-Match` and `If-Modified-Since`, in the order of RFC 9110 section 13.2.2.
/// `reads` says that the method is GET or HEAD.
///
/// Tags that are none never match. Joplin sends such a one with each write (`If-None-Match: JoplinIgnore-...`) and relies on it.
#[must_use]
pub(crate) fn http(headers: &HeaderMap, reads: bool, state: &State<'_>) -> Verdict {
    if let Some(tags) = Tags::of(headers, "if-match") {
        let matches = state.exists && (tags.any() || state.etag.is_some_and(|etag| tags.hold_strongly(etag)));
        if !matches {
            return Verdict::Failed;
        }
    } else if is_newer(headers, "if-unmodified-since", state) == Some(true) {
        return Verdict::Failed;
    }
    if let Some(tags) = Tags::of(headers, "if-none-match") {
        let matches = state.exists && (tags.any() || state.etag.is_some_and(|etag| tags.hold_weakly(etag)));
        return match (matches, reads) {
            (false, _) => Verdict::Go,
            (true, true) => Verdict::NotModified,
            (true, false) => Verdict::Failed,
        };
    }
    if reads && is_newer(headers, "if-modified-since", state) == Some(false) {
        return Verdict::NotModified;
    }
    Verdict::Go
}

/// Judges `If-Range` (RFC 9110 section 13.1.5): whether the range may be sent. If not, the file is sent whole.
#[must_use]
pub(crate) fn if_range(headers: &HeaderMap, etag: Option<&str>, modified: Option<SystemTime>) -> bool {
    match single(headers, "if-range") {
        Ok(None) => true,
        Ok(Some(tag)) if tag.starts_with('"') => etag == Some(tag),
        Ok(Some(raw)) => {
            let seen = date::parse_http(raw).map(date::seconds);
            seen.is_some() && seen == modified.map(date::seconds)
        }
        Err(_) => false,
    }
}

/// Whether the resource changed after the date in a header; none when either is missing, or the date is not one.
fn is_newer(headers: &HeaderMap, name: &'static str, state: &State<'_>) -> Option<bool> {
    let date = date::parse_http(single(headers, name).ok()??)?;
    Some(date::seconds(state.modified.filter(|_| state.exists)?) > date::seconds(date))
}
