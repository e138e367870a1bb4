//! Records that want to leave their folder, act in a page, or be computed by a spreadsheet.

use super::*;
use crate::record::{Attachment, CourseFile, Homework, Lesson, ReportCard, Turnin};

/// Texts that platforms were seen to send, or could.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "2025-09-12 maths.html",
        "<script>alert(1)</script>",
        "=cmd|'/C calc'!A0",
        "../../../etc/passwd",
        "..\\..\\a",
        "CON",
        "nul.html",
        "\u{1f469}\u{200d}\u{1f393}",
        "\u{202e}gpj.exe",
        "a\u{0}b\r\nc",
        "Sommaire.html",
        "\"><img src=https://example.org/x>",
        "MATHS",
        "maths",
        "maths.html",
    ]
    .map(String::from)
    .to_vec();
    texts.push("\u{e9}".repeat(300));
    texts.push("x".repeat(10_000));
    texts
}

fn records(text: &str) -> Vec<Record> {
    let due = date(2025, 9, 12);
    let attachments = vec![
        Attachment::File { name: text.into(), key: "file 1".into() },
        Attachment::Link { name: text.into(), url: format!("https://example.org/{text}") },
        Attachment::Link { name: text.into(), url: text.into() },
    ];
    let lesson = Lesson {
        subject: text.into(),
        start: due.at(8, 0, 0, 0),
        end: None,
        teachers: vec![text.into()],
        contents: vec![crate::record::LessonContent {
            title: Some(text.into()),
            category: Some(text.into()),
            html: text.into(),
            attachments: attachments.clone(),
        }],
    };
    let homework = Homework {
        subject: text.into(),
        due,
        given: None,
        html: text.into(),
        done: false,
        turnin: Turnin::None,
        attachments: attachments.clone(),
        handed_in: attachments,
    };
    let file = CourseFile {
        subject: text.into(),
        path: vec![text.into(); 20],
        name: text.into(),
        bytes: 0,
        media_type: None,
        modified: Some(i64::MAX),
        file: SourceId::of(b""),
    };
    let card = ReportCard {
        pupil: Some(text.into()),
        class: None,
        period: text.into(),
        council: None,
        average: Some(Score::Text(text.into())),
        class_average: Some(text.into()),
        subjects: Vec::new(),
        appreciations: Vec::new(),
        base: Vec::new(),
        school_life: vec![(text.into(), text.into())],
        support: vec![text.into()],
        pdf: None,
    };
    let mut marked = mark(text, due, Score::Text(text.into()));
    marked.label = text.into();
    vec![
        Record::Lesson(lesson),
        Record::Homework(homework),
        Record::CourseFile(file),
        Record::ReportCard(card),
        Record::Mark(marked),
    ]
}

#[test]
fn hostile_texts_stay_text() {
    let mut all_kept = Vec::new();
    for (number, text) in texts().iter().enumerate() {
        for record in records(text) {
            let mut one = kept(&format!("{} {number}", record.kind()), record);
            one.origin.school = Some(text.clone());
            one.origin.pupil = (number % 5 == 0).then(|| text.clone());
            one.origin.fetched = if number % 2 == 0 { i64::MIN } else { i64::MAX };
            one.origin.year = if number % 3 == 0 { None } else { Some(SchoolYear(i16::MAX)) };
            all_kept.push(one);
        }
    }
    for (path, body) in all(&all_kept, Lang::En) {
        let Body::Bytes(bytes) = body else { continue };
        let text = String::from_utf8_lossy(&bytes);
        if path.ends_with(".html") {
            assert!(
                !text.contains("<script") && !text.contains("src=\"https:") && !text.contains("<img src=h"),
                "{path}"
            );
        } else if path.ends_with(".csv") {
            assert!(!text.contains(";=cmd") && text.contains(";'=cmd") || !text.contains("=cmd"), "{path}");
        } else if path.ends_with(".url") {
            assert_eq!(text.lines().count(), 2, "{path}");
        }
    }
}
