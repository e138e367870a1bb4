//! The neutral form of a quiz: what PRONOTE, Moodle and GIFT can say, and what only one of them says kept beside it.
//!
//! A text that is empty and carries no file is absent: no format tells the two apart.

use serde::{Deserialize, Serialize};

use super::number::Number;
use super::raw::Other;

/// A quiz: questions that stand together under one name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    /// Name; empty where the file gives none.
    pub name: String,
    /// Subject, as a PRONOTE file names it.
    pub subject: Option<String>,
    /// Level, as a PRONOTE file names it: `2NDE`.
    pub level: Option<String>,
    /// How PRONOTE numbers the answers: `123`, `abc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbering: Option<String>,
    /// The place in a Moodle question bank: `$course$/top/History`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// What else PRONOTE says of the quiz, beside its name.
    #[serde(default, skip_serializing_if = "Other::is_empty")]
    pub infos: Other,
    /// What else stands among the questions of the file, and the attributes of its root.
    #[serde(default, skip_serializing_if = "Other::is_empty")]
    pub other: Other,
    /// Questions, in the order of the file.
    pub questions: Vec<Question>,
}

/// A folder of a Moodle question bank.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// Names from the top, parted by `/`; a `/` in a name is doubled.
    pub path: String,
    /// What it holds, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Its number at the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idnumber: Option<String>,
    /// What else the file says of it.
    #[serde(default, skip_serializing_if = "Other::is_empty")]
    pub other: Other,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Name; empty where the file gives none.
    pub name: String,
    /// What is asked.
    pub text: Text,
    /// How it is answered.
    pub kind: Kind,
    /// Points for a right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Number>,
    /// What a wrong try costs, as a part of the points: `0.33`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penalty: Option<Number>,
    /// What everybody is told afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Text>,
    /// What is told after a right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Text>,
    /// What is told after an answer that is right in part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly: Option<Text>,
    /// What is told after a wrong answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<Text>,
    /// Helps given one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Text>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Its number at the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idnumber: Option<String>,
    /// Whether an older version is hidden from the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// What else the file says of it.
    #[serde(default, skip_serializing_if = "Other::is_empty")]
    pub other: Other,
}

impl Question {
    /// A question with a text and a kind, and nothing else.
    #[must_use]
    pub fn new(kind: Kind, text: Text) -> Self {
        Self {
            name: String::new(),
            text,
            kind,
            grade: None,
            penalty: None,
            feedback: None,
            right: None,
            partly: None,
            wrong: None,
            hints: Vec::new(),
            tags: Vec::new(),
            idnumber: None,
            hidden: None,
            other: Other::default(),
        }
    }

    /// Every text of it that people read, with the texts of its answers.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let around = [&self.feedback, &self.right, &self.partly, &self.wrong];
        let answers = self.kind.answers().iter().flat_map(|answer| [Some(&answer.text), answer.feedback.as_ref()]);
        let pairs = match &self.kind {
            Kind::Matching { pairs, .. } => pairs.as_slice(),
            _ => &[],
        };
        let essay = match &self.kind {
            Kind::Essay { template, grading, .. } => [template.as_ref(), grading.as_ref()],
            _ => [None, None],
        };
        std::iter::once(&self.text)
            .chain(around.into_iter().flatten())
            .chain(&self.hints)
            .chain(answers.flatten())
            .chain(pairs.iter().map(|pair| &pair.text))
            .chain(essay.into_iter().flatten())
    }
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Kind {
    /// By ticking answers.
    Choice {
        /// Whether one answer only may be ticked; the file may leave it open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        single: Option<bool>,
        /// Whether the answers are shown in any order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shuffle: Option<bool>,
        /// How they are numbered: `abc`, `none`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        numbering: Option<String>,
        /// The answers.
        answers: Vec<Answer>,
    },
    /// By true or false: two answers, with the texts `true` and `false`.
    TrueFalse {
        /// The answers.
        answers: Vec<Answer>,
    },
    /// By writing some words.
    Short {
        /// Whether capitals count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<bool>,
        /// What is right, in whole or part; `*` stands for any letters.
        answers: Vec<Answer>,
    },
    /// By writing a number.
    Numerical {
        /// What is right, each with its tolerance; `*` is any other number.
        answers: Vec<Answer>,
    },
    /// By joining two lists.
    Matching {
        /// Whether the lists are shown in any order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shuffle: Option<bool>,
        /// What goes together.
        pairs: Vec<Pair>,
    },
    /// By filling gaps that stand in the text.
    Cloze {
        /// The gaps, as the text says them, in its order.
        gaps: Vec<Gap>,
    },
    /// By writing freely.
    Essay {
        /// How many lines there are to write on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<u32>,
        /// What stands there at first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<Text>,
        /// What those who mark it are told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grading: Option<Text>,
    },
    /// By putting in order; the answers stand in the right one.
    Ordering {
        /// The answers.
        answers: Vec<Answer>,
    },
    /// Not at all: a text between questions.
    Description,
    /// In a way that is not known here; all that the file says is in [`Question::other`].
    Unknown {
        /// What the file calls it.
        name: String,
    },
}

impl Kind {
    /// The answers, where there is a list of them.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        match self {
            Self::Choice { answers, .. }
            | Self::TrueFalse { answers }
            | Self::Short { answers, .. }
            | Self::Numerical { answers }
            | Self::Ordering { answers } => answers,
            Self::Matching { .. }
            | Self::Cloze { .. }
            | Self::Essay { .. }
            | Self::Description
            | Self::Unknown { .. } => &[],
        }
    }
}

/// An answer that a question offers or expects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What it says.
    pub text: Text,
    /// The part of the points it gives, in percent, negative for points lost; absent is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Number>,
    /// How far a number may be from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Number>,
    /// What is told after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Text>,
    /// What else the file says of it.
    #[serde(default, skip_serializing_if = "Other::is_empty")]
    pub other: Other,
}

impl Answer {
    /// Whether it gives all the points.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.fraction.as_ref().is_some_and(|fraction| fraction.is("100"))
    }
}

/// Two things that go together; a pair without a text offers a wrong answer more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// What is asked.
    pub text: Text,
    /// What goes with it.
    pub answer: String,
    /// What else the file says of it.
    #[serde(default, skip_serializing_if = "Other::is_empty")]
    pub other: Other,
}

/// A gap in a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// What the text calls it, in capitals: `MULTICHOICE`, `SAC`.
    pub name: String,
    /// How it is filled.
    pub kind: GapKind,
    /// Its weight among the gaps; absent is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What is offered or expected.
    pub answers: Vec<Answer>,
}

/// How a gap is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// By one of a list.
    Choice,
    /// By some of a list.
    Choices,
    /// By words.
    Words,
    /// By words whose capitals count.
    ExactWords,
    /// By a number.
    Number,
}

/// A text, and the files it shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The text, untouched: it may hold HTML that nobody has cleaned.
    pub body: String,
    /// What the text is written in; absent where the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Files that the text names by `@@PLUGINFILE@@/name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

impl Text {
    /// A text of which only its words are known.
    #[must_use]
    pub fn of(body: impl Into<String>) -> Self {
        Self { body: body.into(), format: None, files: Vec::new() }
    }

    /// Whether it says and shows nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty() && self.files.is_empty()
    }
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// HTML.
    Html,
    /// Plain text.
    Plain,
    /// Markdown.
    Markdown,
    /// HTML whose lines break where the text does.
    Moodle,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Html, Self::Plain, Self::Markdown, Self::Moodle];

    /// Its name in Moodle XML.
    #[must_use]
    pub fn xml_name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Plain => "plain_text",
            Self::Markdown => "markdown",
            Self::Moodle => "moodle_auto_format",
        }
    }

    /// Its name in GIFT.
    #[must_use]
    pub fn gift_name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Plain => "plain",
            Self::Markdown => "markdown",
            Self::Moodle => "moodle",
        }
    }
}

/// A file inside a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its name; it comes from outside and is no path.
    pub name: String,
    /// The folder that the text names it in, absent for `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its bytes in base64 (RFC 4648), without line breaks.
    pub base64: String,
}
