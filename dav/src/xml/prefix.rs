//! Prefixes for the namespaces of an element, all declared at its start: so its text grows by each namespace once, however
//! often it changes between them.

use std::collections::BTreeMap;

use super::element::{Child, Element};
use super::{DAV, Name, XML, escape};

/// A prefix for each namespace below an element.
pub(super) struct Prefixes<'a> {
    /// Namespaces to declare, and their prefixes.
    declared: BTreeMap<&'a str, String>,
    /// `D` means WebDAV's namespace already.
    dav_in_scope: bool,
}

impl<'a> Prefixes<'a> {
    /// For an element that stands by itself.
    pub(super) fn of(element: &'a Element) -> Self {
        let mut prefixes = Self { declared: BTreeMap::new(), dav_in_scope: false };
        prefixes.gather(element);
        prefixes
    }

    /// For an element inside a document whose root declares `D`.
    pub(super) fn inside_dav(element: &'a Element) -> Self {
        let mut prefixes = Self { declared: BTreeMap::new(), dav_in_scope: true };
        prefixes.gather(element);
        prefixes
    }

    /// Writes a name that is in the element.
    pub(super) fn push(&self, out: &mut String, name: &Name) {
        let prefix = match name.space.as_str() {
            "" => None,
            XML => Some("xml"),
            DAV => Some("D"),
            space => self.declared.get(space).map(String::as_str),
        };
        if let Some(prefix) = prefix {
            out.push_str(prefix);
            out.push(':');
        }
        out.push_str(&name.local);
    }

    /// Writes the declarations.
    pub(super) fn declare(&self, out: &mut String) {
        for (space, prefix) in &self.declared {
            out.push_str(" xmlns:");
            out.push_str(prefix);
            out.push_str("=\"");
            escape::push_value(out, space);
            out.push('"');
        }
    }

    fn gather(&mut self, element: &'a Element) {
        self.add(&element.name.space);
        for (name, _) in &element.attributes {
            self.add(&name.space);
        }
        for child in &element.children {
            if let Child::Element(element) = child {
                self.gather(element);
            }
        }
    }

    fn add(&mut self, space: &'a str) {
        let known = space.is_empty() || space == XML || (space == DAV && self.dav_in_scope);
        if known || self.declared.contains_key(space) {
            return;
        }
        let prefix = if space == DAV { "D".to_owned() } else { format!("x{}", self.declared.len()) };
        self.declared.insert(space, prefix);
    }
}
