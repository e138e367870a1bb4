//! What a made-up school holds: people, and for each school year its classes and what was marked, taught and noted.

mod class;
mod pupil;

use jiff::civil::Date;
use serde::Deserialize;

pub use self::class::{Change, Class, File, Homework, Lesson, Slot, Subject};
pub use self::pupil::{Absence, Delay, Evaluation, Mark, Punishment, Pupil, Report, SPECIAL, Skill};

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
