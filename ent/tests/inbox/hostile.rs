//! Files that were made to do harm.

use std::time::Instant;

use cartable_ent::inbox::{FOLDER, Outcome, Refusal, open, take};
use proptest::prelude::*;

use crate::world::{World, backup, how, tar_gz};

fn refusal(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_huge_file_is_refused_without_reading_it() {
    let world = World::new();
    open(&world.bag).unwrap();
    let id = world.put("huge.xml", b"<?xml version='1.0'?><quiz><question type='essay'/>");
    world.resize(id, 2 << 30);
    let begun = Instant::now();
    let taken = world.sweep();
    assert!(begun.elapsed().as_secs() < 5, "it was read");
    assert_eq!(refusal(taken.into_iter().next().unwrap().outcome), Refusal::TooLarge { limit_bytes: 64 << 20 });
    assert!(world.text("huge.xml.pourquoi.txt").contains("64"));
}

#[test]
fn a_long_backup_is_read_piece_by_piece_and_kept() {
    let world = World::new();
    open(&world.bag).unwrap();
    let packed = backup();
    let id = world.put("cours.mbz", &packed);
    // What follows the end of the archive is none of its data.
    let length = (64 << 20) + 4096;
    world.resize(id, length);
    let taken = world.sweep();
    assert!(matches!(taken[0].outcome, Outcome::Kept { .. }), "{taken:?}");
    // Of a course the quizzes are taken: the note says that there is more in it.
    assert_eq!(world.names(FOLDER), ["cours.mbz", "cours.mbz.pourquoi.txt"]);
    assert!(world.sweep().is_empty());
    let source = world.source(world.records()[0].origin.source);
    assert_eq!(source.len() as u64, length);
    assert!(source.starts_with(&packed));
}

#[test]
fn a_bomb_in_a_backup_is_refused() {
    let world = World::new();
    let zeros = vec![0; 40 << 20];
    let bomb = tar_gz(&[("moodle_backup.xml", b"<x/>"), ("questions.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    let taken = take(&world.bag, "bomb.mbz", &bomb, &how(), None).unwrap();
    assert!(matches!(refusal(taken.outcome), Refusal::Broken(_)));
    assert!(!world.has_collection());
}

#[test]
fn names_lead_nowhere() {
    let world = World::new();
    for name in ["../../etc/passwd", "a\0b", "..", "", "/", "\u{202e}x.gift", &"n".repeat(10_000), "C:\\x\\con.gift"] {
        // This quiz has no name of its own, so the file's becomes one.
        let taken = take(&world.bag, name, b"question {=1 ~2}", &how(), None).unwrap();
        assert!(matches!(taken.outcome, Outcome::Kept { .. }), "{name:?}: {taken:?}");
    }
    assert_eq!(world.names(""), ["QCM"]);
}

#[test]
fn garbage_is_refused() {
    let world = World::new();
    for bytes in [
        b"".as_slice(),
        b"\0\0\0",
        b"a letter",
        b"%PDF-1.4",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"<a>",
        b"{}",
        b"\xff\xd8\xff\xe0",
    ] {
        let taken = take(&world.bag, "x", bytes, &how(), None).unwrap();
        assert!(matches!(refusal(taken.outcome), Refusal::Unknown | Refusal::Broken(_)), "{bytes:?}");
    }
    assert!(!world.has_collection());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_damage_is_taken_in_or_refused(which in 0..6usize, at in 0..4000usize, with in prop::collection::vec(any::<u8>(), 1..8)) {
        let files: [&[u8]; 6] = [
            include_bytes!("../quiz/pronote.xml"),
            include_bytes!("../data/pronote.ics"),
            include_bytes!("../data/report-card.pdf"),
            include_bytes!("../badges/did.png"),
            include_bytes!("../marc/records.mrc"),
            include_bytes!("../data/lsu-class.xml"),
        ];
        let mut bytes = files[which].to_vec();
        let at = at % bytes.len();
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        let world = World::new();
        let taken = take(&world.bag, "x", &bytes, &how(), Some("L\u{E9}a Exemple"));
        prop_assert!(taken.is_ok());
    }
}

/// A name of any length is kept, and its file shown; what can't be shown would keep nobody from the others.
#[test]
fn a_name_without_end_stops_nothing() {
    let world = World::new();
    let long = "x".repeat(70_000);
    let quiz = format!(
        "<quiz><question type=\"category\"><category><text>{long}</text></category></question>\
         <question type=\"truefalse\"><name><text>{long}</text></name><questiontext><text>{long}</text></questiontext>\
         <answer fraction=\"100\"><text>true</text></answer><answer fraction=\"0\"><text>false</text></answer>\
         </question></quiz>"
    );
    for (name, bytes) in [("long.xml", quiz.as_bytes()), ("short.gift", b"::a:: b {=1 ~2}")] {
        let taken = take(&world.bag, name, bytes, &how(), None).unwrap();
        assert!(matches!(taken.outcome, Outcome::Kept { counts, .. } if counts.new == 1), "{taken:?}");
    }
    assert!(world.rows("stale") == 0 && world.rows("made") > 0);
}
