//! Documents as PDF: A4, text that can be selected and read aloud, tables that go on over pages.
//!
//! The structure is tagged (headings, paragraphs, tables with their headings, as PDF/UA wants it); what repeats on each page is
//! marked as no part of it. The letters are those of DejaVu Sans Condensed (a free licence, in the crate `dejavu`), of which the letters
//! used are embedded: names in Latin, Greek, Cyrillic, Arabic and Hebrew letters can be read anywhere. The same document gives the same
//! bytes: there is no time and no chance in it.
//!
//! [`layout`] places lines on pages, [`ink`] draws them.

mod face;
mod ink;
mod layout;

use super::Lang;
use super::document::Document;

/// Width and height of A4, and its edges, in points of 1/72 inch.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const EDGE: f32 = 42.0;

/// The document as a PDF; nothing where it can't be made, which leaves its page.
pub(super) fn pdf(document: &Document, lang: Lang) -> Option<Vec<u8>> {
    let faces = face::Faces::load()?;
    let laid = layout::layout(document, lang, &faces);
    ink::ink(document, lang, &faces, &laid)
}

#[cfg(test)]
mod tests;
