//! Writing XML.

use super::{Element, Node};
use crate::format::quiz::raw::{Other, Raw};
use crate::format::quiz::xml::read::{is_name, storable};

/// An XML file that grows: one element a line.
pub(in super::super) struct Out {
    text: String,
    depth: usize,
    /// Whether all stands in one line.
    one_line: bool,
}

impl Out {
    pub(in super::super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 0, one_line: false }
    }

    /// A piece of XML in one line, for where it stands in another text.
    pub(in super::super) fn one_line() -> Self {
        Self { text: String::new(), depth: 0, one_line: true }
    }

    pub(in super::super) fn finish(self) -> String {
        self.text
    }

    /// Writes an element and, by `fill`, what is in it.
    pub(in super::super) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        other: &Other,
        fill: impl FnOnce(&mut Self),
    ) {
        self.start(name, attributes, other);
        self.text.push('>');
        self.end_line();
        self.depth = self.depth.saturating_add(1);
        fill(self);
        for raw in &other.elements {
            self.raw(raw);
        }
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.end(name);
    }

    /// Writes an element that was kept as it is.
    pub(in super::super) fn raw(&mut self, raw: &Raw) {
        self.indent();
        self.text.push_str(raw.text());
        self.end_line();
    }

    /// Writes an element that holds text.
    pub(in super::super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes, &Other::default());
        if text.is_empty() {
            self.text.push_str("/>");
            return self.end_line();
        }
        self.text.push('>');
        // A text inside a text may stand in CDATA already, which can't hold another.
        if self.one_line {
            self.text.push_str(&escape(text));
        } else {
            content(&mut self.text, text);
        }
        self.end(name);
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)], other: &Other) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            attribute(&mut self.text, name, value);
        }
        let own = |name: &str| attributes.iter().any(|(known, _)| *known == name);
        for (at, (name, value)) in other.attributes.iter().enumerate() {
            let before = other.attributes.get(..at).unwrap_or_default();
            if is_name(name) && !own(name) && !before.iter().any(|(known, _)| known == name) {
                attribute(&mut self.text, name, value);
            }
        }
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        self.end_line();
    }

    fn end_line(&mut self) {
        if !self.one_line {
            self.text.push('\n');
        }
    }

    fn indent(&mut self) {
        if self.one_line {
            return;
        }
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }
}

/// Writes an element as it was read, with no line end of its own.
pub(super) fn element(out: &mut String, element: &Element) {
    // Trees come from the reader only, which bounds their depth.
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        attribute(out, name, value);
    }
    if element.nodes.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for node in &element.nodes {
        match node {
            Node::Element(child) => self::element(out, child),
            Node::Text(text) => out.push_str(&escape(text)),
        }
    }
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

/// The text with references for the signs that XML gives a meaning, and U+FFFD for those that it can't hold.
pub(in super::super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in storable(text).chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A reader would make a line feed or a space of it.
            '\r' => escaped.push_str("&#13;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(&escape(value).replace('\n', "&#10;").replace('\t', "&#9;"));
    out.push('"');
}

/// Text that holds markup stands in CDATA, as PRONOTE and Moodle write it themselves.
fn content(out: &mut String, text: &str) {
    let markup = text.contains(['<', '&']);
    if markup && !text.contains('\r') {
        out.push_str("<![CDATA[");
        out.push_str(&storable(text).replace("]]>", "]]]]><![CDATA[>"));
        out.push_str("]]>");
    } else {
        out.push_str(&escape(text));
    }
}
