//! Archives of two gibibytes that are made while they are read: nothing of them lies in memory, and only a part is ever asked for.

use std::io::{Read, Result as IoResult, Seek, SeekFrom};
use std::time::{Duration, Instant};

use cartable_ent::format::quiz::{ReadError, backup};

use super::archives::{end, header, zipped};

const LENGTH: u64 = 2 << 30;
/// What one text may be at most, in bytes, and what is read ahead at most of it.
const MOST: u64 = (64 << 20) + (1 << 20);

/// Spaces, but for what is written at some places.
struct Endless {
    written: Vec<(u64, Vec<u8>)>,
    /// Bytes that stand at each beginning of a length.
    each: Option<(u64, u64, Vec<u8>)>,
    at: u64,
    read_bytes: u64,
}

impl Endless {
    fn new(written: Vec<(u64, Vec<u8>)>) -> Self {
        Self { written, each: None, at: 0, read_bytes: 0 }
    }

    /// Puts bytes over what is read from `at` on.
    fn put(buffer: &mut [u8], at: u64, place: u64, bytes: &[u8]) {
        for (offset, byte) in bytes.iter().enumerate() {
            let target = (place + offset as u64).checked_sub(at).and_then(|target| usize::try_from(target).ok());
            if let Some(slot) = target.and_then(|target| buffer.get_mut(target)) {
                *slot = *byte;
            }
        }
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let left = usize::try_from(LENGTH.saturating_sub(self.at)).unwrap();
        let count = buffer.len().min(left);
        let buffer = &mut buffer[..count];
        buffer.fill(b' ');
        if let Some((first, length, bytes)) = &self.each {
            let mut place = first + self.at.saturating_sub(*first) / length * length;
            while place < self.at + count as u64 {
                Self::put(buffer, self.at, place, bytes);
                place += length;
            }
        }
        for (place, bytes) in &self.written {
            if *place < self.at + count as u64 && self.at < place + bytes.len() as u64 {
                Self::put(buffer, self.at, *place, bytes);
            }
        }
        self.at += count as u64;
        self.read_bytes += count as u64;
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => LENGTH.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

fn refused(mut archive: Endless, most_bytes: u64) -> ReadError {
    let begun = Instant::now();
    let error = backup::read(&mut archive).expect_err("it was read");
    assert!(archive.read_bytes <= most_bytes, "{error}: {} bytes were read", archive.read_bytes);
    assert!(begun.elapsed() < Duration::from_secs(60), "{error}: it took {:?}", begun.elapsed());
    assert!(!error.to_string().is_empty());
    error
}

/// Deflate in blocks that are stored as they are (RFC 1951, 3.2.4), which never end, with a tar in it whose only text never ends.
#[test]
fn a_gzipped_text_without_end_is_read_up_to_its_bound() {
    let gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let block = vec![0, 0xff, 0xff, 0, 0];
    let first = gzip.len() as u64;
    let tar = header("questions.xml", b'0', LENGTH - (1 << 20)).to_vec();
    let mut archive = Endless::new(vec![(0, gzip), (first + block.len() as u64, tar)]);
    archive.each = Some((first, block.len() as u64 + 0xffff, block));
    assert!(matches!(refused(archive, MOST), ReadError::TooLarge));
}

#[test]
fn a_zipped_text_without_end_is_read_up_to_its_bound() {
    let (local, directory) = zipped("questions.xml", u32::try_from(LENGTH - (1 << 20)).unwrap(), 0);
    let size = u32::try_from(directory.len()).unwrap();
    let place = LENGTH - (1 << 16);
    let end = end(1, size, u32::try_from(place).unwrap());
    let last = LENGTH - end.len() as u64;
    let archive = Endless::new(vec![(0, local), (place, directory), (last, end)]);
    assert!(matches!(refused(archive, MOST), ReadError::TooLarge));
}

#[test]
fn a_zip_without_a_directory_is_searched_at_its_end_only() {
    let archive = Endless::new(vec![(0, b"PK\x03\x04".to_vec())]);
    assert!(matches!(refused(archive, 1 << 17), ReadError::Archive(_)));
}

#[test]
fn a_directory_that_is_too_long_is_not_read() {
    let end = end(1, u32::MAX, 0);
    let archive = Endless::new(vec![(0, b"PK\x03\x04".to_vec()), (LENGTH - end.len() as u64, end)]);
    assert!(matches!(refused(archive, 1 << 17), ReadError::Archive(_)));
}

#[test]
fn gzip_without_a_tar_is_refused_at_its_beginning() {
    let archive = Endless::new(vec![(0, vec![0x1f, 0x8b])]);
    refused(archive, 1 << 17);
}
