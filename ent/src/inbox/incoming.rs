//! A file on its way in, wherever its bytes are: in memory, on a disk, or in a space of the bag.

use std::io::{self, Read, Seek, SeekFrom};

use cartable_fs::{NodeId, Space};
use cartable_share::Access;

/// Files up to this length are read into memory, in bytes; longer ones only where their format is read piece by piece.
pub(super) const WHOLE_BYTES: u64 = 64 << 20;

/// Bytes that can be read from any place.
pub(super) trait Data: Read + Seek {}

impl<T: Read + Seek> Data for T {}

/// A file that was not looked at yet.
pub(super) struct Incoming<'a> {
    pub(super) name: &'a str,
    /// How long it is said to be, in bytes.
    pub(super) size: u64,
    pub(super) data: &'a mut dyn Data,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(name: &'a str, size: u64, data: &'a mut dyn Data) -> Self {
        Self { name, size, data }
    }

    /// What it is called without its ending, and without the number that browsers add to a second copy.
    pub(super) fn stem(&self) -> &str {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or(self.name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        match stem.strip_suffix(')').and_then(|stem| stem.rsplit_once(" (")) {
            Some((before, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => before,
            _ => stem,
        }
    }

    /// Its first bytes, at most `most`.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn first(&mut self, most: u64) -> io::Result<Vec<u8>> {
        self.data.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        self.data.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The bytes of a file of a space.
pub(super) struct InSpace<'a> {
    space: &'a Space,
    access: &'a Access,
    node: NodeId,
    size: u64,
    at: u64,
}

impl<'a> InSpace<'a> {
    pub(super) fn new(space: &'a Space, access: &'a Access, node: NodeId, size: u64) -> Self {
        Self { space, access, node, size, at: 0 }
    }
}

impl Read for InSpace<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.space.read(self.access, self.node, self.at, buffer).map_err(io::Error::other)?;
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }
}

impl Seek for InSpace<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_copy_is_called_like_the_first() {
        for (name, stem) in [
            ("liste.mrc", "liste"),
            ("liste (1).mrc", "liste"),
            ("Rome (bis).xml", "Rome (bis)"),
            ("../../x", "x"),
            ("a\\b.xml", "b"),
            ("", ""),
        ] {
            assert_eq!(Incoming::new(name, 0, &mut io::empty()).stem(), stem);
        }
    }
}
