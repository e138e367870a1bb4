//! Lessons, courses, homework, books.

use jiff::civil::datetime;

use super::*;
use crate::record::{
    Attachment, Course, CourseFile, Homework, Lesson, LessonContent, Loan, LoanState, TimetableEntry, TimetableState,
    Turnin,
};

fn file(subject: &str, folder: &[&str], name: &str) -> Record {
    Record::CourseFile(CourseFile {
        subject: subject.into(),
        path: folder.iter().map(|&folder| folder.into()).collect(),
        name: name.into(),
        bytes: 3,
        media_type: None,
        modified: Some(1_700_000_000),
        file: SourceId::of(name.as_bytes()),
    })
}

fn attached(key: &str) -> Attachment {
    Attachment::File { name: "fiche.pdf".into(), key: key.into() }
}

fn link(url: &str) -> Attachment {
    Attachment::Link { name: "Vid\u{e9}o: la suite".into(), url: url.into() }
}

#[test]
fn a_subject_has_its_lessons_files_links_and_contents() {
    let lesson = Lesson {
        subject: "MATHEMATIQUES".into(),
        start: datetime(2025, 9, 12, 8, 30, 0, 0),
        end: Some(datetime(2025, 9, 12, 9, 25, 0, 0)),
        teachers: vec!["Mme Exemple".into()],
        contents: vec![LessonContent {
            title: Some("Fonctions".into()),
            category: Some("Cours".into()),
            html: "<p>Lire <script>x()</script><b>p. 12</b></p>".into(),
            attachments: vec![attached("f"), attached("gone"), link("https://example.org/v"), link("javascript:x")],
        }],
    };
    let course = Course {
        name: "Math\u{e9}matiques".into(),
        short_name: None,
        summary_html: Some("<p>Bienvenue</p>".into()),
        start: None,
        end: None,
        sections: vec![("Chapitre 1".into(), "<p>Les fonctions</p>".into())],
        links: vec![("Chapitre 1".into(), "Exercices".into(), "https://example.org/e".into())],
    };
    let kept = [
        kept("l", Record::Lesson(lesson)),
        kept("f", file("Mathematiques", &[], "fiche.pdf")),
        kept("c", Record::Course(course)),
        kept("g", file("Math\u{e9}matiques", &["Chapitre 1"], "cours.pdf")),
        kept("h", file("MATH\u{c9}MATIQUES", &["CHAPITRE 1"], "Cours.pdf")),
    ];
    let files = all(&kept, Lang::Fr);
    assert_eq!(
        paths(&files),
        [
            "Cours/2025-2026/Mathematiques/2025-09-12 Fonctions.html",
            "Cours/2025-2026/Mathematiques/Liens/Vid\u{e9}o- la suite.url",
            "Cours/2025-2026/Mathematiques/Sommaire.html",
            "Cours/2025-2026/Mathematiques/fiche.pdf",
            "Cours/2025-2026/Math\u{e9}matiques/Chapitre 1/Cours (2).pdf",
            "Cours/2025-2026/Math\u{e9}matiques/Chapitre 1/Exercices.url",
            "Cours/2025-2026/Math\u{e9}matiques/Chapitre 1/cours.pdf",
            "Cours/2025-2026/Math\u{e9}matiques/Sommaire.html",
        ]
    );
    let page = text(&files, "Cours/2025-2026/Mathematiques/2025-09-12 Fonctions.html");
    for part in [
        "<p>Lire <b>p. 12</b></p>",
        "<a href=\"fiche.pdf\"><bdi>fiche.pdf</bdi></a>",
        "<bdi>fiche.pdf</bdi> (fichier non r\u{e9}cup\u{e9}r\u{e9})",
        "<a href=\"https://example.org/v\" rel=\"noopener noreferrer\">",
        "08:30 \u{2013} 09:25",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("javascript:") && !page.contains("<script"), "{page}");
    let contents = text(&files, "Cours/2025-2026/Math\u{e9}matiques/Sommaire.html");
    assert!(contents.contains("href=\"Chapitre%201/Cours%20%282%29.pdf\""), "{contents}");
    assert!(
        text(&files, "Cours/2025-2026/Mathematiques/Sommaire.html").contains("href=\"2025-09-12%20Fonctions.html\"")
    );
}

#[test]
fn homework_has_its_files_beside_it() {
    let homework = Homework {
        subject: "Fran\u{e7}ais".into(),
        due: date(2025, 9, 19),
        given: Some(date(2025, 9, 12)),
        html: "Lire le chapitre 2".into(),
        done: true,
        turnin: Turnin::Upload,
        attachments: vec![attached("f"), attached("gone"), link("https://example.org/v")],
        handed_in: vec![attached("r")],
    };
    let kept = [
        kept("h", Record::Homework(homework.clone())),
        kept("i", Record::Homework(Homework { attachments: Vec::new(), handed_in: Vec::new(), ..homework })),
        kept("f", file("Fran\u{e7}ais", &[], "fiche.pdf")),
        kept("r", file("Fran\u{e7}ais", &[], "r\u{e9}dac.odt")),
    ];
    let files = all(&kept, Lang::Fr);
    let shown: Vec<_> = paths(&files).into_iter().filter(|path| path.starts_with("Devoirs/")).collect();
    assert_eq!(
        shown,
        [
            "Devoirs/2025-2026/2025-09-19 Fran\u{e7}ais (2).html",
            "Devoirs/2025-2026/2025-09-19 Fran\u{e7}ais.html",
            "Devoirs/2025-2026/2025-09-19 Fran\u{e7}ais/Travail rendu/fiche.pdf",
            "Devoirs/2025-2026/2025-09-19 Fran\u{e7}ais/Vid\u{e9}o- la suite.url",
            "Devoirs/2025-2026/2025-09-19 Fran\u{e7}ais/fiche.pdf",
        ]
    );
    let page = text(&files, "Devoirs/2025-2026/2025-09-19 Fran\u{e7}ais.html");
    for part in [
        "<h1><bdi>Fran\u{e7}ais, pour le 19 septembre 2025</bdi></h1>",
        "<dt>Fait</dt><dd><bdi>oui</bdi></dd>",
        "<dd><bdi>par un fichier</bdi></dd>",
        "<p>Lire le chapitre 2</p>",
        "href=\"2025-09-19%20Fran%C3%A7ais/Travail%20rendu/fiche.pdf\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn books_are_shown_by_state_and_by_list() {
    let loan = |title: &str, state, list: Option<&str>| {
        Record::Loan(Loan {
            title: title.into(),
            authors: vec!["A. Autrice".into()],
            isbn: None,
            copy: None,
            library: Some("CDI".into()),
            state,
            from: Some(date(2025, 9, 10)),
            until: Some(date(2025, 9, 24)),
            notice: None,
            list: list.map(String::from),
        })
    };
    let kept = [
        kept("1", loan("Le Petit Livre", LoanState::Current, None)),
        kept("2", loan("Autre", LoanState::Late, None)),
        kept("3", loan("\u{c0} lire", LoanState::Listed, Some("\u{c9}t\u{e9}"))),
        kept("4", loan("\u{c0} lire aussi", LoanState::Listed, None)),
    ];
    let files = all(&kept, Lang::Fr);
    assert_eq!(
        paths(&files),
        [
            "Biblioth\u{e8}que/Listes de lecture/Liste sans nom.csv",
            "Biblioth\u{e8}que/Listes de lecture/Liste sans nom.html",
            "Biblioth\u{e8}que/Listes de lecture/\u{c9}t\u{e9}.csv",
            "Biblioth\u{e8}que/Listes de lecture/\u{c9}t\u{e9}.html",
            "Biblioth\u{e8}que/Pr\u{ea}ts - En cours.csv",
            "Biblioth\u{e8}que/Pr\u{ea}ts - En retard.csv",
            "Biblioth\u{e8}que/Pr\u{ea}ts.html",
        ]
    );
    let csv = text(&files, "Biblioth\u{e8}que/Pr\u{ea}ts - En cours.csv");
    assert!(csv.ends_with("Le Petit Livre;A. Autrice;;2025-09-10;2025-09-24;CDI;\r\n"), "{csv}");
    assert!(text(&files, "Biblioth\u{e8}que/Pr\u{ea}ts.html").contains("<h2>En retard</h2>"));
}

#[test]
fn the_timetable_is_a_calendar_of_the_year_and_one_of_each_week() {
    let entry = |day: Date| {
        Record::TimetableEntry(TimetableEntry {
            subject: "Histoire".into(),
            start: day.at(10, 0, 0, 0),
            end: day.at(10, 55, 0, 0),
            teachers: vec!["M. Exemple".into()],
            rooms: vec!["B12".into()],
            groups: Vec::new(),
            state: TimetableState::Planned,
            memo: None,
        })
    };
    let days = [date(2025, 9, 8), date(2025, 9, 14), date(2025, 9, 15), date(2026, 1, 1)];
    let kept: Vec<_> = days.iter().map(|day| kept(&day.to_string(), entry(*day))).collect();
    let files = all(&kept, Lang::Fr);
    assert_eq!(
        paths(&files),
        [
            "Emploi du temps/2025-2026/Emploi du temps 2025-2026.ics",
            "Emploi du temps/2025-2026/Semaines/2025-09-08 semaine 37.ics",
            "Emploi du temps/2025-2026/Semaines/2025-09-15 semaine 38.ics",
            "Emploi du temps/2025-2026/Semaines/2025-12-29 semaine 1.ics",
        ]
    );
    let week = text(&files, "Emploi du temps/2025-2026/Semaines/2025-09-08 semaine 37.ics");
    assert_eq!(week.matches("BEGIN:VEVENT").count(), 2, "{week}");
    assert!(week.contains("SUMMARY:Histoire\r\nLOCATION:B12\r\n"), "{week}");
    assert!(text(&files, paths(&files)[0]).matches("BEGIN:VEVENT").count() == 4);

    // A program that shows the calendars of two accounts keeps both lessons.
    let mut other = kept[0].clone();
    other.origin.account = AccountId("autre".into());
    let calendar = |kept: Kept| text(&all(&[kept], Lang::Fr), paths(&files)[0]);
    let uids = [kept[0].clone(), other].map(|kept| {
        let calendar = calendar(kept);
        calendar.split("UID:").nth(1).unwrap().lines().next().unwrap().to_owned()
    });
    assert_ne!(uids[0], uids[1]);
}
