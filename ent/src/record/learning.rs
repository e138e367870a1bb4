//! What was learned: lessons, homework, courses, their files, books.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// A file or an address beside a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// A file: its name, and the key of its [`CourseFile`].
    File {
        /// Name as given.
        name: String,
        /// Key of the piece that holds it.
        key: String,
    },
    /// An address.
    Link {
        /// Name as given.
        name: String,
        /// The address.
        url: String,
    },
}

/// One part of what was done in a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonContent {
    /// Title.
    pub title: Option<String>,
    /// What kind of work: course, test, practical work.
    pub category: Option<String>,
    /// Text, as the HTML that the platform gave: to be cleaned before it is shown.
    pub html: String,
    /// Files and addresses.
    pub attachments: Vec<Attachment>,
}

/// What was done in a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Subject.
    pub subject: String,
    /// When it began.
    pub start: DateTime,
    /// When it ended.
    pub end: Option<DateTime>,
    /// Teachers.
    pub teachers: Vec<String>,
    /// Its parts.
    pub contents: Vec<LessonContent>,
}

/// How work is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turnin {
    /// Not at all.
    None,
    /// On paper.
    Paper,
    /// As a file.
    Upload,
    /// On a publisher's platform.
    Kiosk,
    /// As a sound recording.
    Audio,
}

/// Work to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Homework {
    /// Subject.
    pub subject: String,
    /// For which day.
    pub due: Date,
    /// Given on which day.
    pub given: Option<Date>,
    /// What, as the HTML that the platform gave: to be cleaned before it is shown.
    pub html: String,
    /// Whether the person said that it is done.
    pub done: bool,
    /// How it is handed in.
    pub turnin: Turnin,
    /// Files and addresses.
    pub attachments: Vec<Attachment>,
    /// What was handed in.
    pub handed_in: Vec<Attachment>,
}

/// A course on a learning platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: Option<String>,
    /// What it is about, as the HTML that the platform gave.
    pub summary_html: Option<String>,
    /// When it begins.
    pub start: Option<Date>,
    /// When it ends.
    pub end: Option<Date>,
    /// Its sections, in order: name, and text as HTML.
    pub sections: Vec<(String, String)>,
    /// Addresses: section, name, address.
    pub links: Vec<(String, String, String)>,
}

/// A file of a course, a lesson or homework. Its contents are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseFile {
    /// Subject or course.
    pub subject: String,
    /// Folders inside the course, outermost first: section, module, folder.
    pub path: Vec<String>,
    /// Name as given.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// Media type, where the platform gives one.
    pub media_type: Option<String>,
    /// When it was changed last, in seconds since 1970.
    pub modified: Option<i64>,
    /// Its contents.
    pub file: super::SourceId,
}

/// How a loan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoanState {
    /// Lent.
    Current,
    /// Should be back.
    Late,
    /// Is back.
    Past,
    /// Is asked for.
    Hold,
    /// Stands on a list of books to read.
    Listed,
}

/// A book or a document of a library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// Title.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// ISBN, where it has one.
    pub isbn: Option<String>,
    /// The copy, by the code on it.
    pub copy: Option<String>,
    /// Which library.
    pub library: Option<String>,
    /// How it stands.
    pub state: LoanState,
    /// Since when.
    pub from: Option<Date>,
    /// Until when.
    pub until: Option<Date>,
    /// The library's record of it, in UNIMARC.
    pub notice: Option<super::SourceId>,
    /// Name of the list it stands on.
    pub list: Option<String>,
}
