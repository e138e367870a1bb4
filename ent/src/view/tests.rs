//! Records become files: what is in them, what they are called, and that the same records give the same files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod children;
mod courses;
mod hostile;
mod quizzes;
mod results;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::*;
use crate::record::{AccountId, Mark, Origin, Platform, Record, SchoolYear, Score, Uai};

/// What is kept of a record with this key, fetched from PRONOTE in 2025-2026.
fn kept(key: &str, record: Record) -> Kept {
    let origin = Origin {
        platform: Platform::Pronote,
        account: AccountId("lycee".into()),
        uai: Uai::parse("0350001A"),
        school: Some("Lyc\u{e9}e des Ajoncs".into()),
        pupil: None,
        year: Some(SchoolYear(2025)),
        fetched: 1_759_000_000,
        key: key.into(),
        hash: String::new(),
        source: SourceId::of(key.as_bytes()),
        dropped: Vec::new(),
    };
    Kept { record, origin }
}

fn mark(subject: &str, day: Date, score: Score) -> Mark {
    Mark {
        subject: subject.into(),
        label: "Contr\u{f4}le".into(),
        date: Some(day),
        period: Some("Trimestre 1".into()),
        score,
        out_of: Some("20".into()),
        coefficient: Some("1".into()),
        class_average: Some("11.25".into()),
        class_min: Some("4".into()),
        class_max: Some("18.5".into()),
        comment: None,
        bonus: false,
        optional: false,
    }
}

/// All files of all units, by their paths with the folder at the top. No two have the same, in whatever letters.
fn all(kept: &[Kept], lang: Lang) -> BTreeMap<String, Body> {
    let refs: Vec<&Kept> = kept.iter().collect();
    let reversed: Vec<&Kept> = kept.iter().rev().collect();
    let mut wanted: Vec<Unit> = kept.iter().flat_map(units).collect();
    wanted.sort();
    wanted.dedup();
    let mut files = BTreeMap::new();
    let mut folded = std::collections::BTreeSet::new();
    for unit in &wanted {
        let rendered = render(unit, &refs, lang);
        assert_eq!(rendered, render(unit, &reversed, lang), "{unit:?} depends on the order of records");
        for file in rendered {
            let path = format!("{}/{}", unit.view.folder(), file.path.join("/"));
            for name in &file.path {
                assert_eq!(&name::safe(name), name, "{path}");
            }
            assert!(folded.insert(name::fold(&path)), "{path} twice");
            files.insert(path, file.body);
        }
    }
    for path in &folded {
        let inside = format!("{path}/");
        assert!(!folded.iter().any(|other| other.starts_with(&inside)), "{path} is a file and a folder");
    }
    files
}

fn paths(files: &BTreeMap<String, Body>) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

fn text(files: &BTreeMap<String, Body>, path: &str) -> String {
    match files.get(path) {
        Some(Body::Bytes(bytes)) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("{path}: {other:?} among {:?}", paths(files)),
    }
}

#[test]
fn folders_at_the_top_have_safe_names_in_their_order() {
    let names = Top::ALL.map(Top::folder);
    for name in names {
        assert_eq!(name::safe(name), name);
    }
    assert!(names.is_sorted());
}
