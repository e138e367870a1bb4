//! ISO 2709: a leader of 24 bytes, a directory of fields, the fields. Records end with 0x1d, which is nowhere else in them.

use super::charset::Charset;
use super::fields::{Field, Fields};

const LEADER: usize = 24;
/// Tag of 3, length of 4, start of 5 digits.
const ENTRY: usize = 12;
const END_OF_RECORD: u8 = 0x1d;
const END_OF_FIELD: u8 = 0x1e;
const SUBFIELD: u8 = 0x1f;

/// The records of a file; nothing for one that is broken.
pub(super) fn read(bytes: &[u8]) -> Vec<Option<Fields>> {
    bytes
        .split(|byte| *byte == END_OF_RECORD)
        .map(<[u8]>::trim_ascii_start)
        .filter(|record| !record.is_empty())
        .take(super::RECORDS)
        .map(record)
        .collect()
}

fn record(bytes: &[u8]) -> Option<Fields> {
    let base = number(bytes.get(12..17)?)?;
    let data = bytes.get(base..)?;
    let directory = bytes.get(LEADER..base)?.split(|byte| *byte == END_OF_FIELD).next()?;
    if directory.is_empty() || !directory.len().is_multiple_of(ENTRY) {
        return None;
    }
    let entries = directory.chunks_exact(ENTRY).map(|entry| field(entry, data)).collect::<Option<Vec<_>>>()?;
    let coded = entries.iter().find(|(tag, _)| *tag == b"100").map(|(_, body)| *body).unwrap_or_default();
    let charset =
        Charset::declared(subfields(coded).find(|(code, _)| *code == b'a').map(|(_, text)| text).unwrap_or_default());
    let mut fields = Fields::default();
    for (tag, body) in entries {
        let mut field = Field::new(&charset.text(tag));
        for (code, text) in subfields(body) {
            field.add(&char::from(code).to_string(), &charset.text(text));
        }
        fields.add(field);
    }
    Some(fields)
}

/// A field's tag and body, by its entry in the directory.
fn field<'a>(entry: &'a [u8], data: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (tag, place) = entry.split_at_checked(3)?;
    let (length, start) = place.split_at_checked(4)?;
    let (length, start) = (number(length)?, number(start)?);
    let body = data.get(start..start.checked_add(length)?)?;
    Some((tag, body.strip_suffix(&[END_OF_FIELD]).unwrap_or(body)))
}

/// Codes and texts of subfields; a field of control has none.
fn subfields(body: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    body.split(|byte| *byte == SUBFIELD).skip(1).filter_map(|part| part.split_first().map(|(code, text)| (*code, text)))
}

fn number(digits: &[u8]) -> Option<usize> {
    if digits.iter().all(u8::is_ascii_digit) { std::str::from_utf8(digits).ok()?.parse().ok() } else { None }
}
