//! What a made-up school holds: people, and for each school year its classes and what was marked, taught and noted.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

/// A school.
#[derive(Debug, Clone, Deserialize)]
pub struct School {
    /// Name.
    pub name: String,
    /// Its number (UAI).
    pub number: String,
    /// Everybody who has an account.
    pub people: Vec<Person>,
    /// Its school years, the earliest first; a server holds the last one, and papers of those before.
    pub years: Vec<Year>,
}

/// Somebody with an account.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// Name of the account; ASCII, in lower case.
    pub login: String,
    /// Password.
    pub password: String,
    /// Name as PRONOTE writes it: surname in capitals, first name.
    pub name: String,
    /// Who they are.
    pub role: Role,
    /// Logins of a parent's children.
    #[serde(default)]
    pub children: Vec<String>,
    /// National pupil number (INE).
    #[serde(default)]
    pub ine: String,
    /// Address for mail.
    #[serde(default)]
    pub mail: String,
    /// Mobile telephone, without the country's number.
    #[serde(default)]
    pub phone: String,
    /// Street, up to four lines.
    #[serde(default)]
    pub street: Vec<String>,
    /// Postal code.
    #[serde(default)]
    pub postcode: String,
    /// Town.
    #[serde(default)]
    pub town: String,
    /// Set where the account is closed.
    #[serde(default)]
    pub closed: bool,
}

/// Who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A pupil.
    Pupil,
    /// A parent.
    Parent,
    /// A teacher.
    Teacher,
}

/// A school year.
#[derive(Debug, Clone, Deserialize)]
pub struct Year {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// Holidays.
    pub holidays: Vec<Span>,
    /// Parts of the year.
    pub periods: Vec<Period>,
    /// Classes.
    pub classes: Vec<Class>,
    /// What there is of each pupil.
    pub pupils: Vec<Pupil>,
}

/// Days with a name.
#[derive(Debug, Clone, Deserialize)]
pub struct Span {
    /// Name.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// A part of the year.
#[derive(Debug, Clone, Deserialize)]
pub struct Period {
    /// Name.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Whether its report card may be read.
    #[serde(default)]
    pub published: bool,
}

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
    #[serde(default = "one_text")]
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
    pub from: jiff::civil::DateTime,
    /// Until when.
    pub to: jiff::civil::DateTime,
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
    pub at: jiff::civil::DateTime,
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

fn one() -> usize {
    1
}

fn one_text() -> String {
    "1".to_owned()
}

fn twenty() -> String {
    "20".to_owned()
}

impl School {
    /// Reads a school from JSON.
    ///
    /// # Errors
    /// When a field is missing or has another form.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The school of the demo's first year, 2024-2025, which its pupil has left: two children of a parent, and a teacher.
    #[must_use]
    pub fn college() -> Self {
        Self::read(include_str!("schools/college.json")).unwrap()
    }

    /// The school of the demo's two years after that, 2025-2026 and 2026-2027.
    #[must_use]
    pub fn lycee() -> Self {
        Self::read(include_str!("schools/lycee.json")).unwrap()
    }

    /// The same school as it was in one of its years, by the calendar year in which that began.
    #[must_use]
    pub fn in_year(mut self, begins: i16) -> Self {
        self.years.retain(|year| year.first.year() <= begins);
        self
    }

    /// The year that a server holds.
    #[must_use]
    pub fn year(&self) -> &Year {
        self.years.last().unwrap()
    }

    /// The person of that login.
    #[must_use]
    pub fn person(&self, login: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.login == login)
    }
}
