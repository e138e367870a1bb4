//! Quizzes, whatever the format they came in.
//!
//! [`read`] takes a file of PRONOTE, of Moodle (XML or backup) or of GIFT and makes [`Quiz`]zes of it; [`pieces`] makes records of them.
//! Each format's module writes what it can say and lists what it can't ([`Lost`]); what was read is written again whole by its own
//! format. Nobody has tried our files for PRONOTE on a real PRONOTE.
//!
//! A file is a stranger's: its size, its depth, its questions and answers are bounded, and a part that makes no sense is reported
//! ([`Report`]) while the rest is read.

pub mod backup;
mod category;
pub mod cloze;
mod file;
pub mod gift;
pub mod html;
mod input;
#[cfg(test)]
mod made;
mod model;
pub mod moodle;
mod number;
mod raw;
mod report;
mod same;
mod xml;

pub use file::{FileKind, pieces, read};
pub use model::{Answer, Category, File, Format, Gap, GapKind, Kind, Pair, Question, Quiz, Text};
pub use number::Number;
pub use raw::{Other, Raw};
pub use report::{
    LARGEST_TEXT, Loss, Lost, MOST_ANSWERS, MOST_QUESTIONS, Problem, ReadError, Reading, Report, Written,
};
pub use same::{Sameness, merge};
pub use xml::XmlError;
