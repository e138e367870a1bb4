//! Reading XML, one child of the root at a time.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{DEEPEST, Element, MOST_ATTRIBUTES, MOST_ELEMENTS, Node, XmlError};

/// The root of a file, whose children are read one after the other.
pub(in super::super) struct Root<'a> {
    reader: Reader<&'a [u8]>,
    elements: usize,
    /// The root without its children.
    pub(in super::super) element: Element,
    ended: bool,
}

impl<'a> Root<'a> {
    /// Reads up to the root's first child.
    ///
    /// # Errors
    /// [`XmlError`]; without a root it is not well-formed.
    pub(in super::super) fn open(text: &'a str) -> Result<Self, XmlError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        let mut root = Self { reader, elements: 0, element: Element::default(), ended: false };
        loop {
            match root.event()? {
                Event::Start(start) => root.element = root.begin(&start)?,
                Event::Empty(start) => {
                    root.element = root.begin(&start)?;
                    root.ended = true;
                }
                Event::Eof => return Err(root.ill_formed("there is no element")),
                Event::Text(text) if text.trim().is_empty() => continue,
                Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => continue,
                _ => return Err(root.ill_formed("text stands before the first element")),
            }
            return Ok(root);
        }
    }

    /// The next child; text between children is left out.
    ///
    /// # Errors
    /// [`XmlError`], after which nothing more is read.
    pub(in super::super) fn next(&mut self) -> Result<Option<Element>, XmlError> {
        if self.ended {
            return Ok(None);
        }
        let found = self.next_child();
        self.ended = !matches!(found, Ok(Some(_)));
        found
    }

    /// Reads to the end of the file, where nothing but comments may stand.
    pub(super) fn finish(mut self) -> Result<(), XmlError> {
        while self.next()?.is_some() {}
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Text(text) if text.trim().is_empty() => {}
                Event::Comment(_) | Event::PI(_) => {}
                _ => return Err(self.ill_formed("something stands after the root")),
            }
        }
    }

    fn next_child(&mut self) -> Result<Option<Element>, XmlError> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let element = self.begin(&start)?;
                    return self.fill(element).map(Some);
                }
                Event::Empty(start) => return self.begin(&start).map(Some),
                Event::End(_) => return Ok(None),
                Event::Eof => return Err(self.ill_formed("it breaks off")),
                _ => {}
            }
        }
    }

    /// Reads what an element of the root holds, to its end. The stack is here and not in calls, and is bounded.
    pub(super) fn fill(&mut self, element: Element) -> Result<Element, XmlError> {
        let mut open = vec![element];
        loop {
            let event = self.event()?;
            if let Event::Start(start) = &event {
                // The root is one of those above.
                if open.len().saturating_add(1) >= DEEPEST {
                    return Err(XmlError::TooDeep);
                }
                open.push(self.begin(start)?);
                continue;
            }
            let Some(current) = open.last_mut() else { return Err(self.ill_formed("an element ends twice")) };
            match event {
                Event::Empty(start) => {
                    let child = self.begin(&start)?;
                    current.nodes.push(Node::Element(child));
                }
                Event::Text(text) => push_text(current, &text.xml_content(XmlVersion::Explicit1_0)),
                Event::CData(text) => push_text(current, &text.xml_content(XmlVersion::Explicit1_0)),
                Event::GeneralRef(entity) => push_text(current, &resolve(&entity)),
                Event::End(_) => {
                    let Some(done) = open.pop() else { return Err(self.ill_formed("an element ends twice")) };
                    let Some(parent) = open.last_mut() else { return Ok(done) };
                    parent.nodes.push(Node::Element(done));
                }
                Event::Eof => return Err(self.ill_formed("it breaks off")),
                _ => {}
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>, XmlError> {
        match self.reader.read_event() {
            Ok(Event::DocType(text)) if text.contains(['[', '&']) => Err(XmlError::Doctype),
            Ok(event) => Ok(event),
            Err(error) => Err(XmlError::IllFormed { at: self.reader.error_position(), why: why(&error).to_owned() }),
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<Element, XmlError> {
        self.elements = self.elements.saturating_add(1);
        if self.elements > MOST_ELEMENTS {
            return Err(XmlError::TooMany);
        }
        let name = start.name().as_ref().to_owned();
        if !is_name(&name) {
            return Err(self.ill_formed("an element has an impossible name"));
        }
        Ok(Element { name, attributes: self.attributes(start)?, nodes: Vec::new() })
    }

    fn attributes(&self, start: &BytesStart<'_>) -> Result<Vec<(String, String)>, XmlError> {
        let mut attributes = Vec::new();
        let mut names = HashSet::new();
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| self.ill_formed("an attribute can't be read"))?;
            let name = attribute.key.as_ref();
            if !is_name(name) || !names.insert(name.to_owned()) {
                return Err(self.ill_formed("an attribute has an impossible name, or stands twice"));
            }
            if names.len() > MOST_ATTRIBUTES {
                return Err(XmlError::TooMany);
            }
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|_| self.ill_formed("an attribute's value can't be read"))?;
            attributes.push((name.to_owned(), storable(&value)));
        }
        Ok(attributes)
    }

    fn ill_formed(&self, why: &str) -> XmlError {
        XmlError::IllFormed { at: self.reader.buffer_position(), why: why.to_owned() }
    }
}

/// What is wrong, without the file's own words, which the parser's messages quote at any length.
fn why(error: &quick_xml::Error) -> &'static str {
    match error {
        quick_xml::Error::Syntax(_) => "it breaks off",
        quick_xml::Error::IllFormed(_) => "elements do not end as they begin",
        _ => "it is no XML",
    }
}

/// Reads a text that is one element and nothing else.
///
/// # Errors
/// [`XmlError`].
pub(in super::super) fn parse_one(text: &str) -> Result<Element, XmlError> {
    let mut root = Root::open(text)?;
    let element = std::mem::take(&mut root.element);
    let element = if root.ended { element } else { root.fill(element)? };
    root.ended = true;
    root.finish()?;
    Ok(element)
}

/// Whether XML may call an element or attribute so (XML 1.0, 2.3, of the letters beyond ASCII all).
pub(in super::super) fn is_name(name: &str) -> bool {
    let first = |sign: char| sign.is_alphabetic() || sign == '_';
    name.starts_with(first)
        && name.len() <= 128
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || first(sign) || matches!(sign, '-' | '.' | ':'))
        && !name.ends_with(':')
}

/// Adds text after what stands there.
fn push_text(element: &mut Element, text: &str) {
    let text = storable(text);
    match element.nodes.last_mut() {
        Some(Node::Text(before)) => before.push_str(&text),
        _ => element.nodes.push(Node::Text(text)),
    }
}

/// What a reference stands for. One that XML does not define is left as it is: in an HTML text it has its meaning.
fn resolve(entity: &BytesRef<'_>) -> String {
    if let Ok(Some(sign)) = entity.resolve_char_ref() {
        return sign.to_string();
    }
    match quick_xml::escape::resolve_predefined_entity(entity) {
        Some(text) => text.to_owned(),
        None => format!("&{};", &**entity),
    }
}

/// The text with U+FFFD for the signs that XML can't hold.
pub(in super::super) fn storable(text: &str) -> String {
    text.chars().map(|sign| if is_storable(sign) { sign } else { char::REPLACEMENT_CHARACTER }).collect()
}

fn is_storable(sign: char) -> bool {
    matches!(sign, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
