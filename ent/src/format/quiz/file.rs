//! A file that somebody dropped: which format it is, and the records it becomes.

use std::io::Cursor;

use serde::{Deserialize, Serialize};

use super::model::Kind;
use super::report::{ReadError, Reading};
use super::{backup, gift, merge, moodle};
use crate::record::{Piece, Record, SourceId};

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// QCM of PRONOTE, as XML.
    Pronote,
    /// Moodle XML.
    Moodle,
    /// A Moodle backup.
    Backup,
    /// GIFT.
    Gift,
}

/// Reads a file of quizzes, by what it looks like: names of files say little.
///
/// # Errors
/// [`ReadError`]; a text without a single question that can be answered is none of GIFT.
pub fn read(bytes: &[u8]) -> Result<(FileKind, Reading), ReadError> {
    if backup::is_archive(bytes) {
        return Ok((FileKind::Backup, backup::read(Cursor::new(bytes))?));
    }
    // Byte order marks, and the zeros that UTF-16 has, are no signs.
    let quiet = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xff | 0xfe);
    if bytes.iter().find(|byte| !quiet(byte)) == Some(&b'<') {
        let reading = moodle::read(bytes)?;
        let pronote = reading.quizzes.iter().any(|quiz| quiz.category.is_none() && !quiz.name.is_empty());
        return Ok((if pronote { FileKind::Pronote } else { FileKind::Moodle }, reading));
    }
    let reading = gift::read(bytes)?;
    let mut questions = reading.quizzes.iter().flat_map(|quiz| &quiz.questions);
    if questions.any(|question| question.kind != Kind::Description) {
        Ok((FileKind::Gift, reading))
    } else {
        Err(ReadError::Unknown)
    }
}

/// The records of a file: a quiz each, those of one key together, without the folders that hold no question.
///
/// `name` is the file's, without its ending: it names a quiz that has no name of its own. The school year is left open, as no file says
/// it. Kept under the same account and key, a quiz that was exported anew takes the place of its older version.
#[must_use]
pub fn pieces(reading: Reading, name: &str, source: SourceId) -> Vec<Piece> {
    let quizzes = reading.quizzes.into_iter().filter(|quiz| !quiz.questions.is_empty());
    let piece = |mut quiz: super::Quiz| {
        let key = format!("quiz|{}", quiz.key());
        if quiz.name.is_empty() {
            quiz.name = name.to_owned();
        }
        Piece { key, year: None, school: None, pupil: None, record: Record::Quiz(quiz), source, dropped: Vec::new() }
    };
    merge(quizzes).into_iter().map(piece).collect()
}
