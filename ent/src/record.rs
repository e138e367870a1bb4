//! Records: facts about a person that platforms hold, typed, each with its origin.
//!
//! Times are civil times of the school, as platforms give them; numbers are kept as the decimal text that was given, with a
//! point. A field that a platform does not give is absent, never made up.

mod learning;
mod origin;
mod reason;
mod results;
mod school;

use serde::{Deserialize, Serialize};

pub use learning::{Attachment, Course, CourseFile, Homework, Lesson, LessonContent, Loan, LoanState, Turnin};
pub use origin::{AccountId, Dropped, Origin, Platform, SchoolYear, SourceId, Uai};
pub use reason::Reason;
pub use results::{
    Acquired, Appreciation, Badge, Certificate, CertificateSkill, Evaluation, Mark, ReportCard, ReportSubject, Score,
    SpecialMark, Verification,
};
pub use school::{Absence, AbsenceKind, Group, Period, Person, PersonRole, TimetableEntry, TimetableState};

use crate::format::quiz::Quiz;

/// One fact about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Record {
    /// A part of a school year.
    Period(Period),
    /// What the class council wrote about a period.
    ReportCard(ReportCard),
    /// One mark.
    Mark(Mark),
    /// An evaluation of competences.
    Evaluation(Evaluation),
    /// What was done in a lesson.
    Lesson(Lesson),
    /// Work to do.
    Homework(Homework),
    /// A lesson's place in the week.
    TimetableEntry(TimetableEntry),
    /// A course on a learning platform.
    Course(Course),
    /// A file of a course or a lesson.
    CourseFile(CourseFile),
    /// A book that was lent.
    Loan(Loan),
    /// A quiz that a teacher wrote.
    Quiz(Quiz),
    /// A certificate.
    Certificate(Certificate),
    /// A badge, as issued.
    Badge(Badge),
    /// Somebody.
    Person(Person),
    /// A class or a group of a school year.
    Group(Group),
    /// An absence, a delay, a punishment.
    Absence(Absence),
}

/// A record as a connector or a parser hands it over: [`Origin`] says where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// What identifies the fact at its platform and account, and stays the same when it is fetched again: made of the fact's own words
    /// (date, subject, label), never of an identity that lasts for a session only.
    pub key: String,
    /// The school year it belongs to.
    pub year: Option<SchoolYear>,
    /// The school it comes from, as its platform names it.
    pub school: Option<String>,
    /// Whose it is, by name, where the account is a parent's and shows the pages of children: always then, also of an only child, so
    /// that what is shown of one keeps its place when another comes. None in a pupil's own account.
    pub pupil: Option<String>,
    /// The fact.
    pub record: Record,
    /// The raw answer or file it was read from.
    pub source: SourceId,
    /// What of the raw answer was dropped before it was kept, and why: other people's data.
    pub dropped: Vec<Dropped>,
}

impl Record {
    /// The name of its kind, as it stands in files.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Period(_) => "period",
            Self::ReportCard(_) => "report-card",
            Self::Mark(_) => "mark",
            Self::Evaluation(_) => "evaluation",
            Self::Lesson(_) => "lesson",
            Self::Homework(_) => "homework",
            Self::TimetableEntry(_) => "timetable-entry",
            Self::Course(_) => "course",
            Self::CourseFile(_) => "course-file",
            Self::Loan(_) => "loan",
            Self::Quiz(_) => "quiz",
            Self::Certificate(_) => "certificate",
            Self::Badge(_) => "badge",
            Self::Person(_) => "person",
            Self::Group(_) => "group",
            Self::Absence(_) => "absence",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// No field of a record is taken for its type.
    #[test]
    fn what_was_kept_is_read_back() {
        let from = "2026-11-28T08:00:00".parse().unwrap();
        let absence =
            Absence { kind: AbsenceKind::Delay, from, until: None, reason: None, justified: None, minutes: Some(5) };
        let record = Record::Absence(absence);
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}
