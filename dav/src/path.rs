//! Paths of resources: parsed once from a URL, then names that can't climb out of the share.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode};

/// The longest name, in bytes of UTF-8.
const NAME_BYTES: usize = 255;
/// The most names in a path.
const NAMES: usize = 256;

/// What stays as it is in an href: RFC 3986's unreserved, and those of `pchar` that no client is known to read differently.
/// `+` is not among them (some read it as a space), nor are `;`, `&` and `'` (parameters, and escapes of XML).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b':')
    .remove(b'=')
    .remove(b'@');

/// The path of a resource, from the root of the share. Two paths are equal when their names are, slash or not.
#[derive(Debug, Clone)]
pub(crate) struct UrlPath {
    names: Vec<String>,
    slash: bool,
}

/// A path that names nothing a share can hold. Answered with 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadPath;

impl UrlPath {
    /// Parses the path of a request target or of a `Destination`, percent-encoded, without its query.
    ///
    /// Empty segments are skipped. A literal `?` or `#` is refused: a client that forgot to encode it meant another resource
    /// than the part before it.
    ///
    /// # Errors
    /// [`BadPath`] for a path that does not begin with `/`, a broken percent escape, text that is not UTF-8, a segment that
    /// is `.` or `..` or holds a NUL or a slash (encoded or not), a name above [`NAME_BYTES`], and more than [`NAMES`] names.
    pub(crate) fn parse(raw: &str) -> Result<Self, BadPath> {
        let segments = raw.strip_prefix('/').ok_or(BadPath)?;
        if raw.contains(['?', '#', '\0']) {
            return Err(BadPath);
        }
        let mut names = Vec::new();
        for segment in segments.split('/').filter(|segment| !segment.is_empty()) {
            if names.len() == NAMES {
                return Err(BadPath);
            }
            names.push(decode(segment)?);
        }
        Ok(Self { slash: names.is_empty() || raw.ends_with('/'), names })
    }

    /// The root of the share.
    #[must_use]
    pub(crate) fn root() -> Self {
        Self { names: Vec::new(), slash: true }
    }

    /// A path of names that come from the share itself.
    #[must_use]
    pub(crate) fn from_names(names: Vec<String>, slash: bool) -> Self {
        Self { slash: slash || names.is_empty(), names }
    }

    /// The names, from the root down.
    #[must_use]
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The last name; none for the root.
    #[must_use]
    pub(crate) fn name(&self) -> Option<&str> {
        self.names.last().map(String::as_str)
    }

    /// The folder that holds it; none for the root.
    #[must_use]
    pub(crate) fn parent(&self) -> Option<Self> {
        let (_, above) = self.names.split_last()?;
        Some(Self { names: above.to_vec(), slash: true })
    }

    /// The path of what is called `name` in this folder.
    #[must_use]
    pub(crate) fn join(&self, name: &str) -> Self {
        let mut names = Vec::with_capacity(self.names.len() + 1);
        names.extend_from_slice(&self.names);
        names.push(name.to_owned());
        Self { names, slash: false }
    }

    /// Whether it is `other` or below it.
    #[must_use]
    pub(crate) fn lies_in(&self, other: &Self) -> bool {
        self.names.starts_with(&other.names)
    }

    /// Whether it was written with a slash at its end, as folders are.
    #[must_use]
    pub(crate) fn has_slash(&self) -> bool {
        self.slash
    }

    /// The path as an `href`, percent-encoded, with a slash at its end when it is a folder. It needs no escaping in XML.
    #[must_use]
    pub(crate) fn href(&self, folder: bool) -> String {
        if self.names.is_empty() {
            return "/".to_owned();
        }
        let mut href = String::with_capacity(self.names.iter().map(|name| name.len() + 1).sum::<usize>() + 1);
        for name in &self.names {
            // Writing to a string can't fail.
            let _ = write!(href, "/{}", encode(name));
        }
        if folder {
            href.push('/');
        }
        href
    }
}

impl PartialEq for UrlPath {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl Eq for UrlPath {}

impl PartialOrd for UrlPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UrlPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names.cmp(&other.names)
    }
}

impl Hash for UrlPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names.hash(state);
    }
}

/// One name as it stands in an href. Listings join it to their folder's href rather than building a path for each entry.
pub(crate) fn encode(name: &str) -> PercentEncode<'_> {
    utf8_percent_encode(name, ENCODED)
}

fn decode(segment: &str) -> Result<String, BadPath> {
    let bytes = segment.as_bytes();
    for (at, _) in segment.match_indices('%') {
        let escape = bytes.get(at + 1..at + 3).ok_or(BadPath)?;
        if !escape.iter().all(u8::is_ascii_hexdigit) {
            return Err(BadPath);
        }
    }
    let name = percent_decode_str(segment).decode_utf8().map_err(|_| BadPath)?;
    let refused = name == "." || name == ".." || name.contains(['/', '\0']) || name.len() > NAME_BYTES;
    if refused { Err(BadPath) } else { Ok(name.into_owned()) }
}
