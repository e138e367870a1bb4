//! Which files a record takes part in, and what is rendered at once.

use serde::{Deserialize, Serialize};

use super::Kept;
use super::competence::{framework, known_by};
use super::name::{fold, safe};
use crate::record::Record;

/// A folder at the top of the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Top {
    /// Report cards.
    ReportCards,
    /// Lessons, courses and their files.
    Courses,
    /// Work to do.
    Homework,
    /// The timetable.
    Timetable,
    /// Marks.
    Marks,
    /// Competences, by framework.
    Competences,
    /// Certificates and badges.
    Certificates,
    /// Books.
    Library,
    /// Quizzes.
    Quizzes,
}

impl Top {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 9] = [
        Self::Library,
        Self::ReportCards,
        Self::Certificates,
        Self::Competences,
        Self::Courses,
        Self::Homework,
        Self::Timetable,
        Self::Marks,
        Self::Quizzes,
    ];

    /// The folder's name, as its owner sees it: French, in every language, so that paths stay what they are.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::ReportCards => "Bulletins",
            Self::Courses => "Cours",
            Self::Homework => "Devoirs",
            Self::Timetable => "Emploi du temps",
            Self::Marks => "Notes",
            Self::Competences => "Comp\u{e9}tences",
            Self::Certificates => "Certifications",
            Self::Library => "Biblioth\u{e8}que",
            Self::Quizzes => "QCM",
        }
    }
}

/// The smallest part of a view that is rendered at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// The folder at the top.
    pub view: Top,
    /// The child whose it is, in small letters, where records are of a parent's account: each child has units of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pupil: Option<String>,
    /// What tells it from the view's other units: a school year, a school, a subject, in small letters. This is no path: the paths
    /// of its files are those that [`super::render`] gives.
    pub parts: Vec<String>,
}

/// The first part of units that hold the quizzes of a level, where others have a school year.
pub(super) const BY_LEVEL: &str = "par niveau";

/// The folder of quizzes without a subject, in every language: units by subject know it by this name too.
pub(super) const NO_SUBJECT: &str = "Sans mati\u{e8}re";

impl Unit {
    fn new<const N: usize>(view: Top, parts: [&str; N]) -> Self {
        Self { view, pupil: None, parts: parts.into_iter().map(|part| fold(&safe(part))).collect() }
    }
}

/// The units that a record takes part in, each once. All of them are to be rendered again when it changes.
#[must_use]
pub fn units(kept: &Kept) -> Vec<Unit> {
    let year = kept.year().map_or_else(String::new, |year| year.to_string());
    let mut units = match &kept.record {
        Record::ReportCard(card) => {
            let base = card.base.iter().map(|acquired| Unit::new(Top::Competences, [&known_by(&acquired.framework)]));
            std::iter::once(Unit::new(Top::ReportCards, [&year, &kept.school()])).chain(base).collect()
        }
        Record::Mark(_) => vec![Unit::new(Top::Marks, [&year])],
        Record::Evaluation(evaluation) => {
            let acquired = evaluation.acquired.iter();
            acquired.map(|acquired| Unit::new(Top::Competences, [&known_by(&acquired.framework)])).collect()
        }
        Record::Lesson(lesson) => vec![Unit::new(Top::Courses, [&year, &lesson.subject])],
        Record::Course(course) => vec![Unit::new(Top::Courses, [&year, &course.name])],
        Record::CourseFile(file) => {
            vec![Unit::new(Top::Courses, [&year, &file.subject]), Unit::new(Top::Homework, [&year])]
        }
        Record::Homework(_) => vec![Unit::new(Top::Homework, [&year])],
        Record::TimetableEntry(_) => vec![Unit::new(Top::Timetable, [&year])],
        Record::Loan(_) => vec![Unit::new(Top::Library, [])],
        Record::Certificate(certificate) => {
            let mut units = vec![Unit::new(Top::Certificates, [])];
            if !certificate.skills.is_empty() {
                units.push(Unit::new(Top::Competences, [&known_by(framework(certificate))]));
            }
            units
        }
        Record::Badge(_) => vec![Unit::new(Top::Certificates, [])],
        Record::Quiz(quiz) => {
            let by_level = quiz.level.as_ref().map(|level| Unit::new(Top::Quizzes, [BY_LEVEL, level]));
            let subject = quiz.subject.as_deref().unwrap_or(NO_SUBJECT);
            std::iter::once(Unit::new(Top::Quizzes, [&year, subject])).chain(by_level).collect()
        }
        Record::Period(_) | Record::Person(_) | Record::Group(_) | Record::Absence(_) => Vec::new(),
    };
    let pupil = kept.pupil_folder().map(|folder| fold(&folder));
    units.iter_mut().for_each(|unit| unit.pupil.clone_from(&pupil));
    units.sort();
    units.dedup();
    units
}
