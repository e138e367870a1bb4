//! The fields of a record, whatever it was written in.

use super::TEXT_CHARS;

/// The most fields of a record, and subfields of a field, that are read.
const FIELDS: usize = 2000;

/// A field: its tag, and its subfields by their codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// Three characters: `200`.
    pub(super) tag: String,
    subfields: Vec<(String, String)>,
}

/// The fields of a record, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<Field>);

impl Field {
    /// A field without subfields.
    pub(super) fn new(tag: &str) -> Self {
        Self { tag: tag.chars().take(3).collect(), subfields: Vec::new() }
    }

    /// Adds a subfield; its text is cleaned and bounded.
    pub(super) fn add(&mut self, code: &str, text: &str) {
        if self.subfields.len() < FIELDS {
            self.subfields.push((code.chars().take(1).collect(), clean(text)));
        }
    }

    /// The first subfield of that code that is not empty.
    pub(super) fn first(&self, code: &str) -> Option<String> {
        self.all(&[code]).next().map(str::to_owned)
    }

    /// The subfields of those codes that are not empty, in their order.
    pub(super) fn all<'a>(&'a self, codes: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let wanted = |(code, text): &&(String, String)| codes.contains(&code.as_str()) && !text.is_empty();
        self.subfields.iter().filter(wanted).map(|(_, text)| text.as_str())
    }
}

impl Fields {
    /// Adds a field.
    pub(super) fn add(&mut self, field: Field) {
        if self.0.len() < FIELDS {
            self.0.push(field);
        }
    }

    /// The fields of that tag, in their order.
    pub(super) fn of<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Field> {
        self.0.iter().filter(move |field| field.tag == tag)
    }
}

/// Without marks that tell where sorting begins (UNIMARC: U+0098 and U+009C, or U+0088 and U+0089) and other controls.
fn clean(text: &str) -> String {
    let spaced: String = text.chars().take(TEXT_CHARS).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let plain: String = spaced.chars().filter(|character| !character.is_control()).collect();
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
