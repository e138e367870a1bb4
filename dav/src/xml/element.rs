//! An element with all that it holds: a parsed document, or the value of a property.

use super::parse::{XmlError, read};
use super::prefix::Prefixes;
use super::{Name, escape};

/// An element and what is below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name.
    pub(crate) name: Name,
    /// Its attributes in their order, without the declarations of namespaces.
    pub(crate) attributes: Vec<(Name, String)>,
    /// What it holds, in order.
    pub(crate) children: Vec<Child>,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Child {
    /// Another element.
    Element(Element),
    /// Text, unescaped. A parsed element has no two texts in a row, and no empty one.
    Text(String),
}

impl Element {
    /// An element with nothing in it.
    #[must_use]
    pub(crate) fn new(name: Name) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new() }
    }

    /// Whether it has this name.
    #[must_use]
    pub(crate) fn is(&self, space: &str, local: &str) -> bool {
        self.name.is(space, local)
    }

    /// The first element in it with this name.
    #[must_use]
    pub(crate) fn child(&self, space: &str, local: &str) -> Option<&Element> {
        self.elements().find(|element| element.is(space, local))
    }

    /// The elements in it, without the text between them.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// All text below it, as one.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.gather_text(&mut text);
        text
    }

    /// The element as XML that stands by itself, all its namespaces declared, to be kept.
    #[must_use]
    pub(crate) fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &Prefixes::of(self), true);
        out
    }

    /// Reads what [`Self::to_xml`] wrote. A kept value may have been changed from elsewhere, so the bounds of
    /// [`parse`](super::parse()) hold; what was parsed within them is read back.
    ///
    /// # Errors
    /// As [`parse`](super::parse()).
    pub(crate) fn from_xml(text: &str) -> Result<Self, XmlError> {
        read(text, None)
    }

    /// Writes it with prefixes that cover it; `declares` them when nothing around it did.
    pub(super) fn write(&self, out: &mut String, prefixes: &Prefixes<'_>, declares: bool) {
        out.push('<');
        prefixes.push(out, &self.name);
        if declares {
            prefixes.declare(out);
        }
        for (name, value) in &self.attributes {
            out.push(' ');
            prefixes.push(out, name);
            out.push_str("=\"");
            escape::push_value(out, value);
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Child::Element(element) => element.write(out, prefixes, false),
                Child::Text(text) => escape::push_text(out, text),
            }
        }
        out.push_str("</");
        prefixes.push(out, &self.name);
        out.push('>');
    }

    /// Hands the language in scope down to properties, so that they keep it when taken out of their document
    /// (RFC 4918 section 4.3).
    pub(super) fn settle_language(&mut self, inherited: Option<&str>) {
        let own = self.language().map(str::to_owned);
        let language = own.as_deref().or(inherited);
        let holds_properties = self.is(super::DAV, "prop");
        for child in &mut self.children {
            let Child::Element(element) = child else { continue };
            if holds_properties {
                if let (None, Some(language)) = (element.language(), language) {
                    element.attributes.push((Name::new(super::XML, "lang"), language.to_owned()));
                }
            } else {
                element.settle_language(language);
            }
        }
    }

    fn language(&self) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name.is(super::XML, "lang")).map(|(_, value)| value.as_str())
    }

    fn gather_text(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Child::Element(element) => element.gather_text(text),
                Child::Text(part) => text.push_str(part),
            }
        }
    }
}
