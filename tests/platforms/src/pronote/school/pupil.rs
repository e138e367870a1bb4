//! What there is of a pupil in a year: marks, report cards, evaluations, absences.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use super::File;

/// What there is of a pupil in a year.
#[derive(Debug, Clone, Deserialize)]
pub struct Pupil {
    /// Login.
    pub login: String,
    /// Class.
    pub class: String,
    /// Homework that is done, by its text.
    #[serde(default)]
    pub done: Vec<String>,
    /// Homework that was handed in: text, and the file.
    #[serde(default)]
    pub handed_in: Vec<(String, File)>,
    /// Marks.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// What stands in report cards, by period.
    #[serde(default)]
    pub reports: BTreeMap<String, Report>,
    /// Evaluations.
    #[serde(default)]
    pub evaluations: Vec<Evaluation>,
    /// Absences.
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// Delays.
    #[serde(default)]
    pub delays: Vec<Delay>,
    /// Punishments.
    #[serde(default)]
    pub punishments: Vec<Punishment>,
}

/// A mark.
#[derive(Debug, Clone, Deserialize)]
pub struct Mark {
    /// Subject.
    pub subject: String,
    /// Period, by name.
    pub period: String,
    /// What was marked.
    pub label: String,
    /// Day.
    pub date: Date,
    /// A decimal number with a point, or one of [`SPECIAL`].
    pub value: String,
    /// Out of how much.
    #[serde(default = "twenty")]
    pub out_of: String,
    /// How much it counts.
    #[serde(default = "one")]
    pub coefficient: String,
    /// The class's average.
    pub average: String,
    /// The class's lowest mark.
    pub min: String,
    /// The class's highest mark.
    pub max: String,
    /// Remark on the mark.
    #[serde(default)]
    pub remark: String,
    /// Only points above the average count.
    #[serde(default)]
    pub bonus: bool,
    /// Counts only where it helps.
    #[serde(default)]
    pub optional: bool,
    /// The test's paper.
    pub paper: Option<File>,
    /// Its correction.
    pub correction: Option<File>,
}

/// Marks that are no number, in the order of PRONOTE's numbers from 1.
pub const SPECIAL: [&str; 8] = [
    "absent",
    "exempt",
    "not-marked",
    "unfit",
    "not-handed-in",
    "absent-zero",
    "not-handed-in-zero",
    "congratulations",
];

/// What was written in a report card.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// What teachers wrote, by subject.
    pub subjects: BTreeMap<String, String>,
    /// What was written about all of it: title and text.
    pub overall: Vec<(String, String)>,
}

/// An evaluation of competences.
#[derive(Debug, Clone, Deserialize)]
pub struct Evaluation {
    /// Period, by name.
    pub period: String,
    /// Subject.
    pub subject: String,
    /// Name.
    pub name: String,
    /// More words.
    #[serde(default)]
    pub description: String,
    /// Day.
    pub date: Date,
    /// What was evaluated.
    pub skills: Vec<Skill>,
}

/// A competence in an evaluation.
#[derive(Debug, Clone, Deserialize)]
pub struct Skill {
    /// Item.
    pub item: String,
    /// Domain.
    pub domain: String,
    /// Part of the common base (socle commun).
    pub pillar: String,
    /// Its code there: `D1.1`.
    pub prefix: String,
    /// Level reached.
    pub level: String,
    /// Its letter.
    pub letter: String,
}

/// An absence.
#[derive(Debug, Clone, Deserialize)]
pub struct Absence {
    /// Period, by name.
    pub period: String,
    /// From when.
    pub from: DateTime,
    /// Until when.
    pub to: DateTime,
    /// Hours: `4h00`.
    pub hours: String,
    /// Whether the reason was accepted.
    #[serde(default)]
    pub justified: bool,
    /// Reason.
    pub reason: String,
}

/// A delay.
#[derive(Debug, Clone, Deserialize)]
pub struct Delay {
    /// Period, by name.
    pub period: String,
    /// When.
    pub at: DateTime,
    /// How long, in minutes.
    pub minutes: u32,
    /// Whether the reason was accepted.
    #[serde(default)]
    pub justified: bool,
    /// Reason.
    pub reason: String,
}

/// A punishment.
#[derive(Debug, Clone, Deserialize)]
pub struct Punishment {
    /// Period, by name.
    pub period: String,
    /// Day.
    pub date: Date,
    /// What kind.
    pub nature: String,
    /// Why.
    pub reason: String,
    /// What happened.
    pub circumstances: String,
    /// Work that was given.
    pub work: String,
    /// Who gave it.
    pub giver: String,
    /// How long, in minutes.
    pub minutes: u32,
}

fn one() -> String {
    "1".to_owned()
}

fn twenty() -> String {
    "20".to_owned()
}
