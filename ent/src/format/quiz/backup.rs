//! Backups of Moodle courses (`.mbz`): an archive, gzip'd tar or zip, with the course's questions in `questions.xml`.
//!
//! Nothing of it is unpacked to disk. The archive is walked twice: once for `questions.xml` and `files.xml`, once for the files that
//! questions show, which lie under `files/` by the SHA-1 of their bytes. How much is read is bounded by the length of the archive.

mod archive;
mod files;
mod kind;
mod questions;
mod tar;
mod zip;

use std::io::{Read, Seek};

use super::report::{LARGEST_TEXT, Problem, ReadError, Reading};
use files::Files;

/// The most entries of an archive.
pub const MOST_ENTRIES: usize = 100_000;

/// Reads the questions of a backup; what is older than a question's last version is left out. An entry that can't be read is reported.
///
/// # Errors
/// [`ReadError`] if the archive has no questions that can be read.
pub fn read<R: Read + Seek>(mut archive: R) -> Result<Reading, ReadError> {
    let mut reading = Reading::default();
    let (mut questions, mut index) = (None, None);
    archive::walk(&mut archive, &mut reading, &mut |entry, reading| {
        let wanted = match entry.name.as_str() {
            "questions.xml" => &mut questions,
            "files.xml" => &mut index,
            _ => return Ok(()),
        };
        if wanted.is_some() {
            reading.report(&entry.name, Problem::Entry("it is there twice".to_owned()));
            return Ok(());
        }
        *wanted = Some(entry.bytes(LARGEST_TEXT)?);
        Ok(())
    })?;
    let questions = questions.ok_or_else(|| ReadError::Archive("it has no questions.xml".to_owned()))?;
    let mut files = Files::of_index(index.as_deref(), &mut reading);
    if !files.is_empty() {
        archive::walk(&mut archive, &mut Reading::default(), &mut |entry, reading| files.take(entry, reading))?;
    }
    questions::read(&questions, &mut files, &mut reading)?;
    Ok(reading)
}

/// Whether bytes begin like a backup, or any archive of its kinds.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(archive::GZIP) || bytes.starts_with(archive::ZIP)
}

#[cfg(test)]
mod tests;
