//! Zip archives (PKWARE APPNOTE 6.3), by their central directory. Encrypted entries, methods beyond deflate and archives beyond
//! 4 GiB are refused: Moodle makes none.

use std::cell::Cell;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::bufread::DeflateDecoder;

use super::MOST_ENTRIES;
use super::archive::{Entry, Grown, Visit, safe};
use crate::format::quiz::report::{Problem, ReadError, Reading};

/// The end of the central directory without its comment, and the longest comment.
const END: usize = 22;
const LONGEST_COMMENT: usize = 0xffff;
/// The longest central directory, in bytes.
const LONGEST_DIRECTORY: u32 = 32 << 20;

/// Goes through a zip in the order of its directory; entries that the visitor does not read are not unpacked.
///
/// # Errors
/// [`ReadError`]; what was visited before stays.
pub(super) fn walk<R: Read + Seek>(
    source: &mut R,
    reading: &mut Reading,
    visit: &mut Visit<'_>,
) -> Result<(), ReadError> {
    let directory = directory(source)?;
    let mut rest = directory.as_slice();
    let mut count = 0_usize;
    while let Some(head) = rest.first_chunk::<46>().filter(|head| head.starts_with(b"PK\x01\x02")) {
        count = count.saturating_add(1);
        if count > MOST_ENTRIES {
            return Err(ReadError::Archive(format!("more than {MOST_ENTRIES} entries")));
        }
        let (name_end, end) =
            (46 + usize::from(u16_at(head, 28)), usize::from(u16_at(head, 30)) + usize::from(u16_at(head, 32)));
        let name = rest.get(46..name_end).ok_or_else(broken)?;
        if let Some(name) = safe(name, reading).filter(|name| !name.ends_with('/')) {
            entry(source, head, name, reading, visit)?;
        }
        rest = rest.get(name_end.saturating_add(end)..).ok_or_else(broken)?;
    }
    Ok(())
}

/// The bytes of the central directory.
fn directory<R: Read + Seek>(source: &mut R) -> Result<Vec<u8>, ReadError> {
    let length = source.seek(SeekFrom::End(0))?;
    let tail = length.min(u64::try_from(END + LONGEST_COMMENT).unwrap_or(u64::MAX));
    source.seek(SeekFrom::Start(length.saturating_sub(tail)))?;
    let mut bytes = Vec::new();
    source.by_ref().take(tail).read_to_end(&mut bytes)?;
    let ends = |window: &&[u8]| window.starts_with(b"PK\x05\x06");
    let end = bytes.windows(END).rev().find(ends).ok_or_else(broken)?;
    let (size, offset) = (u32_at(end, 12), u32_at(end, 16));
    if u16_at(end, 10) == u16::MAX || offset == u32::MAX {
        return Err(ReadError::Archive("it is a zip of more than 4 GiB, or of more than 65534 entries".to_owned()));
    }
    if u16_at(end, 4) != 0 || u16_at(end, 6) != 0 || size > LONGEST_DIRECTORY {
        return Err(ReadError::Archive("its directory is too long, or lies elsewhere".to_owned()));
    }
    source.seek(SeekFrom::Start(u64::from(offset)))?;
    let mut directory = Vec::new();
    source.by_ref().take(u64::from(size)).read_to_end(&mut directory)?;
    Ok(directory)
}

/// Hands an entry to the visitor.
fn entry<R: Read + Seek>(
    source: &mut R,
    head: &[u8; 46],
    name: String,
    reading: &mut Reading,
    visit: &mut Visit<'_>,
) -> Result<(), ReadError> {
    let (flags, method) = (u16_at(head, 8), u16_at(head, 10));
    if flags & 1 != 0 || !matches!(method, 0 | 8) {
        reading.report(name, Problem::Entry("it is encrypted, or packed in a way that is not known".to_owned()));
        return Ok(());
    }
    source.seek(SeekFrom::Start(u64::from(u32_at(head, 42))))?;
    let mut local = [0; 30];
    source.read_exact(&mut local)?;
    if !local.starts_with(b"PK\x03\x04") {
        return Err(broken());
    }
    let skip = i64::from(u16_at(&local, 26)).saturating_add(i64::from(u16_at(&local, 28)));
    source.seek(SeekFrom::Current(skip))?;
    let (packed, size) = (u64::from(u32_at(head, 20)), u64::from(u32_at(head, 24)));
    let data = BufReader::new(source.by_ref().take(packed));
    if method == 0 {
        return visit(&mut Entry { name, size, data: &mut data.take(size) }, reading);
    }
    let mut data = Grown::new(DeflateDecoder::new(data), Rc::new(Cell::new(packed))).take(size);
    visit(&mut Entry { name, size, data: &mut data }, reading)
}

fn broken() -> ReadError {
    ReadError::Archive("its directory is broken".to_owned())
}

/// The number at a place that the caller knows to be there.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |two| u16::from_le_bytes(*two))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}
