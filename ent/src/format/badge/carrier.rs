//! Files that hold a badge: a picture into which it was baked, or its text alone.

use super::{BADGE_BYTES, BadgeError, FILE_BYTES, png, svg};

/// A badge's text, and what it came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) text: String,
    /// `png`, `svg`, `jws` or `json`.
    pub(super) ending: &'static str,
}

/// Finds the badge in a file, by what the file begins with.
pub(super) fn open(bytes: &[u8]) -> Result<Carried, BadgeError> {
    if bytes.len() > FILE_BYTES {
        return Err(BadgeError::TooLong);
    }
    if bytes.starts_with(&png::SIGNATURE) {
        return Ok(Carried { text: png::baked(bytes)?, ending: "png" });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadgeError::NoBadge)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    if text.starts_with('<') {
        return Ok(Carried { text: svg::baked(text)?, ending: "svg" });
    }
    if text.len() > BADGE_BYTES {
        return Err(BadgeError::TooLong);
    }
    match text.bytes().next() {
        Some(b'{') => Ok(Carried { text: text.to_owned(), ending: "json" }),
        Some(b'e') if text.bytes().filter(|byte| *byte == b'.').count() == 2 => {
            Ok(Carried { text: text.to_owned(), ending: "jws" })
        }
        _ => Err(BadgeError::NoBadge),
    }
}
