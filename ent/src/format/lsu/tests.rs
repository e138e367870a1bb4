//! A class of two: each is read alone, and nothing of the other stays.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::record::{Record, SchoolYear, Score, SpecialMark};

const CLASS: &[u8] = include_bytes!("../../../tests/data/lsu-class.xml");

fn source() -> SourceId {
    SourceId::of(b"a file")
}

#[test]
fn the_pupil_is_found_by_name_in_any_order() {
    assert_eq!(pupils(CLASS).unwrap(), ["L\u{E9}a Exemple", "Tom Mod\u{E8}le"]);
    assert!(read(CLASS, Some("MODELE tom"), source()).is_ok());
    for wanted in [None, Some("Zo\u{E9} Absente")] {
        let Err(Unreadable::WhichPupil { names }) = read(CLASS, wanted, source()) else { panic!("{wanted:?}") };
        assert_eq!(names.len(), 2);
    }
    assert_eq!(pupils(b"<lsun-bilans/>"), Err(Unreadable::NotThis(WHAT)));
}

#[test]
fn a_report_card_is_read() {
    let reading = read(CLASS, Some("Lea Exemple"), source()).unwrap();
    let [card, cycle] = reading.pieces.as_slice() else { panic!("{reading:?}") };
    assert_eq!((card.key.as_str(), card.year), ("lsu/2025-2026/Trimestre 1", Some(SchoolYear(2025))));
    assert_eq!(card.school.as_deref(), Some("0350000X"));
    let Record::ReportCard(card) = &card.record else { panic!("{card:?}") };
    assert_eq!(card.council, Some(jiff::civil::date(2025, 12, 4)));
    let [french, maths] = card.subjects.as_slice() else { panic!("{card:?}") };
    assert_eq!(french.average, Some(Score::Value("14.5".into())));
    assert_eq!(french.class_average.as_deref(), Some("12"));
    assert_eq!(french.teachers, ["MME Alice Fictive"]);
    assert_eq!(french.elements, ["Lire", "\u{C9}crire"]);
    assert_eq!(french.appreciations, ["Bon travail & bonne humeur."]);
    assert_eq!((&maths.average, maths.level), (&Some(Score::Special(SpecialMark::NotMarked)), Some(3)));
    assert_eq!(card.support, ["PAP"]);
    assert_eq!(card.school_life[0], ("Retards".into(), "2".into()));
    assert_eq!(card.base[0].level, "Ma\u{EE}trise satisfaisante");
    assert_eq!(card.base[1].framework, "crcn");
    assert!(card.appreciations.iter().any(|written| written.title == "EPI : Le jardin"));
    let Record::Evaluation(cycle) = &cycle.record else { panic!("{cycle:?}") };
    assert_eq!((cycle.label.as_str(), cycle.acquired.len()), ("Bilan de fin de cycle 4", 2));
}

#[test]
fn nothing_of_others_stays_in_the_reduced_file() {
    let reduced = reduce(CLASS, Some("Exemple L\u{E9}a")).unwrap();
    let text = String::from_utf8(reduced.bytes.clone()).unwrap();
    for word in ["Tom", "Mod\u{E8}le", "EL_2", "1 rue", "Exemple Pierre", "Bernard", "123456", "5B", "secret"] {
        assert!(!text.contains(word), "{word} is in\n{text}");
    }
    for word in ["L\u{E9}a", "Fictive", "Bon travail &amp;"] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    let count = |what: &str| reduced.dropped.iter().find(|dropped| dropped.what == what).map(|dropped| dropped.count);
    assert_eq!(count("other pupils"), Some(1));
    assert_eq!(count("guardians, with their addresses"), Some(1));
    assert_eq!(count("part not known: bourses"), Some(1));
    let again = read(&reduced.bytes, None, source()).unwrap();
    let whole = read(CLASS, Some("L\u{E9}a Exemple"), source()).unwrap();
    let records = |reading: &Reading| reading.pieces.iter().map(|piece| piece.record.clone()).collect::<Vec<_>>();
    assert_eq!(records(&again), records(&whole));
    assert_eq!(reduce(&reduced.bytes, None).unwrap(), Reduced { bytes: reduced.bytes, dropped: Vec::new() });
}
