//! A folder as one archive, written as it is read: nothing is kept but the directory that ends it (APPNOTE 6.3.10).
//!
//! Contents are not compressed: what schools exchange is compressed already, and a core is better spent on the
//! cipher. They are written as *stored blocks* of DEFLATE (RFC 1951, section 3.2.4) all the same, not with method 0:
//! the length of a file stands behind it here, and readers that take an archive as a stream (Java's, so many on
//! Android) find the end of DEFLATE by themselves and refuse method 0.
//!
//! Zip64 appears only where it is needed: entries of 4 GiB and more, archives beyond 4 GiB or 65,535 entries. Some
//! readers don't know it.
//!
//! Names are UTF-8 and flagged so. Control characters become `_`; `..`, between slashes of either kind, becomes `__`,
//! and empty parts and `.` go, so that no reader writes outside the folder it was told. What only Windows refuses
//! (`:`, `CON`, a point at the end) stays: readers there have their own rules, and on other systems such names are
//! fine.

use std::io::{self, Write};
use std::time::SystemTime;

use crc32fast::Hasher;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The most bytes in a stored block.
const BLOCK_BYTES: usize = 0xffff;

/// Where 32-bit sizes end. Expected sizes are compared with less, since blocks add 5 bytes for each 65,535 or less.
const LARGE: u64 = u32::MAX as u64;

/// The room that expected sizes leave for the heads of blocks, in bytes.
const BLOCK_ROOM: u64 = 1 << 28;

const DEFLATE: u16 = 8;
/// Bit 3, sizes and checksum follow the content; bit 11, the name is UTF-8.
const FLAGS_FILE: u16 = 1 << 3 | 1 << 11;
const FLAGS_FOLDER: u16 = 1 << 11;
/// What a reader must know: 2.0 for folders and DEFLATE, 4.5 for Zip64.
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// Made by version 4.5 on a Unix system, so that the mode below is heeded.
const MADE_BY: u16 = 3 << 8 | VERSION_ZIP64;
const MODE_FILE: u32 = 0o100_644 << 16;
/// With the directory bit of DOS.
const MODE_FOLDER: u32 = 0o040_755 << 16 | 0x10;

/// An archive being written. The writer gets many small pieces: buffer it.
pub(crate) struct Zip<W: Write> {
    writer: W,
    zone: TimeZone,
    /// Bytes written so far.
    offset: u64,
    /// The central directory so far, encoded: about 60 bytes and a name for each entry.
    directory: Vec<u8>,
    entries: u64,
    open: Option<Entry>,
}

/// The file whose content is being written.
struct Entry {
    name: String,
    modified: SystemTime,
    offset: u64,
    zip64: bool,
    size: u64,
    /// Bytes with the heads of blocks.
    stored: u64,
    crc: Hasher,
}

impl<W: Write> Zip<W> {
    /// Begins an archive. Times are written in UTC and, for the programs that know only local time, in `zone`.
    pub(crate) fn new(writer: W, zone: TimeZone) -> Self {
        Self { writer, zone, offset: 0, directory: Vec::new(), entries: 0, open: None }
    }

    /// Adds a folder. `path` has slashes between names and none at its end.
    ///
    /// # Errors
    /// The writer's, or `InvalidInput` for a path beyond 65,535 bytes.
    pub(crate) fn start_folder(&mut self, path: &str, modified: SystemTime) -> io::Result<()> {
        self.end_file()?;
        let name = safe(path) + "/";
        let offset = self.offset;
        let local = self.header(&name, modified, FLAGS_FOLDER, false)?;
        self.put(&local)?;
        self.list(&Listed { name: &name, modified, offset, folder: true, crc: 0, stored: 0, size: 0 })
    }

    /// Adds a file, whose content [`Zip::write`] then takes until the next entry. `expected_bytes` decides between the
    /// two forms of sizes: a file may turn out shorter or longer, but not grow from below 3.75 GiB to beyond 4 GiB.
    ///
    /// # Errors
    /// As for folders.
    pub(crate) fn start_file(&mut self, path: &str, modified: SystemTime, expected_bytes: u64) -> io::Result<()> {
        self.end_file()?;
        let name = safe(path);
        let zip64 = expected_bytes >= LARGE - BLOCK_ROOM;
        let offset = self.offset;
        let local = self.header(&name, modified, FLAGS_FILE, zip64)?;
        self.put(&local)?;
        self.open = Some(Entry { name, modified, offset, zip64, size: 0, stored: 0, crc: Hasher::new() });
        Ok(())
    }

    /// Adds to the content of the file that was started last.
    ///
    /// # Errors
    /// The writer's, or `InvalidInput` when no file was started.
    pub(crate) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        let entry = self.open.as_mut().ok_or_else(|| invalid("content without a file"))?;
        for block in content.chunks(BLOCK_BYTES) {
            let length = u16::try_from(block.len()).map_err(|_| invalid("a block is too long"))?;
            self.writer.write_all(&block_head(false, length))?;
            self.writer.write_all(block)?;
            entry.crc.update(block);
            entry.size += block.len() as u64;
            entry.stored += block.len() as u64 + 5;
            self.offset += block.len() as u64 + 5;
        }
        Ok(())
    }

    /// Ends the archive and gives the writer back, flushed.
    ///
    /// # Errors
    /// The writer's.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.end_file()?;
        let start = self.offset;
        let directory = std::mem::take(&mut self.directory);
        self.put(&directory)?;
        let length = directory.len() as u64;
        let mut end = Vec::new();
        if self.entries >= 0xffff || start >= LARGE || length >= LARGE {
            end.extend(b"PK\x06\x06");
            end.extend(44_u64.to_le_bytes());
            end.extend(MADE_BY.to_le_bytes());
            end.extend(VERSION_ZIP64.to_le_bytes());
            end.extend([0; 8]);
            for number in [self.entries, self.entries, length, start] {
                end.extend(number.to_le_bytes());
            }
            end.extend(b"PK\x06\x07\0\0\0\0");
            end.extend((start + length).to_le_bytes());
            end.extend(1_u32.to_le_bytes());
        }
        let entries = u16::try_from(self.entries).unwrap_or(u16::MAX);
        end.extend(b"PK\x05\x06\0\0\0\0");
        end.extend(entries.to_le_bytes());
        end.extend(entries.to_le_bytes());
        end.extend(small(length).to_le_bytes());
        end.extend(small(start).to_le_bytes());
        end.extend([0; 2]);
        self.put(&end)?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    /// Ends the file that is open, if one is: the last block, its sizes, its line in the directory.
    fn end_file(&mut self) -> io::Result<()> {
        let Some(mut entry) = self.open.take() else { return Ok(()) };
        self.put(&block_head(true, 0))?;
        entry.stored += 5;
        if !entry.zip64 && entry.stored >= LARGE {
            return Err(invalid("a file grew beyond 4 GiB while it was read"));
        }
        let crc = entry.crc.finalize();
        let mut descriptor = b"PK\x07\x08".to_vec();
        descriptor.extend(crc.to_le_bytes());
        for number in [entry.stored, entry.size] {
            if entry.zip64 {
                descriptor.extend(number.to_le_bytes());
            } else {
                descriptor.extend(small(number).to_le_bytes());
            }
        }
        self.put(&descriptor)?;
        self.list(&Listed {
            name: &entry.name,
            modified: entry.modified,
            offset: entry.offset,
            folder: false,
            crc,
            stored: entry.stored,
            size: entry.size,
        })
    }

    /// The local header of an entry. Sizes are nought, or stand behind the content.
    fn header(&self, name: &str, modified: SystemTime, flags: u16, zip64: bool) -> io::Result<Vec<u8>> {
        let mut extra = stamp(modified);
        if zip64 {
            extra.extend([1, 0, 16, 0]);
            extra.extend([0; 16]);
        }
        let sizes = if zip64 { u32::MAX } else { 0 };
        let mut header = b"PK\x03\x04".to_vec();
        header.extend((if zip64 { VERSION_ZIP64 } else { VERSION }).to_le_bytes());
        header.extend(flags.to_le_bytes());
        header.extend((if flags == FLAGS_FILE { DEFLATE } else { 0 }).to_le_bytes());
        header.extend(dos_time(&self.zone, modified));
        header.extend([0; 4]);
        header.extend(sizes.to_le_bytes());
        header.extend(sizes.to_le_bytes());
        header.extend(length(name.as_bytes())?.to_le_bytes());
        header.extend(length(&extra)?.to_le_bytes());
        header.extend(name.as_bytes());
        header.extend(extra);
        Ok(header)
    }

    /// Adds an entry to the central directory.
    fn list(&mut self, entry: &Listed<'_>) -> io::Result<()> {
        let large: Vec<u8> = [entry.size, entry.stored, entry.offset]
            .into_iter()
            .filter(|number| *number >= LARGE)
            .flat_map(u64::to_le_bytes)
            .collect();
        let mut extra = stamp(entry.modified);
        if !large.is_empty() {
            extra.extend([1, 0]);
            extra.extend(length(&large)?.to_le_bytes());
            extra.extend(&large);
        }
        let (flags, method, mode) =
            if entry.folder { (FLAGS_FOLDER, 0, MODE_FOLDER) } else { (FLAGS_FILE, DEFLATE, MODE_FILE) };
        let directory = &mut self.directory;
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend((if large.is_empty() { VERSION } else { VERSION_ZIP64 }).to_le_bytes());
        directory.extend(flags.to_le_bytes());
        directory.extend(method.to_le_bytes());
        directory.extend(dos_time(&self.zone, entry.modified));
        directory.extend(entry.crc.to_le_bytes());
        directory.extend(small(entry.stored).to_le_bytes());
        directory.extend(small(entry.size).to_le_bytes());
        directory.extend(length(entry.name.as_bytes())?.to_le_bytes());
        directory.extend(length(&extra)?.to_le_bytes());
        directory.extend([0; 6]);
        directory.extend(mode.to_le_bytes());
        directory.extend(small(entry.offset).to_le_bytes());
        directory.extend(entry.name.as_bytes());
        directory.extend(&extra);
        self.entries += 1;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.offset += bytes.len() as u64;
        self.writer.write_all(bytes)
    }
}

/// What the central directory says of an entry.
struct Listed<'a> {
    name: &'a str,
    modified: SystemTime,
    offset: u64,
    folder: bool,
    crc: u32,
    stored: u64,
    size: u64,
}

/// A path that leads nowhere but down.
fn safe(path: &str) -> String {
    let plain = |part: &str| -> String {
        let parts = part.split('\\').map(|inner| if inner == ".." { "__" } else { inner });
        let part = parts.collect::<Vec<_>>().join("\\");
        part.chars().map(|c| if c.is_control() { '_' } else { c }).collect()
    };
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    parts.map(plain).collect::<Vec<_>>().join("/")
}

/// The head of a stored block: whether it is the last, its length and the complement of that.
fn block_head(last: bool, length: u16) -> [u8; 5] {
    let [low, high] = length.to_le_bytes();
    [u8::from(last), low, high, !low, !high]
}

/// Time as DOS writes it: local, in steps of two seconds, from 1980 to 2107.
fn dos_time(zone: &TimeZone, at: SystemTime) -> [u8; 4] {
    let local = zone.to_datetime(Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH));
    let number = |part: i8| u32::from(part.unsigned_abs());
    let packed = match local.year() {
        ..1980 => 1 << 21 | 1 << 16,
        2108.. => 127 << 25 | 12 << 21 | 31 << 16 | 23 << 11 | 59 << 5 | 29,
        year => {
            u32::from((year - 1980).unsigned_abs()) << 25
                | number(local.month()) << 21
                | number(local.day()) << 16
                | number(local.hour()) << 11
                | number(local.minute()) << 5
                | (number(local.second()) / 2)
        }
    };
    packed.to_le_bytes()
}

/// The extra field "UT": the time in seconds of UTC, where 32 bits can say it.
fn stamp(at: SystemTime) -> Vec<u8> {
    let seconds = Timestamp::try_from(at).ok().and_then(|stamp| i32::try_from(stamp.as_second()).ok());
    let Some(seconds) = seconds else { return Vec::new() };
    let mut field = b"UT\x05\0\x01".to_vec();
    field.extend(seconds.to_le_bytes());
    field
}

/// A number in 32 bits, or the mark that it stands in 64 elsewhere.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn length(bytes: &[u8]) -> io::Result<u16> {
    u16::try_from(bytes.len()).map_err(|_| invalid("a path is longer than archives can hold"))
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::process::Command;
    use std::time::Duration;

    use super::*;

    const NOON: Duration = Duration::from_secs(1_764_072_001);

    fn at() -> SystemTime {
        SystemTime::UNIX_EPOCH + NOON
    }

    fn zip() -> Zip<Vec<u8>> {
        Zip::new(Vec::new(), TimeZone::fixed(jiff::tz::offset(1)))
    }

    /// What Python says of an archive: a line for each entry.
    fn read(archive: &[u8], more: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), archive).unwrap();
        let program = format!(
            "import sys, zipfile\narchive = zipfile.ZipFile(sys.argv[1])\nassert archive.testzip() is None\n{more}"
        );
        let output = Command::new("python3").args(["-c", &program]).arg(file.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let unzip = Command::new("unzip").arg("-tqq").arg(file.path()).output().unwrap();
        assert!(unzip.status.success(), "{}", String::from_utf8_lossy(&unzip.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn others_open_what_is_written() {
        let mut zip = zip();
        zip.start_folder("Cours/\u{c9}t\u{e9}", at()).unwrap();
        zip.start_file("Cours/\u{c9}t\u{e9}/a.txt", at(), 7).unwrap();
        zip.write(b"bon").unwrap();
        zip.write(b"jour").unwrap();
        zip.start_file("vide", at(), 0).unwrap();
        zip.start_file("gros", at(), 200_000).unwrap();
        zip.write(&[b'x'; 200_000]).unwrap();
        let archive = zip.finish().unwrap();
        let said = read(
            &archive,
            "for i in archive.infolist():\n    mode = i.external_attr >> 16\n    \
             print(ascii(i.filename), i.file_size, i.date_time, mode, archive.read(i)[:7])",
        );
        let time = "(2025, 11, 25, 13, 0, 0)";
        let wanted = [
            format!("'Cours/\\xc9t\\xe9/' 0 {time} 16877 b''"),
            format!("'Cours/\\xc9t\\xe9/a.txt' 7 {time} 33188 b'bonjour'"),
            format!("'vide' 0 {time} 33188 b''"),
            format!("'gros' 200000 {time} 33188 b'xxxxxxx'"),
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn an_empty_folder_is_an_archive() {
        assert_eq!(zip().finish().unwrap().len(), 22);
        assert!(zip().write(b"x").is_err());
    }

    #[test]
    fn more_entries_than_sixteen_bits_can_count() {
        for count in [0xfffe, 0xffff, 70_000] {
            let mut zip = zip();
            for number in 0..count {
                zip.start_file(&format!("{number}"), at(), 0).unwrap();
            }
            let said = read(&zip.finish().unwrap(), "print(len(archive.infolist()), archive.infolist()[-1].filename)");
            assert_eq!(said.trim(), format!("{count} {}", count - 1));
        }
    }

    /// The archive of a file that claims to be `size` bytes at an offset that only 64 bits can say.
    fn pretend(size: u64, expected_bytes: u64) -> io::Result<Vec<u8>> {
        let mut zip = zip();
        zip.offset = 5 << 32;
        zip.start_file("film", at(), expected_bytes)?;
        zip.write(b"abc")?;
        let entry = zip.open.as_mut().unwrap();
        (entry.size, entry.stored) = (size, size + 5);
        zip.finish()
    }

    #[test]
    fn large_files_have_long_sizes() {
        let size = 6_000_000_000_u64;
        let archive = pretend(size, size).unwrap();
        let find = |mark: &[u8]| archive.windows(4).position(|window| window == mark).unwrap();
        let number = |at: usize| u64::from_le_bytes(archive[at..at + 8].try_into().unwrap());
        let short = |at: usize| u32::from_le_bytes(archive[at..at + 4].try_into().unwrap());
        // The local header: version 4.5, marks for sizes, and a field with room for both.
        assert_eq!((archive[4], short(18), short(22)), (45, u32::MAX, u32::MAX));
        // The descriptor: checksum, then sizes of 8 bytes.
        let descriptor = find(b"PK\x07\x08");
        assert_eq!((number(descriptor + 8), number(descriptor + 16)), (size + 10, size));
        // The directory: name, time, then size, stored size and offset.
        let entry = find(b"PK\x01\x02");
        assert_eq!(
            (archive[entry + 6], short(entry + 20), short(entry + 24), short(entry + 42)),
            (45, u32::MAX, u32::MAX, u32::MAX)
        );
        let extra = entry + 46 + 4 + 9;
        assert_eq!(archive[extra..extra + 4], [1, 0, 24, 0]);
        assert_eq!((number(extra + 4), number(extra + 12), number(extra + 20)), (size, size + 10, 5 << 32));
        // The ends: one entry, where the directory is, where the long end is.
        let end = find(b"PK\x06\x06");
        let start = (5 << 32) + entry as u64;
        assert_eq!((number(end + 24), number(end + 32), number(end + 48)), (1, 1, start));
        assert_eq!(number(find(b"PK\x06\x07") + 8), (5 << 32) + end as u64);
        assert_eq!(short(find(b"PK\x05\x06") + 16), u32::MAX);
    }

    #[test]
    fn a_file_that_outgrows_its_header_is_an_error() {
        assert!(pretend(LARGE, 10).is_err());
        assert!(pretend(LARGE - 11, 10).is_ok());
        assert!(pretend(LARGE - 10, 10).is_err());
    }

    #[test]
    fn no_path_leads_up() {
        for (path, wanted) in [
            ("a/b", "a/b"),
            ("/etc/passwd", "etc/passwd"),
            ("../../x", "__/__/x"),
            ("a/..\\..\\x", "a/__\\__\\x"),
            ("./a//b", "a/b"),
            ("a\0b\n\u{85}", "a_b__"),
            ("CON: a.", "CON: a."),
            ("...", "..."),
        ] {
            assert_eq!(safe(path), wanted);
        }
        assert!(zip().start_folder(&"a".repeat(70_000), at()).is_err());
    }

    #[test]
    fn times_that_dos_cannot_say_are_the_nearest() {
        let packed = |seconds: i64| {
            let at = SystemTime::try_from(Timestamp::from_second(seconds).unwrap()).unwrap();
            u32::from_le_bytes(dos_time(&TimeZone::UTC, at))
        };
        assert_eq!(packed(-1), 1 << 21 | 1 << 16);
        assert_eq!(packed(5_000_000_000) >> 25, 127);
        assert_eq!(packed(NOON.as_secs().cast_signed()) & 0xffff, 12 << 11);
    }
}
