//! PDFs that are made: the same each time, of as many pages as their text needs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::view::document::{Column, Section, Table};

fn document(rows: usize, words: usize) -> Document {
    let column = |heading: &str, weight| Column { heading: heading.into(), weight };
    let row =
        |index| vec![format!("Mati\u{e8}re {index}"), "14,5".into(), "\u{c9}l\u{e8}ve s\u{e9}rieux. ".repeat(words)];
    let table = Table {
        caption: "Mati\u{e8}res".into(),
        columns: vec![column("Mati\u{e8}re", 3), column("\u{c9}l\u{e8}ve", 1), column("Appr\u{e9}ciation", 5)],
        rows: (0..rows).map(row).collect(),
    };
    Document {
        title: "Bulletin du trimestre 1".into(),
        facts: vec![("\u{c9}l\u{e8}ve".into(), "Ana \u{141}ukasz-\u{15e}ahin".into())],
        sections: vec![Section::of_table("Mati\u{e8}res".into(), table)],
        provenance: vec!["PRONOTE".into()],
    }
}

fn pages(document: &Document) -> usize {
    layout::layout(document, Lang::Fr, &face::Faces::load().unwrap()).pages.len()
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = document(12, 10);
    let one = pdf(&document, Lang::Fr).unwrap();
    assert_eq!(one, pdf(&document, Lang::Fr).unwrap());
    let text = String::from_utf8_lossy(&one);
    assert!(text.starts_with("%PDF-1.") && text.contains("/Lang"));
}

#[test]
fn long_tables_and_long_rows_go_on_over_pages() {
    assert_eq!(pages(&document(12, 3)), 1);
    assert!(pages(&document(200, 10)) > 5);
    let tall = document(2, 3_000);
    let laid = layout::layout(&tall, Lang::Fr, &face::Faces::load().unwrap());
    assert!(laid.pages.len() > 4);
    for mark in laid.pages.iter().flatten() {
        if let layout::Mark::Text { y, .. } = mark {
            assert!(*y < HEIGHT - EDGE, "{mark:?}");
        }
    }
    assert!(pdf(&tall, Lang::Fr).is_some());
}

#[test]
fn every_text_becomes_a_pdf() {
    for text in [
        "",
        "\u{0}\u{1}",
        "\u{1f469}\u{200d}\u{1f393}",
        "\u{645}\u{62f}\u{631}\u{633}\u{629}",
        "\u{5b66}\u{6821}",
        "a\u{301}\u{202e}b",
        "\n\n",
    ] {
        let mut document = document(1, 1);
        document.title = text.into();
        document.facts = vec![(text.into(), text.into())];
        document.sections.push(Section::of_text(text.into(), vec![text.into()]));
        assert!(pdf(&document, Lang::En).is_some(), "{text:?}");
    }
}
