//! XML as small trees, read within bounds and written well-formed.
//!
//! No entity is defined or expanded; comments and processing instructions are left out, and line ends become line feeds.
//! Signs that XML can't hold become U+FFFD, so that what was read can be written.

mod read;
mod write;

use thiserror::Error;

pub(super) use read::{Root, parse_one, storable};
pub(super) use write::Out;

/// The deepest element, counted from the root.
pub(super) const DEEPEST: usize = 32;
/// The most elements of a file.
pub(super) const MOST_ELEMENTS: usize = 500_000;
/// The most attributes of an element.
pub(super) const MOST_ATTRIBUTES: usize = 64;

/// Why a text can't be read as XML.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum XmlError {
    /// It is no well-formed XML.
    #[error("not well-formed at byte {at}: {why}")]
    IllFormed {
        /// Where, counted from the beginning of the text.
        at: u64,
        /// What the reader found.
        why: String,
    },
    /// Elements stand too deep in each other.
    #[error("elements stand more than {DEEPEST} deep in each other")]
    TooDeep,
    /// There are too many elements, or attributes of one.
    #[error("more than {MOST_ELEMENTS} elements, or {MOST_ATTRIBUTES} attributes of one")]
    TooMany,
    /// It defines a document type of its own, whose entities could make it grow without end.
    #[error("it defines its own document type")]
    Doctype,
}

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) nodes: Vec<Node>,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub(super) fn children(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The only child of this name; none where there are several.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        let mut found = self.children().filter(|child| child.name == name);
        found.next().filter(|_| found.next().is_none())
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Takes an attribute out, if `read` makes something of its value.
    pub(super) fn take_attribute<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let at = self.attributes.iter().position(|(known, _)| known == name)?;
        let value = self.attributes.get(at).and_then(|(_, value)| read(value))?;
        self.attributes.remove(at);
        Some(value)
    }

    /// Takes all children of this name out.
    pub(super) fn take_children(&mut self, name: &str) -> Vec<Element> {
        let (taken, kept) = std::mem::take(&mut self.nodes)
            .into_iter()
            .partition(|node| matches!(node, Node::Element(element) if element.name == name));
        self.nodes = kept;
        let taken: Vec<Node> = taken;
        taken.into_iter().filter_map(Node::element).collect()
    }

    /// All the text that stands in it directly.
    pub(super) fn text(&self) -> String {
        self.nodes
            .iter()
            .filter_map(|node| if let Node::Text(text) = node { Some(text.as_str()) } else { None })
            .collect()
    }

    /// Whether it is made of text only.
    pub(super) fn is_plain(&self) -> bool {
        self.attributes.is_empty() && self.nodes.iter().all(|node| matches!(node, Node::Text(_)))
    }

    /// Its text as it stands in a file.
    pub(super) fn xml(&self) -> String {
        let mut text = String::new();
        write::element(&mut text, self);
        text
    }
}

impl Node {
    pub(super) fn element(self) -> Option<Element> {
        match self {
            Self::Element(element) => Some(element),
            Self::Text(_) => None,
        }
    }
}
