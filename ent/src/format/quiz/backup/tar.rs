//! Tar archives, read forward (POSIX.1-1988 ustar, with the long names of GNU and of POSIX.1-2001).

use std::io::Read;

use super::MOST_ENTRIES;
use super::archive::{Entry, Visit, safe};
use crate::format::quiz::report::{Problem, ReadError, Reading};

const BLOCK: usize = 512;
/// The longest entry that only says how the next is called, in bytes.
const LONGEST_HEADER: u64 = 16 << 10;

/// Goes through a tar.
///
/// # Errors
/// [`ReadError`]; what was visited before stays.
pub(super) fn walk(mut source: impl Read, reading: &mut Reading, visit: &mut Visit<'_>) -> Result<(), ReadError> {
    let mut long_name: Option<Vec<u8>> = None;
    let mut count = 0_usize;
    while let Some(header) = header(&mut source)? {
        count = count.saturating_add(1);
        if count > MOST_ENTRIES {
            return Err(ReadError::Archive(format!("more than {MOST_ENTRIES} entries")));
        }
        let size = size(&header)?;
        let mut data = source.by_ref().take(size);
        match header[156] {
            b'L' | b'x' if size > LONGEST_HEADER => return Err(ReadError::Archive("an endless name".to_owned())),
            b'L' => {
                let mut name = Vec::new();
                data.read_to_end(&mut name)?;
                name.truncate(text(&name).len());
                long_name = Some(name);
            }
            b'x' => {
                let mut records = Vec::new();
                data.read_to_end(&mut records)?;
                long_name = path(&records).or(long_name);
            }
            kind => {
                let name = long_name.take().unwrap_or_else(|| name(&header));
                match (kind, safe(&name, reading)) {
                    (b'0' | b'7' | 0, Some(name)) => visit(&mut Entry { name, size, data: &mut data }, reading)?,
                    // Folders, what holds for all entries, and entries that were reported.
                    (b'5' | b'g', _) | (_, None) => {}
                    (_, Some(name)) => reading.report(name, Problem::Entry("it is a link or a device".to_owned())),
                }
            }
        }
        let rest = data.limit();
        skip(&mut source, rest)?;
        let block = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        skip(&mut source, size.next_multiple_of(block).saturating_sub(size))?;
    }
    Ok(())
}

/// The next header; none at the end, which is an empty block or the end of the data.
fn header(source: &mut impl Read) -> Result<Option<[u8; BLOCK]>, ReadError> {
    let mut header = [0; BLOCK];
    let mut filled = 0;
    while let Some(rest) = header.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest)? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(ReadError::Archive("it breaks off".to_owned())),
            count => filled = filled.saturating_add(count),
        }
    }
    if header.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    // The sum is reckoned with spaces in its own place.
    let bytes = header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
    let sum: u64 = bytes.map(u64::from).sum();
    if octal(&header[148..156]) != Some(sum) {
        return Err(ReadError::Archive("the sum of a header is wrong".to_owned()));
    }
    Ok(Some(header))
}

fn size(header: &[u8; BLOCK]) -> Result<u64, ReadError> {
    const MOST: u64 = 1 << 40;
    octal(&header[124..136])
        .filter(|size| *size <= MOST)
        .ok_or_else(|| ReadError::Archive("an impossible length".to_owned()))
}

/// A number in octal digits, or, where its first bit is set, in binary.
fn octal(field: &[u8]) -> Option<u64> {
    if let [first, rest @ ..] = field
        && first & 0x80 != 0
    {
        return rest
            .iter()
            .try_fold(u64::from(first & 0x7f), |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let digits = std::str::from_utf8(text(field)).ok()?.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn name(header: &[u8; BLOCK]) -> Vec<u8> {
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    if prefix.is_empty() || !header[257..].starts_with(b"ustar\0") {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

/// What stands before the first zero byte.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The `path` of the records of an extended header: `<length> <name>=<value>\n` each.
fn path(records: &[u8]) -> Option<Vec<u8>> {
    let mut rest = records;
    loop {
        let space = rest.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(rest.get(..space)?).ok()?.parse().ok()?;
        let record = rest.get(space.checked_add(1)?..length.checked_sub(1)?)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            return Some(path.to_vec());
        }
        rest = rest.get(length..)?;
    }
}

fn skip(source: &mut impl Read, count: u64) -> Result<(), ReadError> {
    let skipped = std::io::copy(&mut source.by_ref().take(count), &mut std::io::sink())?;
    if skipped < count { Err(ReadError::Archive("it breaks off".to_owned())) } else { Ok(()) }
}
