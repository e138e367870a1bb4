//! What is being sent: which part of a file, how long it will be, and how old it is.

use http::HeaderMap;

use super::{BadHeader, after, number, single};

/// Seconds of year 1 and of the end of year 9999: times beyond are a client's mistake.
const MTIME_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// The part of a file that a PUT carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentRange {
    /// Its first byte.
    pub(crate) start: u64,
    /// The byte after its last.
    pub(crate) end: u64,
    /// How long the whole file is, when the client says so.
    pub(crate) total: Option<u64>,
}

/// Where the body of a PATCH goes, by SabreDAV's partial updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateRange {
    /// From this byte on, as far as the body goes.
    From(u64),
    /// Exactly there.
    Part {
        /// The first byte.
        start: u64,
        /// The byte after the last.
        end: u64,
    },
    /// From so many bytes before the end of the file.
    Last(u64),
    /// At the end of the file.
    Append,
}

/// Reads `Content-Range` of a request (RFC 9110 sections 14.4 and 14.5).
///
/// # Errors
/// [`BadHeader`] for another unit, a range that is backwards, or one that goes beyond its total: storing the body as a whole
/// file would destroy the rest.
pub(crate) fn content_range(headers: &HeaderMap) -> Result<Option<ContentRange>, BadHeader> {
    let Some(raw) = single(headers, "content-range")? else { return Ok(None) };
    part(raw).map(Some).ok_or(BadHeader("content-range"))
}

/// Reads `X-Update-Range` of a PATCH.
///
/// # Errors
/// [`BadHeader`] when it is missing or not one of `bytes=a-b`, `bytes=a-`, `bytes=-n` and `append`.
pub(crate) fn update_range(headers: &HeaderMap) -> Result<UpdateRange, BadHeader> {
    single(headers, "x-update-range")?.and_then(update).ok_or(BadHeader("x-update-range"))
}

/// Reads `X-OC-Mtime`: the time to give the file, in seconds since 1970. A fraction is cut off.
#[must_use]
pub(crate) fn oc_mtime(headers: &HeaderMap) -> Option<i64> {
    let raw = single(headers, "x-oc-mtime").ok()??;
    let (whole, fraction) = raw.split_once('.').unwrap_or((raw, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let sound = digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let seconds = whole.parse().ok().filter(|_| sound)?;
    MTIME_SECONDS.contains(&seconds).then_some(seconds)
}

/// Reads `X-Expected-Entity-Length`, which Finder sends with a chunked PUT: bytes of the body to come.
#[must_use]
pub(crate) fn expected_length(headers: &HeaderMap) -> Option<u64> {
    number(single(headers, "x-expected-entity-length").ok()??)
}

fn part(raw: &str) -> Option<ContentRange> {
    let rest = after(raw, "bytes")?.strip_prefix([' ', '='])?.trim_start();
    let (range, total) = rest.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (start, end) = (number(first)?, number(last)?.checked_add(1)?);
    let total = if total == "*" { None } else { Some(number(total)?) };
    (start < end && total.is_none_or(|total| end <= total)).then_some(ContentRange { start, end, total })
}

fn update(raw: &str) -> Option<UpdateRange> {
    if raw.eq_ignore_ascii_case("append") {
        return Some(UpdateRange::Append);
    }
    match after(raw, "bytes=")?.split_once('-')? {
        ("", count) => number(count).map(UpdateRange::Last),
        (first, "") => number(first).map(UpdateRange::From),
        (first, last) => {
            let (start, end) = (number(first)?, number(last)?.checked_add(1)?);
            (start < end).then_some(UpdateRange::Part { start, end })
        }
    }
}
