//! Archives with names that lead out of them, and with what is none of a backup's.

use std::io::{Cursor, Write};

use cartable_ent::format::quiz::{Problem, ReadError, backup};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Names that no entry may have.
const NAMES: [&str; 7] = [
    "../questions.xml",
    "../../../../etc/questions.xml",
    "/questions.xml",
    "a/../../questions.xml",
    "..\\questions.xml",
    "C:\\questions.xml",
    "C:/questions.xml",
];
/// A quiz of a backup.
const QUESTIONS: &[u8] = include_bytes!("../quiz/backup-questions.xml");

/// A header of a tar (POSIX ustar).
pub(crate) fn header(name: &str, kind: u8, size: u64) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[157..168].copy_from_slice(b"/etc/passwd");
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

fn gzipped_tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for (name, kind, bytes) in entries {
        encoder.write_all(&header(name, *kind, bytes.len() as u64)).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.write_all(&vec![0; bytes.len().next_multiple_of(512) - bytes.len()]).unwrap();
    }
    encoder.write_all(&[0; 1024]).unwrap();
    encoder.finish().unwrap()
}

/// The header of an entry of a zip that is stored as it is, and its entry in the directory, with its place.
pub(crate) fn zipped(name: &str, size: u32, place: u32) -> (Vec<u8>, Vec<u8>) {
    let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    common.extend(size.to_le_bytes());
    common.extend(size.to_le_bytes());
    common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    common.extend([0, 0]);
    let local = [b"PK\x03\x04", common.as_slice(), name.as_bytes()].concat();
    let directory = [b"PK\x01\x02\x14\0", common.as_slice(), &[0; 10], &place.to_le_bytes(), name.as_bytes()].concat();
    (local, directory)
}

/// The end of a zip.
pub(crate) fn end(count: u16, size: u32, place: u32) -> Vec<u8> {
    let counts = [count.to_le_bytes(), count.to_le_bytes()].concat();
    [b"PK\x05\x06\0\0\0\0", counts.as_slice(), &size.to_le_bytes(), &place.to_le_bytes(), &[0, 0]].concat()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let place = u32::try_from(zip.len()).unwrap();
        let (local, listed) = zipped(name, u32::try_from(bytes.len()).unwrap(), place);
        zip.extend(local);
        zip.extend(*bytes);
        directory.extend(listed);
    }
    let (size, place) = (u32::try_from(directory.len()).unwrap(), u32::try_from(zip.len()).unwrap());
    zip.extend(directory);
    zip.extend(end(u16::try_from(entries.len()).unwrap(), size, place));
    zip
}

#[test]
fn names_that_lead_out_are_reported_and_not_read() {
    for name in NAMES {
        let alone = [gzipped_tar(&[(name, b'0', QUESTIONS)]), zip(&[(name, QUESTIONS)])];
        for archive in alone {
            let refused = backup::read(Cursor::new(archive));
            let Err(ReadError::Archive(said)) = refused else { panic!("{name}: {refused:?}") };
            assert!(said.contains("no questions.xml"), "{name}: {said}");
        }
        let beside = [
            gzipped_tar(&[(name, b'0', b"x"), ("questions.xml", b'0', QUESTIONS)]),
            zip(&[(name, b"x"), ("questions.xml", QUESTIONS)]),
        ];
        for archive in beside {
            let reading = backup::read(Cursor::new(archive)).unwrap();
            let leads_out = |problem: &Problem| matches!(problem, Problem::Entry(said) if said.contains("leads out"));
            assert_eq!(reading.reports.iter().filter(|report| leads_out(&report.problem)).count(), 1, "{name}");
            assert!(!reading.quizzes.is_empty(), "{name}");
        }
    }
}

#[test]
fn links_and_devices_are_not_followed() {
    for kind in b'1'..=b'6' {
        let refused = backup::read(Cursor::new(gzipped_tar(&[("questions.xml", kind, b"")])));
        assert!(matches!(refused, Err(ReadError::Archive(_))), "{}: {refused:?}", char::from(kind));
    }
}

#[test]
fn entities_in_an_archive_are_not_expanded() {
    let laughs =
        b"<!DOCTYPE q [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><question_categories>&b;</question_categories>";
    for archive in [gzipped_tar(&[("questions.xml", b'0', laughs)]), zip(&[("questions.xml", laughs)])] {
        let refused = backup::read(Cursor::new(archive));
        assert!(matches!(refused, Err(ReadError::Xml(_))), "{refused:?}");
    }
}
