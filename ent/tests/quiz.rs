//! Quizzes from file to record and to file, with files that other programs check.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::process::{Command, Stdio};

use cartable_ent::format::quiz::{self, FileKind, Quiz, ReadError, gift, moodle};
use cartable_ent::record::{Record, SourceId};

const MOODLE: &[u8] = include_bytes!("quiz/moodle.xml");
const PRONOTE: &[u8] = include_bytes!("quiz/pronote.xml");
const GIFT: &[u8] = include_bytes!("quiz/sample.gift");

fn all() -> Vec<Vec<Quiz>> {
    [MOODLE, PRONOTE, GIFT].iter().map(|bytes| quiz::read(bytes).unwrap().1.quizzes).collect()
}

/// Has xmllint check a file, by a schema of ours.
fn check(schema: &str, xml: &str) {
    let schema = format!("{}/../tests/schemas/{schema}", env!("CARGO_MANIFEST_DIR"));
    let spawned = Command::new("xmllint")
        .args(["--noout", "--nonet", "--relaxng", &schema, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.expect("xmllint is missing: scripts/setup --tests installs it");
    child.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn moodle_xml_has_the_documented_structure() {
    check("moodle-quiz.rng", std::str::from_utf8(MOODLE).unwrap());
    for quizzes in all() {
        check("moodle-quiz.rng", &moodle::write(&quizzes).text);
    }
}

#[test]
fn files_for_pronote_have_the_known_structure() {
    check("pronote-quiz.rng", std::str::from_utf8(PRONOTE).unwrap());
    check("pronote-quiz.rng", &moodle::write_pronote(&all()[1]).text);
}

#[test]
fn files_are_known_by_their_looks() {
    let kind = |bytes: &[u8]| quiz::read(bytes).map(|(kind, _)| kind);
    assert_eq!(kind(MOODLE).unwrap(), FileKind::Moodle);
    assert_eq!(kind(PRONOTE).unwrap(), FileKind::Pronote);
    assert_eq!(kind(GIFT).unwrap(), FileKind::Gift);
    let text = String::from_utf8(PRONOTE.to_vec()).unwrap();
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(quiz::read(&wide).unwrap(), quiz::read(PRONOTE).unwrap());
    for bad in [b"".as_slice(), b"a letter\n\nwith two parts", b"%PDF-1.7", b"PK\x03\x04", b"<html></html>", b"\0\0\0"]
    {
        assert!(quiz::read(bad).is_err(), "{bad:?}");
    }
    assert!(matches!(quiz::read(b"a letter"), Err(ReadError::Unknown)));
}

#[test]
fn files_become_records_that_json_keeps() {
    let source = SourceId::of(PRONOTE);
    for (bytes, name, key) in [
        (PRONOTE, "R\u{e9}seaux & web", "quiz|SC.NUMERIQ.TECHNOL.|2NDE|R\u{e9}seaux & web"),
        (MOODLE, "Rome / Empire", "quiz|||$course$/top/Histoire/Rome // Empire"),
        (GIFT, "Histoire", "quiz|||$course$/top/Histoire"),
    ] {
        let pieces = quiz::pieces(quiz::read(bytes).unwrap().1, "export", source);
        let [piece] = pieces.as_slice() else { panic!("{pieces:?}") };
        let Record::Quiz(quiz) = &piece.record else { panic!("{piece:?}") };
        assert_eq!((quiz.name.as_str(), piece.key.as_str(), piece.year), (name, key, None));
        let json = serde_json::to_string(piece).unwrap();
        let again: cartable_ent::record::Piece = serde_json::from_str(&json).unwrap();
        assert_eq!(&again, piece);
    }
}

#[test]
fn a_quiz_without_a_name_is_called_like_its_file() {
    let reading = gift::read(b"q {=1}\n\nq {=1}").unwrap();
    let pieces = quiz::pieces(reading, "export", SourceId::of(b""));
    let Record::Quiz(quiz) = &pieces[0].record else { panic!("{pieces:?}") };
    assert_eq!((quiz.name.as_str(), quiz.questions.len()), ("export", 1));
    assert_eq!(pieces[0].key.len(), "quiz|||".len() + 32);
}

#[test]
fn a_record_that_was_tampered_with_is_no_markup() {
    let json = r#"{"name":"a","subject":null,"level":null,"questions":[{"name":"q","text":{"body":"t"},
        "kind":{"is":"description"},"other":{"attributes":[["x y","1"],["type","z"],["ok","2"],["ok","3"]]}}]}"#;
    let quiz: Quiz = serde_json::from_str(json).unwrap();
    let text = moodle::write(&[quiz]).text;
    assert!(text.contains("<question type=\"description\" ok=\"2\">"), "{text}");
    let raw = json.replace(r#"{"attributes""#, r#"{"elements":["<a></b>"],"attributes""#);
    assert!(serde_json::from_str::<Quiz>(&raw).is_err());
}
