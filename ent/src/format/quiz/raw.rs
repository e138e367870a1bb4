//! What a file says beyond the neutral form: elements and attributes kept as they are, to be written again.

use serde::{Deserialize, Serialize};

use super::xml::{self, Element, Node};

/// Attributes and elements that the neutral form has no place for.
///
/// An element that has a place, but says more than fits there, is read *and* kept here; a writer of the same format then writes the
/// one that was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Attributes, as name and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
    /// Elements, in the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<Raw>,
}

impl Other {
    /// Whether nothing was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.elements.is_empty()
    }

    /// Whether an element of this name was kept.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.elements.iter().any(|raw| raw.name() == name)
    }

    /// What is left of an element when all that is known was taken out of it.
    pub(super) fn rest(element: Element) -> Self {
        let elements = element.nodes.into_iter().filter_map(Node::element).map(|child| Raw::of(&child)).collect();
        Self { attributes: element.attributes, elements }
    }
}

/// One XML element as text, whole and well-formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Raw(String);

impl Raw {
    /// An element that was read.
    pub(super) fn of(element: &Element) -> Self {
        Self(element.xml())
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The element's name.
    #[must_use]
    pub fn name(&self) -> &str {
        let after = self.0.get(1..).unwrap_or_default();
        after.split([' ', '>', '/']).next().unwrap_or_default()
    }
}

impl TryFrom<String> for Raw {
    type Error = xml::XmlError;

    /// Reads it and writes it anew, so that nothing but an element can be in it.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        xml::parse_one(&text).map(|element| Self(element.xml()))
    }
}

impl From<Raw> for String {
    fn from(raw: Raw) -> Self {
        raw.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn only_whole_elements_are_raw() {
        for good in ["<a/>", "<a b=\"c\">d<e/>&amp;</a>"] {
            let raw = Raw::try_from(good.to_owned()).unwrap();
            assert_eq!(raw.text(), good);
            assert_eq!(raw.name(), "a");
        }
        for bad in ["", "a", "<a>", "<a/><b/>", "</a>", "<a/>b", "<!-- a -->", "<a b=c/>", "<a><b></a></b>"] {
            assert!(Raw::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
