//! What makes up a school: periods, the timetable, people, groups, absences.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// A part of a school year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Name: `Trimestre 1`.
    pub name: String,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
}

/// Whether a lesson takes place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimetableState {
    /// As planned.
    Planned,
    /// It does not.
    Cancelled,
    /// Otherwise than planned, in the platform's words.
    Changed(String),
}

/// A lesson's place in the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimetableEntry {
    /// Subject, or the event's name.
    pub subject: String,
    /// When it begins.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Teachers.
    pub teachers: Vec<String>,
    /// Rooms.
    pub rooms: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Whether it takes place.
    pub state: TimetableState,
    /// What was noted beside it.
    pub memo: Option<String>,
}

/// Who somebody is to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonRole {
    /// The person whose account it is.
    Oneself,
    /// Their child.
    Child,
    /// A pupil.
    Pupil,
    /// A teacher.
    Teacher,
    /// Others of the staff.
    Staff,
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Identity at the platform, where it lasts.
    pub id: Option<String>,
    /// Name as written.
    pub name: String,
    /// Who they are.
    pub role: PersonRole,
    /// Class.
    pub class: Option<String>,
    /// Address for mail, where the platform tells it to share documents with.
    pub mail: Option<String>,
    /// National pupil number (INE); of oneself only.
    pub ine: Option<String>,
    /// Subjects taught.
    pub subjects: Vec<String>,
}

/// A class or a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Name: `3B`.
    pub name: String,
    /// School it belongs to, as named.
    pub school: Option<String>,
    /// Members, by the ids of [`Person`].
    pub members: Vec<String>,
}

/// What kept somebody away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsenceKind {
    /// Was not there.
    Absence,
    /// Came late.
    Delay,
    /// Was punished.
    Punishment,
}

/// An absence, a delay, a punishment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Which of them.
    pub kind: AbsenceKind,
    /// From when.
    pub from: DateTime,
    /// Until when.
    pub until: Option<DateTime>,
    /// Why.
    pub reason: Option<String>,
    /// Whether the school accepted the reason.
    pub justified: Option<bool>,
    /// How many minutes, of a delay.
    pub minutes: Option<u32>,
}
