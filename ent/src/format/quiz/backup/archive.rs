//! Archives, entry by entry, within bounds.

use std::cell::Cell;
use std::io::{BufReader, Error, Read, Result as IoResult, Seek, SeekFrom};
use std::rc::Rc;

use flate2::bufread::GzDecoder;

use super::{tar, zip};
use crate::format::quiz::report::{Problem, ReadError, Reading};

pub(super) const GZIP: &[u8] = &[0x1f, 0x8b];
pub(super) const ZIP: &[u8] = b"PK";

/// How many times its length data may grow, beyond the first part: text shrinks to a tenth, a bomb to a thousandth.
const RATIO: u64 = 100;
/// How much may be unpacked whatever its length, in bytes.
const FREE: u64 = 16 << 20;
/// The longest name of an entry, in bytes.
const LONGEST_NAME: usize = 1024;

/// A file of an archive.
pub(super) struct Entry<'a> {
    /// Its path from the archive's root, which does not lead out of it.
    pub(super) name: String,
    /// How long it says it is, in bytes.
    pub(super) size: u64,
    pub(super) data: &'a mut dyn Read,
}

impl Entry<'_> {
    /// All of it, if that is at most `most` bytes.
    ///
    /// # Errors
    /// [`ReadError::TooLarge`], [`ReadError::Io`].
    pub(super) fn bytes(&mut self, most: usize) -> Result<Vec<u8>, ReadError> {
        let limit = u64::try_from(most).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        self.data.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() > most { Err(ReadError::TooLarge) } else { Ok(bytes) }
    }
}

/// Takes each entry in its turn, and need not read it.
pub(super) type Visit<'a> = dyn FnMut(&mut Entry<'_>, &mut Reading) -> Result<(), ReadError> + 'a;

/// Goes through an archive from its beginning. Entries with a name that leads out, links and devices are reported and left out.
///
/// # Errors
/// [`ReadError`], of the visitor too.
pub(super) fn walk<R: Read + Seek>(
    source: &mut R,
    reading: &mut Reading,
    visit: &mut Visit<'_>,
) -> Result<(), ReadError> {
    source.seek(SeekFrom::Start(0))?;
    let mut begin = [0; 2];
    let length = source.by_ref().take(2).read(&mut begin)?;
    source.seek(SeekFrom::Start(0))?;
    match begin.get(..length) {
        Some(GZIP) => {
            let read = Rc::new(Cell::new(0));
            let counted = Counted { inner: source, read: Rc::clone(&read) };
            tar::walk(Grown::new(GzDecoder::new(BufReader::new(counted)), read), reading, visit)
        }
        Some(ZIP) => zip::walk(source, reading, visit),
        _ => Err(ReadError::Unknown),
    }
}

/// The path of an entry, if it stays in the archive; a refused one is reported.
pub(super) fn safe(name: &[u8], reading: &mut Reading) -> Option<String> {
    let Ok(text) = std::str::from_utf8(name) else {
        reading.report(
            String::from_utf8_lossy(name.get(..80).unwrap_or(name)),
            Problem::Entry("its name is no text".to_owned()),
        );
        return None;
    };
    let path = text.strip_prefix("./").unwrap_or(text);
    let bad = path.is_empty()
        || path.len() > LONGEST_NAME
        || path.starts_with('/')
        || path.contains(['\\', '\0', ':'])
        || path.split('/').any(|part| part == "..");
    if bad {
        let shown: String = text.chars().take(80).collect();
        reading.report(shown, Problem::Entry("its name leads out of the archive".to_owned()));
        return None;
    }
    Some(path.to_owned())
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get().saturating_add(u64::try_from(count).unwrap_or(u64::MAX)));
        Ok(count)
    }
}

/// Unpacked data that fails when it grows out of proportion to what it is unpacked from.
pub(super) struct Grown<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
    grown: u64,
}

impl<R: Read> Grown<R> {
    /// `packed` tells how much was read so far of what it is unpacked from, in bytes.
    pub(super) fn new(inner: R, packed: Rc<Cell<u64>>) -> Self {
        Self { inner, packed, grown: 0 }
    }
}

impl<R: Read> Read for Grown<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let count = self.inner.read(buffer)?;
        self.grown = self.grown.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if self.grown > FREE.saturating_add(self.packed.get().saturating_mul(RATIO)) {
            return Err(Error::other("it unpacks to more than a hundred times its length"));
        }
        Ok(count)
    }
}
