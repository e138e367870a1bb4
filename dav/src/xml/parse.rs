//! Reads a received document into elements, within bounds.
//!
//! quick-xml gives the marks; what it leaves open is checked here: one root, names, namespaces, characters, references.

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::element::{Child, Element};
use super::{Name, XML, is_char, is_name};

/// The deepest element, the root being 1.
pub(super) const DEPTH: usize = 64;
/// The most elements.
pub(super) const ELEMENTS: usize = 4096;
/// The most attributes in all, declarations of namespaces among them.
pub(super) const ATTRIBUTES: usize = 1024;
/// The longest URI of a namespace or language tag, in bytes: each element that it reaches holds a copy.
pub(super) const VALUE_BYTES: usize = 1024;

const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// Why a document was refused. None of them says where: the sender has the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlError {
    /// Not well-formed, not in UTF-8 or UTF-16, or with namespaces that don't add up.
    Malformed,
    /// A document type, or a processing instruction other than the declaration.
    Forbidden,
    /// Deeper than [`DEPTH`].
    TooDeep,
    /// More than [`ELEMENTS`] or [`ATTRIBUTES`], or a value longer than [`VALUE_BYTES`].
    TooMany,
}

/// Reads a document in UTF-8, or in UTF-16 with its byte order mark.
///
/// A property (a child of a `DAV:prop`) takes on the `xml:lang` in scope, as the client means it to be kept with it.
///
/// # Errors
/// [`XmlError`], at the first fault.
pub(crate) fn parse(body: &[u8]) -> Result<Element, XmlError> {
    let mut root = match body {
        [0xEF, 0xBB, 0xBF, utf8 @ ..] => read(as_utf8(utf8)?, Some("utf-8")),
        [0xFE, 0xFF, utf16 @ ..] => read(&from_utf16(utf16, u16::from_be_bytes)?, Some("utf-16")),
        [0xFF, 0xFE, utf16 @ ..] => read(&from_utf16(utf16, u16::from_le_bytes)?, Some("utf-16")),
        utf8 => read(as_utf8(utf8)?, Some("utf-8")),
    }?;
    root.settle_language(None);
    Ok(root)
}

/// Reads a document that is decoded already; its declaration, if any, must name `encoding`.
pub(super) fn read(text: &str, encoding: Option<&str>) -> Result<Element, XmlError> {
    if !text.chars().all(is_char) {
        return Err(XmlError::Malformed);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut tree = Tree::default();
    let mut first = true;
    loop {
        match reader.read_event().map_err(|_| XmlError::Malformed)? {
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            // The reader compared the name with that of the start.
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(data) if tree.is_inside() => tree.text(&data.xml10_content())?,
            Event::GeneralRef(reference) if tree.is_inside() => {
                tree.text(resolve(&reference)?.encode_utf8(&mut [0; 4]))?
            }
            Event::CData(_) | Event::GeneralRef(_) => return Err(XmlError::Malformed),
            Event::Comment(_) => {}
            Event::Decl(declaration) if first => check_declaration(&declaration, encoding)?,
            Event::Decl(_) => return Err(XmlError::Malformed),
            Event::PI(_) | Event::DocType(_) => return Err(XmlError::Forbidden),
            Event::Eof => return tree.finish(),
        }
        first = false;
    }
}

/// The document so far.
#[derive(Default)]
struct Tree {
    /// Elements that are not closed, the root first, each with the count of bindings before it.
    open: Vec<(Element, usize)>,
    root: Option<Element>,
    /// Prefixes in scope and their namespaces, later ones first in force.
    bindings: Vec<(String, String)>,
    elements: usize,
    attributes: usize,
}

impl Tree {
    fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::Malformed);
        }
        self.elements += 1;
        if self.open.len() == DEPTH {
            return Err(XmlError::TooDeep);
        }
        if self.elements > ELEMENTS {
            return Err(XmlError::TooMany);
        }
        let bindings = self.bindings.len();
        let mut plain = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| XmlError::Malformed)?;
            self.attributes += 1;
            if self.attributes > ATTRIBUTES {
                return Err(XmlError::TooMany);
            }
            let value = value(&attribute)?;
            match split(attribute.key.into_inner())? {
                (None, "xmlns") => self.bind("", value)?,
                (Some("xmlns"), prefix) => self.bind(prefix, value)?,
                name => plain.push((name, value)),
            }
        }
        let (prefix, local) = split(start.name().into_inner())?;
        let mut element = Element::new(Name::new(self.space(prefix.unwrap_or_default())?, local));
        for ((prefix, local), value) in plain {
            // An attribute without a prefix is in no namespace, whatever the default is.
            let space = prefix.map_or(Ok(""), |prefix| self.space(prefix))?;
            if space == XML && local == "lang" && value.len() > VALUE_BYTES {
                return Err(XmlError::TooMany);
            }
            let name = Name::new(space, local);
            if element.attributes.iter().any(|(other, _)| *other == name) {
                return Err(XmlError::Malformed);
            }
            element.attributes.push((name, value));
        }
        self.open.push((element, bindings));
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let (element, bindings) = self.open.pop().ok_or(XmlError::Malformed)?;
        self.bindings.truncate(bindings);
        match self.open.last_mut() {
            Some((parent, _)) => parent.children.push(Child::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        let Some((element, _)) = self.open.last_mut() else {
            let blank = text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            return if blank { Ok(()) } else { Err(XmlError::Malformed) };
        };
        match element.children.last_mut() {
            _ if text.is_empty() => {}
            Some(Child::Text(before)) => before.push_str(text),
            _ => element.children.push(Child::Text(text.to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, XmlError> {
        if self.is_inside() {
            return Err(XmlError::Malformed);
        }
        self.root.ok_or(XmlError::Malformed)
    }

    /// Takes a declaration: `xml` and `xmlns` can't be changed, and only the default can be taken back.
    fn bind(&mut self, prefix: &str, space: String) -> Result<(), XmlError> {
        if space.len() > VALUE_BYTES {
            return Err(XmlError::TooMany);
        }
        let reserved = prefix == "xmlns" || space == XMLNS || (prefix == "xml") != (space == XML);
        if reserved || (space.is_empty() && !prefix.is_empty()) {
            return Err(XmlError::Malformed);
        }
        self.bindings.push((prefix.to_owned(), space));
        Ok(())
    }

    fn space(&self, prefix: &str) -> Result<&str, XmlError> {
        match self.bindings.iter().rev().find(|(bound, _)| bound == prefix) {
            Some((_, space)) => Ok(space),
            None if prefix.is_empty() => Ok(""),
            None if prefix == "xml" => Ok(XML),
            None => Err(XmlError::Malformed),
        }
    }
}

/// The prefix and the local name of a qualified name.
fn split(name: &str) -> Result<(Option<&str>, &str), XmlError> {
    let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
    let sound = prefix.is_none_or(is_name) && is_name(local);
    if sound { Ok((prefix, local)) } else { Err(XmlError::Malformed) }
}

fn value(attribute: &Attribute<'_>) -> Result<String, XmlError> {
    if attribute.value.contains('<') {
        return Err(XmlError::Malformed);
    }
    let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| XmlError::Malformed)?;
    // Characters that stand there are checked, those by number are not.
    if value.chars().all(is_char) { Ok(value.into_owned()) } else { Err(XmlError::Malformed) }
}

/// The character of a reference by number, or of one of XML's five entities.
fn resolve(reference: &BytesRef<'_>) -> Result<char, XmlError> {
    if reference.is_char_ref() {
        let char = reference.resolve_char_ref().ok().flatten();
        return char.filter(|&char| is_char(char)).ok_or(XmlError::Malformed);
    }
    match reference.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(XmlError::Malformed),
    }
}

fn check_declaration(declaration: &BytesDecl<'_>, encoding: Option<&str>) -> Result<(), XmlError> {
    let version = declaration.version().map_err(|_| XmlError::Malformed)?;
    let sound = match (declaration.encoding(), encoding) {
        (Some(Ok(declared)), Some("utf-8")) => {
            declared.eq_ignore_ascii_case("utf-8") || declared.eq_ignore_ascii_case("us-ascii")
        }
        (Some(Ok(declared)), Some(encoding)) => declared.eq_ignore_ascii_case(encoding),
        (Some(Err(_)), _) => false,
        (Some(Ok(_)), None) | (None, _) => true,
    };
    if version == "1.0" && sound { Ok(()) } else { Err(XmlError::Malformed) }
}

fn as_utf8(bytes: &[u8]) -> Result<&str, XmlError> {
    std::str::from_utf8(bytes).map_err(|_| XmlError::Malformed)
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, XmlError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(XmlError::Malformed);
    }
    char::decode_utf16(pairs.iter().map(|&pair| unit(pair))).collect::<Result<_, _>>().map_err(|_| XmlError::Malformed)
}
