//! Marks of a school year: one table for spreadsheets, one page with a curve for each subject.

mod curve;

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::csv::Csv;
use super::decimal::shown;
use super::name::fold;
use super::page::{page, table};
use super::score::score;
use super::{Kept, Lang, ViewFile};
use crate::record::{Mark, Record};

/// Columns of the spreadsheet.
const COLUMNS: [&str; 14] = [
    "column-date",
    "column-subject",
    "column-label",
    "column-mark",
    "column-out-of",
    "column-coefficient",
    "column-class-average",
    "column-class-min",
    "column-class-max",
    "column-period",
    "column-bonus",
    "column-optional",
    "column-comment",
    "column-source",
];

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let Some(first) = kept.first() else {
        return Vec::new();
    };
    let folders = first.folders(lang);
    let name = lang.say_with("marks-of", &[("year", &first.year_folder(lang))]);
    let title = first.named(&name, lang);
    let path = |ending: &str| folders.iter().cloned().chain([format!("{name}.{ending}")]).collect();
    let mut marks: Vec<(&Kept, &Mark)> = kept.iter().filter_map(|kept| Some((*kept, mark(kept)?))).collect();
    marks.sort_by_cached_key(|(kept, mark)| (mark.date, fold(&mark.subject), kept.id()));
    vec![
        ViewFile::made(path("csv"), spreadsheet(&marks, lang), kept),
        ViewFile::made(path("html"), page(lang, &title, kept, &subjects(&marks, lang)), kept),
    ]
}

fn mark(kept: &Kept) -> Option<&Mark> {
    match &kept.record {
        Record::Mark(mark) => Some(mark),
        _ => None,
    }
}

fn spreadsheet(marks: &[(&Kept, &Mark)], lang: Lang) -> Vec<u8> {
    let columns = COLUMNS.map(|column| lang.say(column));
    let mut csv = Csv::new(columns.iter().map(String::as_str));
    for (kept, mark) in marks {
        let own = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            mark.date.map(|date| date.to_string()).unwrap_or_default(),
            mark.subject.clone(),
            mark.label.clone(),
            score(&mark.score, lang),
            own(&mark.out_of),
            own(&mark.coefficient),
            own(&mark.class_average),
            own(&mark.class_min),
            own(&mark.class_max),
            own(&mark.period),
            lang.yes(mark.bonus),
            lang.yes(mark.optional),
            own(&mark.comment),
            lang.say(&format!("platform-{}", kept.origin.platform.name())),
        ];
        csv.row(cells.iter().map(String::as_str));
    }
    csv.bytes()
}

fn subjects(marks: &[(&Kept, &Mark)], lang: Lang) -> Markup {
    let mut subjects: BTreeMap<String, Vec<&Mark>> = BTreeMap::new();
    for (_, mark) in marks {
        subjects.entry(fold(mark.subject.trim())).or_default().push(mark);
    }
    html! {
        @for (number, marks) in subjects.values().enumerate() {
            @let subject = marks.first().map_or("", |mark| mark.subject.trim());
            section {
                h2 { bdi { (subject) } }
                (curve::figure(number, subject, marks, lang))
                (rows(subject, marks, lang))
            }
        }
    }
}

fn rows(subject: &str, marks: &[&Mark], lang: Lang) -> Markup {
    let columns = [
        "column-label",
        "column-date",
        "column-mark",
        "column-coefficient",
        "column-class-average",
        "column-class-range",
        "column-period",
        "column-comment",
    ];
    let rows: Vec<_> = marks.iter().map(|mark| row(mark, lang)).collect();
    let caption = lang.say_with("marks-table", &[("subject", subject)]);
    table(&caption, &columns.map(|column| lang.say(column)), &rows)
}

fn row(mark: &Mark, lang: Lang) -> Vec<String> {
    let number = |text: &Option<String>| text.as_deref().map(|text| shown(text, lang)).unwrap_or_default();
    let mut label = mark.label.clone();
    for (is_so, id) in [(mark.bonus, "mark-bonus"), (mark.optional, "mark-optional")] {
        if is_so {
            label = format!("{label} ({})", lang.say(id));
        }
    }
    let range = [&mark.class_min, &mark.class_max].map(number);
    vec![
        label,
        mark.date.map(|date| lang.day(date)).unwrap_or_default(),
        out_of(mark, lang),
        number(&mark.coefficient),
        number(&mark.class_average),
        if range.iter().all(String::is_empty) { String::new() } else { range.join(" \u{2013} ") },
        mark.period.clone().unwrap_or_default(),
        mark.comment.clone().unwrap_or_default(),
    ]
}

/// A mark with what it is out of: `14,5/20`.
fn out_of(mark: &Mark, lang: Lang) -> String {
    let own = score(&mark.score, lang);
    match (&mark.score, &mark.out_of) {
        (crate::record::Score::Value(_), Some(most)) => format!("{own}/{}", shown(most, lang)),
        _ => own,
    }
}
