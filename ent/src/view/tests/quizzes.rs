//! Quizzes.

use super::*;
use crate::format::quiz::{Kind, Question, Quiz, Text};

fn quiz(name: &str, level: Option<&str>) -> Record {
    let essay = Kind::Essay { lines: Some(5), template: None, grading: None };
    Record::Quiz(Quiz {
        name: name.into(),
        subject: Some("Histoire".into()),
        level: level.map(String::from),
        questions: vec![Question::new(essay, Text::of("Qui <script>x()</script> r\u{e9}gnait ?"))],
        ..Quiz::default()
    })
}

#[test]
fn a_quiz_is_in_every_format_by_subject_and_by_level() {
    let kept = [kept("1", quiz("Rois", Some("2NDE"))), kept("2", quiz("Reines", None)), kept("3", quiz("rois", None))];
    let files = all(&kept, Lang::Fr);
    let of: Vec<_> = paths(&files).into_iter().filter(|path| path.to_lowercase().contains("rois")).collect();
    let endings =
        [" - ce qui manque.html", " - corrig\u{e9}.html", " - sujet.html", ".gift", ".moodle.xml", ".pronote.xml"];
    let mut wanted = Vec::new();
    for stem in ["2025-2026/Histoire/Rois", "2025-2026/Histoire/rois (2)", "Par niveau/2NDE/Histoire/Rois"] {
        wanted.extend(endings.map(|ending| format!("QCM/{stem}{ending}")));
    }
    assert_eq!(of, wanted);
    let answers = text(&files, "QCM/2025-2026/Histoire/Rois - corrig\u{e9}.html");
    assert!(answers.contains("<html lang=\"fr\">") && !answers.contains("<script"), "{answers}");
    let missing = text(&files, "QCM/2025-2026/Histoire/Rois - ce qui manque.html");
    assert!(missing.contains("<bdi>gift</bdi>") && missing.contains("La mati\u{e8}re et le niveau"), "{missing}");
    assert!(text(&files, "QCM/2025-2026/Histoire/Rois.moodle.xml").contains("<quiz"));
}
