//! What the reading of a file gives: pieces, and remarks about what was not understood.

use crate::record::Piece;

/// What a file held.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The facts.
    pub pieces: Vec<Piece>,
    /// What was not understood, at most [`Reading::REMARKS`] of them.
    pub remarks: Vec<Remark>,
}

/// Something in a file that became no record. The file is kept as it came, so nothing is lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    /// A part that is not known.
    #[error("not understood: {0}")]
    Unknown(String),
    /// A part that does not have the form it should have.
    #[error("{part} is wrong: {why}")]
    Bad {
        /// Which part, in words of the format.
        part: String,
        /// Why.
        why: String,
    },
    /// More came than is read.
    #[error("more than {limit} {what}: the rest was not read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many were read.
        limit: usize,
    },
}

/// Why nothing of a file can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is another kind of file.
    #[error("this is no {0}")]
    NotThis(&'static str),
    /// It is larger than is read.
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most that is read.
        limit_bytes: usize,
    },
    /// It is damaged, or goes too deep.
    #[error("the file can't be read: {0}")]
    Broken(String),
    /// It holds several pupils, and it was not said which one is wanted.
    #[error("the file holds several pupils; say which one: {}", .names.join(", "))]
    WhichPupil {
        /// Their names.
        names: Vec<String>,
    },
    /// It does not hold the pupil who is wanted.
    #[error("the file does not hold this pupil")]
    NoSuchPupil,
}

impl Reading {
    /// The most remarks that are kept.
    pub const REMARKS: usize = 100;

    /// Adds a remark, unless it was made before or there are too many.
    pub(crate) fn remark(&mut self, remark: Remark) {
        if self.remarks.len() < Self::REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Remarks that a part is not known.
    pub(crate) fn unknown(&mut self, what: impl Into<String>) {
        self.remark(Remark::Unknown(short(&what.into())));
    }

    /// Remarks that a part is wrong.
    pub(crate) fn bad(&mut self, part: impl Into<String>, why: impl Into<String>) {
        self.remark(Remark::Bad { part: short(&part.into()), why: why.into() });
    }
}

/// Text of a file, short enough to stand in a message.
fn short(text: &str) -> String {
    const CHARS: usize = 120;
    text.chars().filter(|letter| !letter.is_control()).take(CHARS).collect()
}
