//! `Depth` (RFC 4918 section 10.2).

use http::HeaderMap;

use super::{BadHeader, single};

/// How far a request reaches below its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The resource alone.
    Zero,
    /// And what is in it.
    One,
    /// And all below.
    Infinity,
}

/// Reads `Depth`; what its absence means is the method's to say.
///
/// # Errors
/// [`BadHeader`] for anything but `0`, `1` and `infinity`.
pub(crate) fn depth(headers: &HeaderMap) -> Result<Option<Depth>, BadHeader> {
    match single(headers, "depth")? {
        None => Ok(None),
        Some("0") => Ok(Some(Depth::Zero)),
        Some("1") => Ok(Some(Depth::One)),
        Some(word) if word.eq_ignore_ascii_case("infinity") => Ok(Some(Depth::Infinity)),
        Some(_) => Err(BadHeader("depth")),
    }
}
