//! Lists of entity tags (RFC 9110 section 8.8.3), as bytes: a tag may hold any, commas too.

use http::HeaderMap;

/// The entity tags of a header.
pub(super) struct Tags<'a> {
    any: bool,
    tags: Vec<Tag<'a>>,
}

/// An entity tag: what is between the quotes, with them.
struct Tag<'a> {
    weak: bool,
    opaque: &'a [u8],
}

impl<'a> Tags<'a> {
    /// Reads all lines of a header; none when there is none. What is no tag is left out.
    pub(super) fn of(headers: &'a HeaderMap, name: &str) -> Option<Self> {
        let mut lines = headers.get_all(name).iter().peekable();
        lines.peek()?;
        let mut tags = Self { any: false, tags: Vec::new() };
        for line in lines {
            tags.read(line.as_bytes());
        }
        Some(tags)
    }

    /// Whether it is `*`: any resource that exists.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Whether one is this very tag, and neither is weak (section 8.8.3.2).
    pub(super) fn hold_strongly(&self, etag: &str) -> bool {
        self.tags.iter().any(|tag| !tag.weak && tag.opaque == etag.as_bytes())
    }

    /// Whether one is this tag, weak or not.
    pub(super) fn hold_weakly(&self, etag: &str) -> bool {
        let etag = etag.strip_prefix("W/").unwrap_or(etag);
        self.tags.iter().any(|tag| tag.opaque == etag.as_bytes())
    }

    fn read(&mut self, line: &'a [u8]) {
        let mut rest = line;
        loop {
            let skipped = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b',')).count();
            rest = &rest[skipped..];
            if rest.is_empty() {
                return;
            }
            let (weak, quoted) = rest.strip_prefix(b"W/").map_or((false, rest), |quoted| (true, quoted));
            let quote = |bytes: &[u8]| bytes.iter().position(|&byte| byte == b'"');
            let length = quoted.strip_prefix(b"\"").and_then(quote).map(|inner| inner + 2);
            let end = length.map_or(rest, |length| &quoted[length..]);
            // What is between a tag and the next comma makes it no tag.
            let tail = end.split(|&byte| byte == b',').next().unwrap_or_default();
            match length {
                Some(length) if tail.trim_ascii().is_empty() => self.tags.push(Tag { weak, opaque: &quoted[..length] }),
                Some(_) => {}
                None => self.any |= tail.trim_ascii() == b"*",
            }
            rest = &end[tail.len()..];
        }
    }
}
