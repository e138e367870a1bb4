//! What is kept of one record, and what pages say of where it comes from.

use jiff::civil::Date;

use super::Lang;
use super::name::{safe, title};
use crate::record::{Origin, Platform, Record, SchoolYear};

/// What is kept of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The fact.
    pub record: Record,
    /// Where it comes from.
    pub origin: Origin,
}

impl Kept {
    /// What tells it from all others, and sorts them in an order that does not depend on when they came.
    pub(super) fn id(&self) -> Id {
        Id { key: self.origin.key.clone(), platform: self.origin.platform, account: self.origin.account.0.clone() }
    }

    /// What another record of the same account would be called.
    pub(super) fn sibling(&self, key: &str) -> Id {
        Id { key: key.to_owned(), ..self.id() }
    }

    /// The school year it belongs to: the platform's, else that of its own day.
    pub(super) fn year(&self) -> Option<SchoolYear> {
        self.origin.year.or_else(|| self.day().map(SchoolYear::of))
    }

    /// The folder of the child whose it is, in a parent's account. It has no point, as all files beside it have.
    pub(super) fn pupil_folder(&self) -> Option<String> {
        self.origin.pupil.as_deref().map(|pupil| title(&safe(pupil).replace('.', " ")))
    }

    /// The folder of its school year and, in it, that of the child whose it is.
    pub(super) fn folders(&self, lang: Lang) -> Vec<String> {
        std::iter::once(self.year_folder(lang)).chain(self.pupil_folder()).collect()
    }

    /// What this is called in a program that shows it beside those of other children.
    pub(super) fn named(&self, name: &str, lang: Lang) -> String {
        match &self.origin.pupil {
            Some(pupil) => lang.say_with("of-pupil", &[("name", name), ("pupil", pupil.trim())]),
            None => name.to_owned(),
        }
    }

    /// The folder of its school year.
    pub(super) fn year_folder(&self, lang: Lang) -> String {
        self.year().map_or_else(|| lang.say("no-year"), |year| year.to_string())
    }

    /// The school, by its name, else its number, else the account's name.
    pub(super) fn school(&self) -> String {
        let named = self.origin.school.clone().filter(|school| !school.trim().is_empty());
        let numbered = || self.origin.uai.as_ref().map(ToString::to_string);
        named.or_else(numbered).unwrap_or_else(|| self.origin.account.0.clone())
    }

    /// The day that the fact is about.
    fn day(&self) -> Option<Date> {
        match &self.record {
            Record::Period(period) => period.start.or(period.end),
            Record::ReportCard(card) => card.council,
            Record::Mark(mark) => mark.date,
            Record::Evaluation(evaluation) => evaluation.date,
            Record::Lesson(lesson) => Some(lesson.start.date()),
            Record::Homework(homework) => Some(homework.due),
            Record::TimetableEntry(entry) => Some(entry.start.date()),
            Record::Course(course) => course.start,
            Record::Loan(loan) => loan.from,
            Record::Certificate(certificate) => certificate.date.or(certificate.delivered),
            Record::Badge(badge) => badge.issued,
            Record::Absence(absence) => Some(absence.from.date()),
            Record::CourseFile(_) | Record::Quiz(_) | Record::Person(_) | Record::Group(_) => None,
        }
    }
}

/// Tells a record from all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    key: String,
    platform: Platform,
    account: String,
}

/// When the youngest of these records was fetched, in seconds since 1970.
pub(super) fn latest(kept: &[&Kept]) -> Option<i64> {
    kept.iter().map(|kept| kept.origin.fetched).max()
}
