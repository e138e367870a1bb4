//! What a reader could not read, and what a writer could not say.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::model::{Kind, Question, Quiz};
use super::xml::XmlError;

/// The largest text that is read, in bytes: a year's quizzes with their pictures take a tenth of it.
pub const LARGEST_TEXT: usize = 64 << 20;

/// The most questions of a file, and the most quizzes.
pub const MOST_QUESTIONS: usize = 20_000;
/// The most answers of a file, those of gaps counted.
pub const MOST_ANSWERS: usize = 200_000;

/// What was read of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The quizzes, in the order of the file. One may hold no question, as folders of a question bank do.
    pub quizzes: Vec<Quiz>,
    /// What could not be read, or was read otherwise than it stands there.
    pub reports: Vec<Report>,
}

impl Reading {
    /// Notes a problem; the thousandth is the last.
    pub(super) fn report(&mut self, place: impl Into<String>, problem: Problem) {
        const MOST_REPORTS: usize = 1000;
        if self.reports.len() < MOST_REPORTS {
            self.reports.push(Report { place: place.into(), problem });
        }
    }

    /// Begins a quiz, unless there are as many as there may be questions. Says whether it was begun.
    pub(super) fn begin(&mut self, quiz: Quiz, budget: &mut Budget) -> bool {
        budget.quizzes = budget.quizzes.saturating_add(1);
        let fits = budget.quizzes <= MOST_QUESTIONS;
        if fits {
            self.quizzes.push(quiz);
        } else {
            self.report("", Problem::Broken(format!("more than {MOST_QUESTIONS} quizzes")));
        }
        fits
    }

    /// Adds a question to the last quiz, unless that is more than a file may hold: a file of one sign a question would take a
    /// thousand times its size. Says whether it was added.
    pub(super) fn push(&mut self, question: Question, budget: &mut Budget) -> bool {
        let gaps = match &question.kind {
            Kind::Cloze { gaps } => gaps.iter().map(|gap| gap.answers.len().saturating_add(1)).sum(),
            _ => 0,
        };
        budget.questions = budget.questions.saturating_add(1);
        budget.answers = budget.answers.saturating_add(question.kind.answers().len()).saturating_add(gaps);
        let fits = budget.questions <= MOST_QUESTIONS && budget.answers <= MOST_ANSWERS;
        if fits {
            self.last().questions.push(question);
        } else {
            let most = format!("more than {MOST_QUESTIONS} questions or {MOST_ANSWERS} answers");
            self.report("", Problem::Broken(most));
        }
        fits
    }

    /// The quiz that the next question belongs to.
    pub(super) fn last(&mut self) -> &mut Quiz {
        if self.quizzes.is_empty() {
            self.quizzes.push(Quiz::default());
        }
        let last = self.quizzes.len().saturating_sub(1);
        &mut self.quizzes[last]
    }
}

/// How much of a file was kept.
#[derive(Debug, Default)]
pub(super) struct Budget {
    quizzes: usize,
    questions: usize,
    answers: usize,
}

/// Something that could not be read; the rest was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Where: a question's number and name, or an entry of an archive.
    pub place: String,
    /// What.
    pub problem: Problem,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "is", content = "what", rename_all = "kebab-case")]
pub enum Problem {
    /// The file is no UTF-8; it was read as Windows-1252.
    #[error("the text is not UTF-8 and was read as Windows-1252")]
    Encoding,
    /// The file ends or breaks here.
    #[error("what follows can't be read: {0}")]
    Broken(String),
    /// A question has no meaning.
    #[error("the question can't be understood: {0}")]
    Question(String),
    /// A value has no meaning; it is kept as it is.
    #[error("a value can't be understood: {0}")]
    Value(String),
    /// A file inside is no base64, or too large, or missing.
    #[error("an attached file can't be read: {0}")]
    File(String),
    /// An entry of an archive is refused.
    #[error("an entry is refused: {0}")]
    Entry(String),
}

/// Why nothing of a file can be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It is larger than any quiz.
    #[error("the text is larger than {LARGEST_TEXT} bytes")]
    TooLarge,
    /// It is no text of a format that is known.
    #[error("it is no quiz: neither Moodle XML, nor GIFT, nor a Moodle backup")]
    Unknown,
    /// It is no XML that can be read.
    #[error("its XML can't be read: {0}")]
    Xml(#[from] XmlError),
    /// It is no archive that can be read.
    #[error("the archive can't be read: {0}")]
    Archive(String),
    /// Its bytes can't be had.
    #[error("the file can't be read")]
    Io(#[from] std::io::Error),
}

/// What was written, and what it does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub text: String,
    /// What the format has no words for.
    pub lost: Vec<Lost>,
}

/// Something that a format can't say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Which question: its number in its quiz, from 1, and its name. Empty for what the quiz itself says.
    pub question: String,
    /// What.
    pub what: Loss,
}

/// What a format can't say, or says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Nobody has seen the target take this kind of question: it is written as Moodle has it.
    #[error("this kind of question was never seen in such a file; it is written as Moodle writes it")]
    Unverified,
    /// The question is left out.
    #[error("the question is left out: the format has no such kind")]
    Question,
    /// It becomes another kind of question.
    #[error("it becomes another kind of question")]
    Kind,
    /// Subject and level.
    #[error("subject and level")]
    Subject,
    /// The place in the question bank, its words and its number.
    #[error("the place in the question bank")]
    Category,
    /// How answers are numbered or ordered.
    #[error("how answers are numbered or mixed")]
    Layout,
    /// Points and penalty.
    #[error("points and penalty")]
    Grade,
    /// Feedback.
    #[error("a feedback")]
    Feedback,
    /// Hints.
    #[error("hints")]
    Hints,
    /// Tags and numbers.
    #[error("tags and numbers")]
    Tags,
    /// Whether capitals count.
    #[error("whether capitals count")]
    Case,
    /// A file inside a text.
    #[error("a file inside a text")]
    File,
    /// A picture that is not in the file, and would be fetched from elsewhere.
    #[error("a picture from elsewhere")]
    RemotePicture,
    /// HTML that runs, loads or hides something.
    #[error("HTML that could do harm")]
    Html,
    /// Signs that have another meaning there.
    #[error("signs that have another meaning there")]
    Signs,
    /// What only the format it came from says.
    #[error("details that only its own format has")]
    Other,
}

/// What was lost, each once for a question.
#[derive(Debug, Default)]
pub(super) struct Losses {
    question: String,
    /// How many were lost before this question.
    before: usize,
    lost: Vec<Lost>,
}

impl Losses {
    /// Begins with the quiz itself.
    pub(super) fn quiz(&mut self) {
        self.question.clear();
        self.before = self.lost.len();
    }

    /// Goes on with a question; `at` counts from 0.
    pub(super) fn question(&mut self, at: usize, name: &str) {
        self.question = place(at, name);
        self.before = self.lost.len();
    }

    pub(super) fn add(&mut self, what: Loss) {
        let known = self.lost.iter().skip(self.before).any(|lost| lost.what == what);
        if !known {
            self.lost.push(Lost { question: self.question.clone(), what });
        }
    }

    pub(super) fn add_if(&mut self, condition: bool, what: Loss) {
        if condition {
            self.add(what);
        }
    }

    pub(super) fn finish(self) -> Vec<Lost> {
        self.lost
    }
}

/// How a question is named to people: its number from 1, and the beginning of its name.
pub(super) fn place(at: usize, name: &str) -> String {
    const LONGEST_NAME: usize = 80;
    let number = at.saturating_add(1);
    if name.is_empty() {
        return number.to_string();
    }
    let name: String = name.chars().take(LONGEST_NAME).collect();
    format!("{number} ({name})")
}
