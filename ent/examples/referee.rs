//! What outside referees judge (`scripts/referee/ent-*`): files that we write, and what we read in files that others wrote.
//!
//! `referee pdf FILE` writes a report card; `referee badges FOLDER` says of each badge `good`, `bad` or `unknown`; `referee marc FILE` says
//! title, authors and ISBN of each record.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is a command for tests, which fails by panicking")]

use std::path::Path;

use cartable_ent::format::{badge, marc};
use cartable_ent::record::{
    AccountId, Appreciation, Origin, Platform, Record, ReportCard, ReportSubject, SchoolYear, Score, SourceId,
    Verification,
};
use cartable_ent::view::{Body, Kept, Lang, render, units};
use jiff::civil::date;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["pdf", file] => std::fs::write(file, pdf()).unwrap(),
        ["badges", folder] => badges(Path::new(folder)),
        ["marc", file] => records(&std::fs::read(file).unwrap()),
        _ => panic!("referee pdf FILE | badges FOLDER | marc FILE"),
    }
}

fn badges(folder: &Path) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    // The badge `ended.jws` has ended by then.
    let now = "2026-09-01T08:00:00Z".parse().unwrap();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let verdict = match badge::read(&bytes, SourceId::of(&bytes), now).unwrap().verification {
            Verification::Signed { .. } => "good",
            Verification::Refused { .. } => "bad",
            _ => "unknown",
        };
        println!("{} {verdict}", path.file_name().unwrap().display());
    }
}

fn records(bytes: &[u8]) {
    let read = marc::read(bytes).unwrap();
    assert_eq!(read.broken, 0);
    for notice in read.notices {
        println!("{} | {} | {}", notice.title, notice.authors.join(", "), notice.isbn.unwrap_or_default());
    }
}

/// A report card whose words have many accents, as the view `Bulletins` shows it.
fn pdf() -> Vec<u8> {
    let subject = |name: &str, average: &str| ReportSubject {
        subject: name.to_owned(),
        group: None,
        teachers: vec!["Mme No\u{eb}lle Fa\u{e7}ade".to_owned()],
        coefficient: None,
        average: Some(Score::Value(average.to_owned())),
        class_average: Some("11.25".to_owned()),
        class_min: None,
        class_max: None,
        appreciations: vec!["S\u{e9}rieuse.".to_owned()],
        elements: Vec::new(),
        level: None,
    };
    let said = "\u{c9}l\u{e8}ve s\u{e9}rieuse, \u{e0} l'\u{e9}coute : o\u{f9} l'\u{153}uvre est lue, elle r\u{e9}agit.";
    let card = ReportCard {
        pupil: Some("\u{c9}l\u{e9}onore \u{141}ukasz-\u{15e}ahin".to_owned()),
        class: Some("3\u{1d49} B".to_owned()),
        period: "Trimestre 1".to_owned(),
        council: Some(date(2025, 12, 1)),
        average: Some(Score::Value("13.75".to_owned())),
        class_average: Some("11.9".to_owned()),
        subjects: vec![subject("Fran\u{e7}ais", "14.5"), subject("Math\u{e9}matiques", "13")],
        appreciations: vec![Appreciation { title: "Appr\u{e9}ciation globale".to_owned(), text: said.to_owned() }],
        base: Vec::new(),
        school_life: Vec::new(),
        support: Vec::new(),
        pdf: None,
    };
    let origin = Origin {
        platform: Platform::Pronote,
        account: AccountId("college".to_owned()),
        uai: None,
        school: Some("Coll\u{e8}ge Exemple".to_owned()),
        pupil: None,
        year: Some(SchoolYear(2025)),
        fetched: 1_764_600_000,
        key: "report".to_owned(),
        hash: String::new(),
        source: SourceId::of(b"report"),
        dropped: Vec::new(),
    };
    let kept = Kept { record: Record::ReportCard(card), origin };
    let files = units(&kept).iter().flat_map(|unit| render(unit, &[&kept], Lang::Fr)).collect::<Vec<_>>();
    let paper = files.into_iter().find(|file| file.path.last().unwrap().ends_with(".pdf")).unwrap();
    match paper.body {
        Body::Bytes(bytes) => bytes,
        Body::Source(_) => panic!("there was no original"),
    }
}
