//! In a parent's account each child has folders of its own; a pupil's own account has none.

use super::*;
use crate::record::{
    Acquired, Attachment, CourseFile, Evaluation, Homework, Lesson, ReportCard, TimetableEntry, TimetableState, Turnin,
};

/// A record of each kind that is of a pupil.
fn records(number: i8) -> Vec<Record> {
    let day = date(2025, 9, 12);
    let acquired = Acquired {
        framework: "pronote".into(),
        field: None,
        code: None,
        name: "Lire".into(),
        level: "A".into(),
        rank: None,
    };
    let file = CourseFile {
        subject: "Maths".into(),
        path: vec!["Devoirs".into()],
        name: "fiche.pdf".into(),
        bytes: 3,
        media_type: None,
        modified: None,
        file: SourceId::of(&[number.unsigned_abs()]),
    };
    vec![
        Record::Mark(mark("Maths", day, Score::Value(format!("1{number}")))),
        Record::Mark(mark("Maths", date(2025, 9, 19), Score::Value(format!("1{number}.5")))),
        Record::ReportCard(ReportCard::of("Trimestre 1".into())),
        Record::Lesson(Lesson {
            subject: "Maths".into(),
            start: day.at(8, 0, 0, 0),
            end: None,
            teachers: Vec::new(),
            contents: Vec::new(),
        }),
        Record::CourseFile(file),
        Record::Homework(Homework {
            subject: "Maths".into(),
            due: day,
            given: None,
            html: "Lire".into(),
            done: false,
            turnin: Turnin::None,
            attachments: vec![Attachment::File { name: "fiche.pdf".into(), key: format!("course-file {number} 4") }],
            handed_in: Vec::new(),
        }),
        Record::TimetableEntry(TimetableEntry {
            subject: "Maths".into(),
            start: day.at(8, 0, 0, 0),
            end: day.at(9, 0, 0, 0),
            teachers: Vec::new(),
            rooms: Vec::new(),
            groups: Vec::new(),
            state: TimetableState::Planned,
            memo: None,
        }),
        Record::Evaluation(Evaluation {
            label: "Dict\u{e9}e".into(),
            subject: None,
            teacher: None,
            date: Some(day),
            period: None,
            coefficient: None,
            description: None,
            acquired: vec![acquired],
        }),
    ]
}

fn of(pupil: Option<&str>, number: i8) -> Vec<Kept> {
    let one = |(index, record): (usize, Record)| {
        let mut one = kept(&format!("{} {number} {index}", record.kind()), record);
        one.origin.pupil = pupil.map(String::from);
        one
    };
    records(number).into_iter().enumerate().map(one).collect()
}

const LINA: &str = "MOREL Lina";
const NOE: &str = "MOREL No\u{e9}";

#[test]
fn each_child_has_folders_of_its_own() {
    let only = all(&of(Some(LINA), 1), Lang::Fr);
    assert_eq!(
        paths(&only),
        [
            "Bulletins/2025-2026/MOREL Lina/Lyc\u{e9}e des Ajoncs/Trimestre 1.html",
            "Bulletins/2025-2026/MOREL Lina/Lyc\u{e9}e des Ajoncs/Trimestre 1.json",
            "Bulletins/2025-2026/MOREL Lina/Lyc\u{e9}e des Ajoncs/Trimestre 1.pdf",
            "Comp\u{e9}tences/MOREL Lina/PRONOTE.html",
            "Comp\u{e9}tences/MOREL Lina/PRONOTE.json",
            "Cours/2025-2026/MOREL Lina/Maths/2025-09-12 Maths.html",
            "Cours/2025-2026/MOREL Lina/Maths/Devoirs/fiche.pdf",
            "Cours/2025-2026/MOREL Lina/Maths/Sommaire.html",
            "Devoirs/2025-2026/MOREL Lina/2025-09-12 Maths.html",
            "Devoirs/2025-2026/MOREL Lina/2025-09-12 Maths/fiche.pdf",
            "Emploi du temps/2025-2026/MOREL Lina/Emploi du temps 2025-2026.ics",
            "Emploi du temps/2025-2026/MOREL Lina/Semaines/2025-09-08 semaine 37.ics",
            "Notes/2025-2026/MOREL Lina/Notes 2025-2026.csv",
            "Notes/2025-2026/MOREL Lina/Notes 2025-2026.html",
        ]
    );
    // A second child moves nothing of the first, and has the same of its own.
    let both = all(&[of(Some(LINA), 1), of(Some(NOE), 2)].concat(), Lang::Fr);
    assert!(only.iter().all(|(path, body)| both.get(path) == Some(body)));
    let other = paths(&only).into_iter().map(|path| path.replace(LINA, NOE));
    assert_eq!(both.len(), 2 * only.len());
    assert!(other.into_iter().all(|path| both.contains_key(&path)), "{:#?}", paths(&both));
}

#[test]
fn nothing_mixes_what_two_children_did() {
    let both = all(&[of(Some(LINA), 1), of(Some(NOE), 2)].concat(), Lang::Fr);
    let of = |pupil: &str, ending: &str| text(&both, &format!("Notes/2025-2026/{pupil}/Notes 2025-2026.{ending}"));
    for (pupil, own, others) in [(LINA, "11,5", "12,5"), (NOE, "12,5", "11,5")] {
        let (table, page) = (of(pupil, "csv"), of(pupil, "html"));
        assert_eq!(table.lines().count(), 3, "{table}");
        assert!(table.contains(own) && !table.contains(others), "{table}");
        assert_eq!(page.matches("class=\"point\"").count(), 2, "{page}");
        assert!(page.contains(&format!("Notes 2025-2026 ({pupil})")), "{page}");
        let calendar = format!("Emploi du temps/2025-2026/{pupil}/Emploi du temps 2025-2026.ics");
        let calendar = text(&both, &calendar);
        assert!(calendar.contains(&format!("X-WR-CALNAME:Emploi du temps 2025-2026 ({pupil})\r\n")), "{calendar}");
    }
    let lesson = text(&both, &format!("Cours/2025-2026/{NOE}/Maths/2025-09-12 Maths.html"));
    assert!(lesson.contains(NOE) && !lesson.contains(LINA), "{lesson}");
}

/// What earlier versions kept has no pupil; and a parent's account beside a pupil's own doubles nothing.
#[test]
fn a_pupils_own_account_has_no_folder_more() {
    let own = all(&of(None, 1), Lang::Fr);
    assert!(own.contains_key("Notes/2025-2026/Notes 2025-2026.csv"), "{:#?}", paths(&own));
    assert!(own.contains_key("Comp\u{e9}tences/PRONOTE.html"), "{:#?}", paths(&own));
    let together = all(&[of(None, 1), of(Some(LINA), 2)].concat(), Lang::Fr);
    assert!(own.iter().all(|(path, body)| together.get(path) == Some(body)));
    assert_eq!(together.len(), 2 * own.len());
    let unit = units(&of(None, 1)[0]).remove(0);
    assert_eq!(serde_json::to_string(&unit).unwrap(), r#"{"view":"marks","parts":["2025-2026"]}"#);
}

/// A folder has no point in its name, so that no file beside it is called like it.
#[test]
fn a_childs_folder_is_called_like_no_file() {
    let files = all(&[of(Some("Notes 2025-2026.csv"), 1), of(None, 2), of(Some("../.."), 3)].concat(), Lang::Fr);
    assert!(files.contains_key("Notes/2025-2026/Notes 2025-2026 csv/Notes 2025-2026.csv"), "{:#?}", paths(&files));
}
