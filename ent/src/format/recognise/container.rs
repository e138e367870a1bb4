//! Binary files: backups of Moodle, and records of libraries.

use std::io::Read;

use flate2::read::GzDecoder;

/// Names of which one stands at the beginning of a backup of Moodle.
const BACKUP_NAMES: [&[u8]; 2] = [b"moodle_backup.xml", b".ARCHIVE_INDEX"];

/// Whether a gzipped tar begins like a backup of Moodle.
pub(super) fn is_gzipped_backup(head: &[u8]) -> bool {
    const UNPACKED_BYTES: u64 = 1 << 20;
    let mut tar = Vec::new();
    // The head breaks off: what came before counts.
    let _ = GzDecoder::new(head).take(UNPACKED_BYTES).read_to_end(&mut tar);
    // Headers of tar are blocks of 512 bytes that begin with the name (POSIX ustar).
    let (blocks, _) = tar.as_chunks::<512>();
    let headers = blocks.iter().filter(|block| block.get(257..262) == Some(b"ustar".as_slice()));
    let mut names = headers.map(|block| block.split(|byte| *byte == 0).next().unwrap_or_default());
    names.any(|name| BACKUP_NAMES.contains(&name.strip_prefix(b"./").unwrap_or(name)))
}

/// Whether a zip begins like a backup of Moodle: its first files have their names in headers (APPNOTE 4.3.7).
pub(super) fn is_zipped_backup(head: &[u8]) -> bool {
    let names = head.windows(30).enumerate().filter(|(_, header)| header.starts_with(b"PK\x03\x04"));
    let mut names = names.filter_map(|(at, header)| {
        let length = u16::from_le_bytes([*header.get(26)?, *header.get(27)?]);
        head.get(at + 30..at + 30 + usize::from(length))
    });
    names.any(|name| BACKUP_NAMES.contains(&name))
}

/// Whether a file begins with the leader and the directory of a record (ISO 2709): length, two indicators, identifiers of two letters, the
/// address of the data, and entries of 12 digits up to it.
pub(super) fn is_marc(head: &[u8]) -> bool {
    const LEADER: usize = 24;
    const FIELD_END: u8 = 0x1E;
    let number = |from: usize, to: usize| {
        let digits = head.get(from..to).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        std::str::from_utf8(digits).ok()?.parse::<usize>().ok()
    };
    let (Some(length), Some(base)) = (number(0, 5), number(12, 17)) else { return false };
    let entry_map = head.get(20..22) == Some(b"45".as_slice());
    let counts = head.get(10..12) == Some(b"22".as_slice());
    let Some(directory) = base.checked_sub(1).and_then(|end| head.get(LEADER..end)) else { return false };
    let is_directory = directory.len() % 12 == 0 && directory.iter().all(u8::is_ascii_digit);
    entry_map && counts && base < length && is_directory && head.get(base - 1) == Some(&FIELD_END)
}
