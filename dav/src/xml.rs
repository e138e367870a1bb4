//! XML as WebDAV uses it: small documents read whole into elements, and answers written straight into bytes.
//!
//! Received documents are the enemy's: no document type, no entity beyond the five of XML, no processing instruction, and
//! bounds on depth and on counts (RFC 4918 section 20.6). Their length is bounded before they come here.

mod element;
mod escape;
mod parse;
mod prefix;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use element::{Child, Element};
pub(crate) use parse::{XmlError, parse};
pub(crate) use write::Writer;

/// The namespace of WebDAV.
pub(crate) const DAV: &str = "DAV:";
/// The namespace that the prefix `xml` means everywhere.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The name of an element, an attribute or a property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    /// The URI of its namespace; empty for none.
    pub(crate) space: String,
    /// Its name in there.
    pub(crate) local: String,
}

impl Name {
    /// A name in a namespace; an empty one is none.
    #[must_use]
    pub(crate) fn new(space: &str, local: &str) -> Self {
        Self { space: space.to_owned(), local: local.to_owned() }
    }

    /// Whether it is this name.
    #[must_use]
    pub(crate) fn is(&self, space: &str, local: &str) -> bool {
        self.space == space && self.local == local
    }
}

/// Whether a text may be the local name of an element (NCName of Namespaces in XML 1.0). Names that come from elsewhere than
/// a parsed document, as those of extended attributes, are asked before they are written.
#[must_use]
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(begins_name) && chars.all(continues_name)
}

/// NameStartChar of XML 1.0 (fifth edition) without the colon.
fn begins_name(char: char) -> bool {
    matches!(char,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn continues_name(char: char) -> bool {
    begins_name(char)
        || matches!(char, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Char of XML 1.0: what a document may hold at all.
fn is_char(char: char) -> bool {
    !matches!(char, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}
