//! Library records in UNIMARC, as catalogues and reading lists export them: titles, authors, ISBN.
//!
//! Read are ISO 2709 (binary, in UTF-8, ISO 8859-1 or ISO 5426), MARCXML, and the XML that PMB writes. A broken record is reported
//! and the next one is read. Of a record only what a reader needs is kept here; the file itself is kept whole by whoever reads it.
//!
//! Sources: UNIMARC Manual, Bibliographic Format (IFLA); ISO 2709:2008; MARCXML schema (Library of Congress); ISO 5426:1983.

mod charset;
mod fields;
mod iso2709;
mod xml;

use fields::Fields;

use crate::record::{Loan, LoanState, SourceId};

/// The longest file that is read, in bytes.
const FILE_BYTES: usize = 64 << 20;
/// The most records of a file that are read: a school's library has some ten thousands.
const RECORDS: usize = 100_000;
/// The longest text that is taken from a field, in characters.
const TEXT_CHARS: usize = 1000;

/// Why a file is not read as library records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarcError {
    /// It is longer than any that is known.
    #[error("the file is too long")]
    TooLong,
    /// It is neither of the formats.
    #[error("the file holds no library records")]
    NoRecords,
    /// It is XML and broken, from this byte on.
    #[error("the XML is broken at byte {0}")]
    BrokenXml(u64),
}

/// What is known of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Title, with its part and subtitle.
    pub title: String,
    /// Who wrote it, first name first.
    pub authors: Vec<String>,
    /// ISBN without hyphens, 10 or 13 characters.
    pub isbn: Option<String>,
}

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// Its records, in its order.
    pub notices: Vec<Notice>,
    /// How many records were left out: broken, or without a title.
    pub broken: usize,
}

/// Reads a file of library records.
///
/// # Errors
/// [`MarcError`] when the file as a whole can't be read.
pub fn read(bytes: &[u8]) -> Result<Notices, MarcError> {
    if bytes.len() > FILE_BYTES {
        return Err(MarcError::TooLong);
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let records = match start.first() {
        Some(b'<') => xml::read(start)?,
        Some(b'0'..=b'9') => iso2709::read(start),
        _ => return Err(MarcError::NoRecords),
    };
    let mut read = Notices::default();
    for record in records.into_iter().take(RECORDS) {
        match record.as_ref().and_then(Notice::of) {
            Some(notice) => read.notices.push(notice),
            None => read.broken += 1,
        }
    }
    if read.notices.is_empty() && read.broken == 0 { Err(MarcError::NoRecords) } else { Ok(read) }
}

impl Notice {
    /// Takes what is known of a book from the fields of its record; nothing for one without a title.
    fn of(fields: &Fields) -> Option<Self> {
        // 200: title proper $a, part $h and $i, other title information $e. A second $a is another work in the same volume.
        let title = fields.of("200").next()?;
        let mut name = title.first("a")?;
        for part in title.all(&["h", "i"]) {
            name = format!("{name}. {part}");
        }
        for more in title.all(&["e"]).take(2) {
            name = format!("{name} : {more}");
        }
        Some(Self {
            title: name,
            authors: authors(fields),
            isbn: fields.of("010").find_map(|field| isbn(&field.first("a")?)),
        })
    }

    /// The book as it stands on a list of books to read; `source` is the file of the list.
    #[must_use]
    pub fn listed(self, list: &str, source: SourceId) -> Loan {
        Loan {
            title: self.title,
            authors: self.authors,
            isbn: self.isbn,
            copy: None,
            library: None,
            state: LoanState::Listed,
            from: None,
            until: None,
            notice: Some(source),
            list: Some(list.to_owned()),
        }
    }
}

/// Authors: persons (700 to 702: name $a, first name $b) and bodies (710 to 712), or what stands on the title page (200 $f).
fn authors(fields: &Fields) -> Vec<String> {
    let mut authors: Vec<String> = Vec::new();
    for tag in ["700", "701", "702", "710", "711", "712"] {
        for field in fields.of(tag) {
            let Some(name) = field.first("a") else { continue };
            let author = match field.first("b") {
                Some(first) if tag.starts_with("70") => format!("{first} {name}"),
                _ => name,
            };
            if !authors.contains(&author) {
                authors.push(author);
            }
        }
    }
    if authors.is_empty() {
        authors.extend(fields.of("200").next().and_then(|title| title.first("f")));
    }
    authors
}

fn isbn(text: &str) -> Option<String> {
    let text = text.split_whitespace().next()?;
    let isbn: String = text.chars().filter(|character| *character != '-').collect();
    let is_one = matches!(isbn.len(), 10 | 13)
        && isbn.bytes().enumerate().all(|(at, byte)| byte.is_ascii_digit() || (at == 9 && byte == b'X'));
    is_one.then_some(isbn)
}

#[cfg(test)]
mod tests;
