//! Writes a document of WebDAV, such as a `multistatus`, in one pass and without a tree: listings of thousands go through it.

use super::element::Element;
use super::prefix::Prefixes;
use super::{DAV, Name, escape};

/// A document being written. Elements that are open at the end are closed by [`Self::finish`].
#[derive(Debug)]
pub(crate) struct Writer {
    out: String,
    /// Names of the open elements, as they were written, one after the other.
    names: String,
    /// Where each begins in `names`.
    open: Vec<usize>,
}

impl Writer {
    /// A document with its prolog and its root, which is in WebDAV's namespace and declares it as `D`.
    #[must_use]
    pub(crate) fn new(root_local: &str) -> Self {
        let mut writer = Self {
            out: String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"),
            names: String::new(),
            open: vec![],
        };
        writer.begin("D", root_local);
        writer.out.push_str(" xmlns:D=\"DAV:\">");
        writer
    }

    /// Opens an element of WebDAV's.
    pub(crate) fn open_dav(&mut self, local: &str) {
        self.begin("D", local);
        self.out.push('>');
    }

    /// Opens an element with any name.
    pub(crate) fn open(&mut self, name: &Name) {
        self.begin_named(name);
        self.out.push('>');
    }

    /// Closes what was opened last.
    pub(crate) fn close(&mut self) {
        let Some(start) = self.open.pop() else { return };
        self.out.push_str("</");
        self.out.push_str(&self.names[start..]);
        self.out.push('>');
        self.names.truncate(start);
    }

    /// Adds an element with any name and nothing in it.
    pub(crate) fn empty(&mut self, name: &Name) {
        self.begin_named(name);
        self.end_empty();
    }

    /// Adds an element of WebDAV's with nothing in it.
    pub(crate) fn empty_dav(&mut self, local: &str) {
        self.begin("D", local);
        self.end_empty();
    }

    /// Adds text.
    pub(crate) fn text(&mut self, text: &str) {
        escape::push_text(&mut self.out, text);
    }

    /// Adds an element of WebDAV's with text in it.
    pub(crate) fn text_dav(&mut self, local: &str, text: &str) {
        self.open_dav(local);
        self.text(text);
        self.close();
    }

    /// Adds an element with all that it holds.
    pub(crate) fn element(&mut self, element: &Element) {
        element.write(&mut self.out, &Prefixes::inside_dav(element), true);
    }

    /// Bytes that are written.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a document is never empty")]
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Closes what is open and hands over the bytes.
    #[must_use]
    pub(crate) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        self.out.into_bytes()
    }

    fn begin(&mut self, prefix: &str, local: &str) {
        self.open.push(self.names.len());
        let start = self.names.len();
        if !prefix.is_empty() {
            self.names.push_str(prefix);
            self.names.push(':');
        }
        self.names.push_str(local);
        self.out.push('<');
        self.out.push_str(&self.names[start..]);
    }

    fn begin_named(&mut self, name: &Name) {
        match name.space.as_str() {
            DAV => self.begin("D", &name.local),
            "" => self.begin("", &name.local),
            space => {
                self.begin("x", &name.local);
                self.out.push_str(" xmlns:x=\"");
                escape::push_value(&mut self.out, space);
                self.out.push('"');
            }
        }
    }

    fn end_empty(&mut self) {
        self.out.push_str("/>");
        if let Some(start) = self.open.pop() {
            self.names.truncate(start);
        }
    }
}
