//! Backups are read, and hostile archives are bounded.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::format::quiz::model::*;
use crate::format::quiz::{Number, moodle};

const QUESTIONS: &[u8] = include_bytes!("../../../../tests/quiz/backup-questions.xml");
const FILES: &[u8] = include_bytes!("../../../../tests/quiz/backup-files.xml");
const PICTURE: &str = "files/86/86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";

fn entries() -> Vec<(&'static str, &'static [u8])> {
    vec![("moodle_backup.xml", b"<x/>"), (PICTURE, b"a"), ("questions.xml", QUESTIONS), ("files.xml", FILES)]
}

fn header(name: &str, kind: u8, size: usize) -> Vec<u8> {
    let mut header = vec![0; 512];
    let name = &name.as_bytes()[..name.len().min(100)];
    header[..name.len()].copy_from_slice(name);
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut block = bytes.to_vec();
    block.resize(bytes.len().next_multiple_of(512), 0);
    block
}

fn tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, kind, bytes) in entries {
        tar.extend(header(name, *kind, bytes.len()));
        tar.extend(padded(bytes));
    }
    tar.extend([0; 1024]);
    tar
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tgz(entries: &[(&str, &[u8])]) -> Vec<u8> {
    gzip(&tar(&entries.iter().map(|(name, bytes)| (*name, b'0', *bytes)).collect::<Vec<_>>()))
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        let packed = encoder.finish().unwrap();
        let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for size in [packed.len(), bytes.len()] {
            common.extend(u32::try_from(size).unwrap().to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(u32::try_from(zip.len()).unwrap().to_le_bytes());
        directory.extend(name.as_bytes());
        zip.extend(b"PK\x03\x04");
        zip.extend(&common);
        zip.extend(name.as_bytes());
        zip.extend(packed);
    }
    let (offset, count) = (u32::try_from(zip.len()).unwrap(), u16::try_from(entries.len()).unwrap().to_le_bytes());
    let size = u32::try_from(directory.len()).unwrap();
    zip.extend(directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count, count].concat());
    zip.extend(size.to_le_bytes());
    zip.extend(offset.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

fn read_bytes(bytes: &[u8]) -> Result<Reading, ReadError> {
    read(Cursor::new(bytes))
}

#[test]
fn both_kinds_of_archives_hold_the_same() {
    let reading = read_bytes(&tgz(&entries())).unwrap();
    assert_eq!(read_bytes(&zip(&entries())).unwrap(), reading);
    let reports: Vec<_> = reading.reports.iter().map(|report| report.problem.clone()).collect();
    assert!(
        matches!(reports.as_slice(), [Problem::File(lost), Problem::Question(_)] if lost == "perdu.png"),
        "{reports:?}"
    );
    let paths: Vec<_> = reading.quizzes.iter().map(|quiz| quiz.category.as_ref().unwrap().path.as_str()).collect();
    assert_eq!(paths, ["$course$/top", "$course$/top/Histoire // Rome", "$course$/top/Histoire // Rome/Ancien Moodle"]);
    let [river, gaps] = reading.quizzes[1].questions.as_slice() else { panic!("{:?}", reading.quizzes[1]) };
    assert_eq!((river.name.as_str(), river.idnumber.as_deref()), ("Fleuve", Some("H-1")));
    assert_eq!(river.text.files[0], File { name: "point.png".to_owned(), path: None, base64: "YQ==".to_owned() });
    let fractions: Vec<_> =
        river.kind.answers().iter().map(|answer| answer.fraction.as_ref().map(Number::text)).collect();
    assert_eq!(fractions, [Some("100"), Some("-33.33333")]);
    assert_eq!(river.right.as_ref().unwrap().body, "Juste.");
    assert_eq!(
        (river.tags.as_slice(), river.hints[0].body.as_str()),
        (["Fleuves".to_owned()].as_slice(), "En Italie.")
    );
    assert_eq!(gaps.text.body, "Rome est en {1:MULTICHOICE:=Italie~Gr\u{e8}ce}, {1:SA:=l\u{e0}} {#9}.");
    assert!(matches!(&gaps.kind, Kind::Cloze { gaps } if gaps.len() == 2));
    let [truth, number, pairs, word, essay, other] = reading.quizzes[2].questions.as_slice() else { panic!() };
    assert_eq!(truth.kind.answers()[0].text.body, "true");
    assert_eq!(truth.text.format, Some(Format::Markdown));
    assert_eq!(number.kind.answers()[0].tolerance.as_ref().map(Number::text), Some("2"));
    assert!(matches!(&pairs.kind, Kind::Matching { shuffle: Some(true), pairs } if pairs[0].answer == "Italie"));
    assert!(matches!(&word.kind, Kind::Short { case: Some(true), .. }));
    assert!(matches!(&essay.kind, Kind::Essay { lines: Some(10), grading: Some(_), .. }));
    assert!(other.other.has("plugin_qtype_ddwtos_question"));
}

#[test]
fn a_backup_becomes_moodle_xml() {
    let quizzes = read_bytes(&tgz(&entries())).unwrap().quizzes;
    let written = moodle::write(&quizzes);
    assert_eq!(moodle::read(written.text.as_bytes()).unwrap().quizzes, quizzes);
}

#[test]
fn entries_that_lead_out_are_refused_and_the_rest_is_read() {
    let long = [b"30 path=../../long/questions.xml\n".as_slice(), b""].concat();
    let long = [format!("{} ", long.len() - 1).as_bytes(), &long[3..]].concat();
    let tar = tar(&[
        ("../questions.xml", b'0', b"x"),
        ("/etc/passwd", b'0', b"x"),
        ("a\\..\\b", b'0', b"x"),
        ("c:d", b'0', b"x"),
        ("link", b'2', b""),
        ("x", b'x', &long),
        ("questions.xml", b'0', b"x"),
        ("y", b'L', b"a/../../b\0"),
        ("y", b'0', b"x"),
        ("files", b'5', b""),
        ("./questions.xml", b'0', QUESTIONS),
    ]);
    let reading = read_bytes(&gzip(&tar)).unwrap();
    let refused = reading.reports.iter().filter(|report| matches!(report.problem, Problem::Entry(_))).count();
    assert_eq!(refused, 7, "{:?}", reading.reports);
    assert_eq!(reading.quizzes.len(), 3);
    let reading = read_bytes(&zip(&[("../questions.xml", b"x"), ("questions.xml", QUESTIONS)])).unwrap();
    assert!(matches!(reading.reports[0].problem, Problem::Entry(_)));
}

#[test]
fn bombs_are_refused() {
    // 40 MiB of nothing, which pack to 40 KiB.
    let size = 40 << 20;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&header("big", b'0', size)).unwrap();
    let nothing = vec![0; 1 << 20];
    (0..40).for_each(|_| encoder.write_all(&nothing).unwrap());
    assert!(matches!(read_bytes(&encoder.finish().unwrap()), Err(ReadError::Io(_))));
    let huge = vec![b' '; LARGEST_TEXT + 1];
    assert!(matches!(read_bytes(&zip(&[("questions.xml", &huge)])), Err(ReadError::Io(_) | ReadError::TooLarge)));
    let many = header("a", b'5', 0).repeat(MOST_ENTRIES + 1);
    assert!(matches!(read_bytes(&gzip(&many)), Err(ReadError::Archive(_) | ReadError::Io(_))));
    let name = [header("a", b'L', 1 << 30), vec![b'a'; 4096]].concat();
    assert!(matches!(read_bytes(&gzip(&name)), Err(ReadError::Archive(_))));
    let endless = header("a", b'0', usize::try_from(8_u64.pow(11) - 1).unwrap());
    assert!(read_bytes(&gzip(&endless)).is_err());
}

#[test]
fn what_is_no_backup_is_refused() {
    for bytes in
        [b"".as_slice(), b"P", b"PK", b"PK\x05\x06", b"\x1f\x8b", b"<quiz/>", &tgz(&[("a", b"b")]), &gzip(b"no tar")]
    {
        assert!(read_bytes(bytes).is_err());
    }
    assert!(read_bytes(&tgz(&[("questions.xml", b"<quiz/>")])).is_err());
}

proptest! {
    #[test]
    fn any_damage_is_read_or_refused(at in 0_usize..4096, bytes in proptest::collection::vec(any::<u8>(), 1..8), tarred: bool) {
        let mut archive = if tarred { tar(&[("questions.xml", b'0', QUESTIONS)]) } else { zip(&entries()) };
        let at = at % archive.len();
        let end = (at + bytes.len()).min(archive.len());
        archive.splice(at..end, bytes);
        let _ = read_bytes(&if tarred { gzip(&archive) } else { archive });
    }

    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let tarred = [header("questions.xml", b'0', bytes.len()), padded(&bytes)].concat();
        for bytes in [[b"PK".as_slice(), &bytes].concat(), [b"\x1f\x8b".as_slice(), &bytes].concat(), gzip(&bytes), gzip(&tarred)] {
            prop_assert!(read_bytes(&bytes).is_err());
        }
    }

    #[test]
    fn any_questions_are_read_or_refused(at in 0..QUESTIONS.len(), bytes in proptest::collection::vec(any::<u8>(), 1..8)) {
        let mut damaged = QUESTIONS.to_vec();
        let end = (at + bytes.len()).min(damaged.len());
        damaged.splice(at..end, bytes);
        let _ = read_bytes(&tgz(&[("questions.xml", &damaged)]));
    }
}
