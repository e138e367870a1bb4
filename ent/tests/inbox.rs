//! Files that are dropped: every kind, into a real bag.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "inbox/hostile.rs"]
mod hostile;
#[path = "inbox/outside.rs"]
mod outside;
#[path = "inbox/sweep.rs"]
mod sweep;
#[path = "inbox/world.rs"]
mod world;

use cartable_ent::account::Counts;
use cartable_ent::format::recognise::Found;
use cartable_ent::inbox::{Outcome, Refusal, take};
use cartable_ent::record::{Platform, Record, SchoolYear};

use world::{LSU, World, how};

const LEA: &str = "L\u{E9}a Exemple";

struct Dropped {
    name: &'static str,
    bytes: Vec<u8>,
    pupil: Option<&'static str>,
    found: Found,
    records: u64,
}

/// One file of each kind.
fn all() -> Vec<Dropped> {
    let file = |name: &'static str, bytes: &[u8], found, records| Dropped {
        name,
        bytes: bytes.to_vec(),
        pupil: None,
        found,
        records,
    };
    let about = |pupil, dropped| Dropped { pupil: Some(pupil), ..dropped };
    vec![
        file("qcm.xml", include_bytes!("quiz/pronote.xml"), Found::PronoteQuiz, 1),
        file("moodle.xml", include_bytes!("quiz/moodle.xml"), Found::MoodleQuiz, 1),
        file("questions.txt", include_bytes!("quiz/sample.gift"), Found::Gift, 1),
        file("cours.mbz", &world::backup(), Found::MoodleBackup, 1),
        about(LEA, file("lsu.xml", LSU, Found::Lsu, 3)),
        about("901", file("lsl.xml", include_bytes!("data/lsl-class.xml"), Found::Lsl, 3)),
        about("Zo\u{E9} Test", file("pix.csv", world::pix_results().as_bytes(), Found::PixResults, 1)),
        file("pix.pdf", include_bytes!("data/pix-certificate.pdf"), Found::PixCertificate, 1),
        file("bulletin.pdf", include_bytes!("data/report-card.pdf"), Found::ReportCardPdf, 1),
        file("edt.ics", include_bytes!("data/pronote.ics"), Found::Calendar, 5),
        file("badge.json", include_bytes!("badges/proof.json"), Found::BadgeJson, 1),
        file("badge.jws", include_bytes!("badges/did.jws"), Found::BadgeJws, 1),
        file("badge.png", include_bytes!("badges/did.png"), Found::BadgePng, 1),
        file("badge.svg", include_bytes!("badges/did.svg"), Found::BadgeSvg, 1),
        file("livres.mrc", include_bytes!("marc/records.mrc"), Found::Marc, 1),
        file("livres.xml", include_bytes!("marc/records.xml"), Found::MarcXml, 1),
    ]
}

#[test]
fn every_kind_of_file_is_taken_in_once() {
    let world = World::new();
    for again in [false, true] {
        for dropped in all() {
            let taken = take(&world.bag, dropped.name, &dropped.bytes, &how(), dropped.pupil).unwrap();
            let Outcome::Kept { found, counts, .. } = taken.outcome else { panic!("{}: {taken:?}", dropped.name) };
            assert_eq!((taken.name.as_str(), found), (dropped.name, dropped.found));
            let all = counts.new + counts.changed + counts.same;
            assert!(all >= dropped.records, "{}: {counts:?}", dropped.name);
            if again {
                assert_eq!(counts, Counts { same: all, ..Counts::default() }, "{}", dropped.name);
            } else {
                assert!(counts.same == 0 || dropped.name.starts_with("badge."), "{}: {counts:?}", dropped.name);
            }
        }
    }
    let shown = world.names("");
    for folder in ["QCM", "Bulletins", "Certifications", "Biblioth\u{E8}que", "Emploi du temps"] {
        assert!(shown.contains(&folder.to_owned()), "{shown:?}");
    }
    let account = world.account();
    assert_eq!((account.name.0.as_str(), account.platform), ("inbox", Platform::Inbox));
}

#[test]
fn quizzes_are_of_the_school_year_in_which_they_are_dropped() {
    let world = World::new();
    take(&world.bag, "qcm.xml", include_bytes!("quiz/pronote.xml"), &how(), None).unwrap();
    let kept = world.records();
    let [quiz] = kept.as_slice() else { panic!("{kept:?}") };
    assert!(matches!(&quiz.record, Record::Quiz(_)));
    assert_eq!(quiz.origin.year, Some(SchoolYear(2026)));
}

#[test]
fn nothing_of_other_pupils_is_kept() {
    let world = World::new();
    take(&world.bag, "lsu.xml", LSU, &how(), Some(LEA)).unwrap();
    for kept in world.records() {
        let source = String::from_utf8(world.source(kept.origin.source)).unwrap();
        assert!(source.contains("Exemple") && !source.contains("Mod\u{E8}le"), "{source}");
        assert!(!kept.origin.dropped.is_empty());
    }
}

#[test]
fn whole_classes_are_refused_before_anything_is_kept() {
    let world = World::new();
    let refused = |name: &str, bytes: &[u8], pupil| match take(&world.bag, name, bytes, &how(), pupil).unwrap().outcome
    {
        Outcome::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    let Refusal::WhichPupil { names } = refused("lsu.xml", LSU, None) else { panic!() };
    assert!(names.contains(&LEA.to_owned()) && names.len() > 1);
    assert!(matches!(refused("lsl.xml", include_bytes!("data/lsl-class.xml"), None), Refusal::WhichPupil { .. }));
    assert!(matches!(refused("pix.csv", world::pix_results().as_bytes(), None), Refusal::WhichPupil { .. }));
    assert_eq!(refused("pix.pdf", include_bytes!("data/pix-class.pdf"), None), Refusal::SeveralPeople);
    assert!(!world.has_collection(), "a space was made for nothing");
}

#[test]
fn report_cards_of_two_children_stand_beside_each_other() {
    let world = World::new();
    let other = "Tom Mod\u{E8}le";
    for pupil in [LEA, other] {
        take(&world.bag, "lsu.xml", LSU, &how(), Some(pupil)).unwrap();
    }
    let pupils: std::collections::BTreeSet<_> = world
        .records()
        .into_iter()
        .filter_map(|kept| match kept.record {
            Record::ReportCard(card) => card.pupil,
            _ => None,
        })
        .collect();
    assert_eq!(pupils.into_iter().collect::<Vec<_>>(), [LEA, other]);
}
