//! XML as a tree, for files of some megabytes: bounded in size, depth and number of parts. Entities that a file declares itself are refused:
//! they make small files large.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{XmlVersion, escape};

use super::letters;
use super::reading::Unreadable;

/// The largest file that is read.
pub(crate) const LIMIT_BYTES: usize = 64 << 20;
const DEPTH: usize = 64;
const PARTS: usize = 2_000_000;

/// An element.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Element {
    /// Name as written, with its prefix.
    pub(crate) name: String,
    /// Attributes as written, with their prefixes.
    pub(crate) attributes: Vec<(String, String)>,
    /// What stands in it. Text that is only space between elements is left out.
    pub(crate) nodes: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

/// Reads a document; returns its root.
///
/// # Errors
/// [`Unreadable::TooLarge`] and [`Unreadable::Broken`].
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, Unreadable> {
    if bytes.len() > LIMIT_BYTES {
        return Err(Unreadable::TooLarge { limit_bytes: LIMIT_BYTES });
    }
    let text = letters::decode(bytes, declared_encoding(bytes).as_deref());
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Element> = Vec::new();
    let mut parts = 0_usize;
    loop {
        parts += 1;
        if parts > PARTS {
            return Err(Unreadable::Broken("it has too many parts".into()));
        }
        let event = reader.read_event().map_err(|error| ill_formed(reader.error_position(), &error))?;
        let closed = match event {
            Event::Start(start) if open.len() < DEPTH => {
                open.push(element(&start)?);
                None
            }
            Event::Start(_) => return Err(Unreadable::Broken("it goes too deep".into())),
            Event::Empty(start) => Some(element(&start)?),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add_text(&mut open, &text.xml10_content());
                None
            }
            Event::CData(text) => {
                add_text(&mut open, &text.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                add_text(&mut open, &resolve(&reference)?);
                None
            }
            Event::DocType(doctype) if doctype.contains('[') => {
                return Err(Unreadable::Broken("it declares entities".into()));
            }
            Event::Eof => return Err(Unreadable::Broken("it ends too early".into())),
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => None,
        };
        let Some(mut closed) = closed else { continue };
        closed.trim();
        match open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(closed)),
            None => return Ok(closed),
        }
    }
}

impl Element {
    /// Name without prefix.
    pub(crate) fn local(&self) -> &str {
        local(&self.name)
    }

    /// The namespace that it declares for itself.
    pub(crate) fn namespace(&self) -> Option<&str> {
        let key = match self.name.split_once(':') {
            Some((prefix, _)) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        self.attributes.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }

    /// An attribute that is there and is not empty, without space around it.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| local(key) == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The elements in it.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements in it of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children().filter(move |child| child.local() == name)
    }

    /// The first element in it of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children().find(|child| child.local() == name)
    }

    /// The elements in the first element of that name.
    pub(crate) fn list<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Self> {
        self.child(name).into_iter().flat_map(Self::children)
    }

    /// Its text, with lines joined and space around it taken away; none when that is empty.
    pub(crate) fn text(&self) -> Option<String> {
        let texts = self.nodes.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        let words: Vec<&str> = texts.flat_map(str::split_whitespace).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The document that has this element as its root, in UTF-8.
    pub(crate) fn document(&self) -> Vec<u8> {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out, 0);
        out.into_bytes()
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        out.push_str(&format!("{indent}<{}", self.name));
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", escape::escape(value.as_str())));
        }
        if self.nodes.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push('>');
        let mixed = self.nodes.iter().any(|node| matches!(node, Node::Text(_)));
        if !mixed {
            out.push('\n');
        }
        for node in &self.nodes {
            match node {
                Node::Element(element) => element.write(out, depth + 1),
                Node::Text(text) => out.push_str(&escape::escape(text.as_str())),
            }
        }
        let indent = if mixed { "" } else { &indent };
        out.push_str(&format!("{indent}</{}>\n", self.name));
    }

    /// Takes away text that is only space between elements.
    fn trim(&mut self) {
        let is_blank = |node: &Node| matches!(node, Node::Text(text) if text.trim().is_empty());
        if self.nodes.iter().any(|node| matches!(node, Node::Element(_))) || self.nodes.iter().all(is_blank) {
            self.nodes.retain(|node| !is_blank(node));
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn element(start: &BytesStart<'_>) -> Result<Element, Unreadable> {
    const ATTRIBUTES: usize = 100;
    let broken = |why: &str| Unreadable::Broken(why.to_owned());
    let mut attributes = Vec::new();
    // The check for equal names takes the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| broken("an attribute can't be read"))?;
        if attributes.len() == ATTRIBUTES {
            return Err(broken("an element has too many attributes"));
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|_| broken("an attribute's value can't be read"))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, nodes: Vec::new() })
}

fn add_text(open: &mut [Element], more: &str) {
    let Some(element) = open.last_mut() else { return };
    match element.nodes.last_mut() {
        Some(Node::Text(text)) => text.push_str(more),
        _ => element.nodes.push(Node::Text(more.to_owned())),
    }
}

/// What is wrong, without the file's own words, which the parser's messages quote at any length.
fn ill_formed(at: u64, error: &quick_xml::Error) -> Unreadable {
    let why = match error {
        quick_xml::Error::Syntax(_) => "it breaks off",
        quick_xml::Error::IllFormed(_) => "elements do not end as they begin",
        _ => "it is no well-formed XML",
    };
    Unreadable::Broken(format!("{why}, at byte {at}"))
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, Unreadable> {
    let broken = |why: &str| Unreadable::Broken(why.to_owned());
    let letter = reference.resolve_char_ref().map_err(|_| broken("a character is none of XML"))?;
    if let Some(letter) = letter {
        return Ok(letter.to_string());
    }
    let name = reference.xml10_content();
    let known = escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(|| broken("an entity is not known"))
}

/// The encoding that the first line names.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let line = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = line.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next()?;
    value.get(1..)?.split(quote).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_document_is_read_and_written() {
        let text = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<!DOCTYPE a>\n<p:a xmlns:p='urn:x'>\n <b c='&lt;1&#x20;'/>\n \
                    <d>x &amp; <![CDATA[<y>]]></d></p:a>";
        let root = parse(text.as_bytes()).unwrap();
        assert_eq!((root.local(), root.namespace()), ("a", Some("urn:x")));
        assert_eq!(root.child("b").unwrap().attribute("c"), Some("<1"));
        assert_eq!(root.child("d").unwrap().text().as_deref(), Some("x & <y>"));
        assert_eq!(parse(&root.document()).unwrap(), root);
    }

    #[test]
    fn what_would_grow_is_refused() {
        let deep = "<a>".repeat(100);
        let own_entity = "<!DOCTYPE a [<!ENTITY b 'ccc'>]><a>&b;</a>";
        for text in [deep.as_str(), own_entity, "<a>&b;</a>", "<a>", "", "<a></b>"] {
            assert!(matches!(parse(text.as_bytes()), Err(Unreadable::Broken(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[<>/a-c&;='\"!\\[\\] ]{0,60}") {
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
