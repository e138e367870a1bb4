//! The files and folders that records become: report cards, lessons, homework, the timetable, marks, competences, certificates,
//! books and quizzes, as documents that any program opens.
//!
//! Everything here is a pure function of the records: the same records give the same bytes, whatever the day. What a platform
//! sent is not trusted: names are made safe by [`name`], its HTML is cleaned, and cells of tables are no formulas.
//!
//! A [`Unit`] is rendered at once. Two units never give the same path: folders that differ in case only are one unit. Only a course of
//! one account that is called like a child of another lies in that child's folder.

mod attachment;
mod certificate;
mod clean;
mod competence;
mod course;
mod csv;
mod decimal;
mod document;
mod homework;
mod kept;
mod library;
mod mark;
pub mod name;
mod page;
mod pdf;
mod quiz;
mod report;
mod score;
mod text;
mod timetable;
mod unit;

#[cfg(test)]
mod tests;

use crate::record::SourceId;

pub use kept::Kept;
pub use text::Lang;
pub(crate) use text::{Bundle, bundle};
pub use unit::{Top, Unit, units};

/// One file of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewFile {
    /// Folders and name below the folder of [`Unit::view`], each safe on every system (see [`name::safe`]); never empty.
    pub path: Vec<String>,
    /// What is in it.
    pub body: Body,
    /// Key of the record that it shows, when it shows one only ([`crate::record::Piece::key`]).
    pub origin: Option<String>,
    /// When what it shows was changed or fetched last, in seconds since 1970.
    pub modified: Option<i64>,
}

/// What is in a file of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// These bytes, made from records.
    Bytes(Vec<u8>),
    /// The original with this name, byte for byte.
    Source(SourceId),
}

impl ViewFile {
    /// A file made of several records.
    fn made(path: Vec<String>, bytes: Vec<u8>, of: &[&Kept]) -> Self {
        Self { path, body: Body::Bytes(bytes), origin: None, modified: kept::latest(of) }
    }

    /// A file that shows one record.
    fn of(path: Vec<String>, body: Body, kept: &Kept) -> Self {
        Self { path, body, origin: Some(kept.origin.key.clone()), modified: Some(kept.origin.fetched) }
    }
}

/// The files of a unit, sorted by path. Records of `kept` that take no part in it are passed over.
///
/// File names and texts are in `lang`; names of folders of schools and subjects are the platform's own.
#[must_use]
pub fn render(unit: &Unit, kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let mut parts: Vec<&Kept> = kept.iter().copied().filter(|kept| units(kept).contains(unit)).collect();
    parts.sort_by_cached_key(|kept| kept.id());
    parts.dedup_by_key(|kept| kept.id());
    let mut files = match unit.view {
        Top::ReportCards => report::files(&parts, lang),
        Top::Courses => course::files(&parts, lang),
        Top::Homework => homework::files(&parts, lang),
        Top::Timetable => timetable::files(&parts, lang),
        Top::Marks => mark::files(&parts, lang),
        Top::Competences => competence::files(unit, &parts, lang),
        Top::Certificates => certificate::files(&parts, lang),
        Top::Library => library::files(&parts, lang),
        Top::Quizzes => quiz::files(unit, &parts, lang),
    };
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}
