//! A class: its week, what differs from it, what was done and what is to do.

use jiff::civil::Date;
use serde::Deserialize;

/// A class.
#[derive(Debug, Clone, Deserialize)]
pub struct Class {
    /// Name.
    pub name: String,
    /// Its subjects.
    pub subjects: Vec<Subject>,
    /// Its week.
    pub week: Vec<Slot>,
    /// Where a week differs.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// What was done.
    #[serde(default)]
    pub lessons: Vec<Lesson>,
    /// What was to do.
    #[serde(default)]
    pub homework: Vec<Homework>,
}

/// A subject of a class.
#[derive(Debug, Clone, Deserialize)]
pub struct Subject {
    /// Name.
    pub name: String,
    /// Who teaches it, by name.
    pub teacher: String,
    /// Colour: `#rrggbb`.
    pub colour: String,
}

/// A lesson of every week.
#[derive(Debug, Clone, Deserialize)]
pub struct Slot {
    /// Day of the week: Monday is 1.
    pub day: i8,
    /// Place in the day: 0 begins at eight o'clock, each lasts an hour.
    pub place: usize,
    /// How many places.
    #[serde(default = "one")]
    pub places: usize,
    /// Subject.
    pub subject: String,
    /// Room.
    pub room: String,
    /// Group, where it is not the whole class.
    pub group: Option<String>,
}

/// What differs in one week.
#[derive(Debug, Clone, Deserialize)]
pub struct Change {
    /// Day.
    pub date: Date,
    /// Place in the day of the lesson that differs.
    pub place: usize,
    /// Words that say what differs.
    pub status: Option<String>,
    /// Whether it does not take place.
    #[serde(default)]
    pub cancelled: bool,
    /// Note beside it.
    pub memo: Option<String>,
    /// Another room.
    pub room: Option<String>,
}

/// What was done in a lesson.
#[derive(Debug, Clone, Deserialize)]
pub struct Lesson {
    /// Day.
    pub date: Date,
    /// Place in the day.
    pub place: usize,
    /// Title.
    pub title: String,
    /// Kind of work, by PRONOTE's number: 1 is a course.
    #[serde(default = "one")]
    pub category: usize,
    /// Text as HTML.
    pub html: String,
    /// Files and addresses.
    #[serde(default)]
    pub files: Vec<File>,
}

/// A file or an address.
#[derive(Debug, Clone, Deserialize)]
pub struct File {
    /// Name.
    pub name: String,
    /// Address, of a link.
    pub url: Option<String>,
    /// Contents, of a file.
    #[serde(default)]
    pub text: String,
}

/// Work to do.
#[derive(Debug, Clone, Deserialize)]
pub struct Homework {
    /// Subject.
    pub subject: String,
    /// Given on.
    pub given: Date,
    /// For which day.
    pub due: Date,
    /// Text as HTML.
    pub html: String,
    /// How it is handed in, by PRONOTE's number: 0 not at all, 1 on paper, 2 as a file, 3 on a publisher's platform, 4 as sound.
    #[serde(default)]
    pub turnin: u8,
    /// How long it takes, in minutes.
    #[serde(default)]
    pub minutes: u32,
    /// Files and addresses.
    #[serde(default)]
    pub files: Vec<File>,
}

fn one() -> usize {
    1
}
