//! What a report card says, for its page and its PDF alike.

use crate::record::{Acquired, ReportCard, ReportSubject};
use crate::view::decimal::shown;
use crate::view::document::{Column, Document, Section, Table};
use crate::view::page::provenance;
use crate::view::score::score;
use crate::view::{Kept, Lang};

/// A report card as a document.
pub(super) fn document(kept: &Kept, card: &ReportCard, lang: Lang) -> Document {
    let number = |text: &Option<String>| text.as_deref().map(|text| shown(text, lang)).unwrap_or_default();
    let own = |text: &Option<String>| text.clone().unwrap_or_default();
    let facts = [
        ("fact-pupil", own(&card.pupil)),
        ("fact-class", own(&card.class)),
        ("fact-school", kept.school()),
        ("fact-year", kept.year().map(|year| year.to_string()).unwrap_or_default()),
        ("fact-council", card.council.map(|day| lang.day(day)).unwrap_or_default()),
        ("fact-average", card.average.as_ref().map(|average| score(average, lang)).unwrap_or_default()),
        ("fact-class-average", number(&card.class_average)),
    ];
    let appreciations = card.appreciations.iter().map(|said| labelled(&said.title, &said.text, lang)).collect();
    let life = card.school_life.iter().map(|(name, value)| labelled(name, value, lang)).collect();
    Document {
        title: lang.say_with("report-title", &[("period", card.period.trim())]),
        facts: facts.map(|(label, value)| (lang.say(label), value)).to_vec(),
        sections: vec![
            Section::of_table(lang.say("report-subjects"), subjects(&card.subjects, lang)),
            Section::of_text(lang.say("report-appreciations"), appreciations),
            Section::of_table(lang.say("report-base"), base(&card.base, lang)),
            Section::of_text(lang.say("report-school-life"), life),
            Section::of_text(lang.say("report-support"), support(&card.support, lang)),
        ],
        provenance: provenance(lang, &[kept]),
    }
    .filled()
}

/// Help that was given: for its owner's eyes, in a section of its own that says so.
fn support(codes: &[String], lang: Lang) -> Vec<String> {
    if codes.is_empty() {
        return Vec::new();
    }
    vec![codes.join(", "), lang.say("report-support-note")]
}

fn labelled(label: &str, value: &str, lang: Lang) -> String {
    if label.trim().is_empty() {
        return value.to_owned();
    }
    lang.say_with("labelled", &[("label", label), ("value", value)])
}

fn subjects(subjects: &[ReportSubject], lang: Lang) -> Table {
    let columns = [
        ("column-subject", 30),
        ("column-pupil", 10),
        ("column-class", 10),
        ("column-min", 9),
        ("column-max", 9),
        ("column-coefficient-short", 9),
        ("column-level", 12),
        ("column-elements", 34),
        ("column-appreciations", 50),
    ];
    Table {
        caption: lang.say("report-subjects-caption"),
        columns: columns.map(|(heading, weight)| Column { heading: lang.say(heading), weight }).to_vec(),
        rows: subjects.iter().map(|subject| row(subject, lang)).collect(),
    }
}

fn row(subject: &ReportSubject, lang: Lang) -> Vec<String> {
    let number = |text: &Option<String>| text.as_deref().map(|text| shown(text, lang)).unwrap_or_default();
    let group = subject.group.iter().filter(|group| **group != subject.subject);
    let named: Vec<_> = std::iter::once(&subject.subject).chain(group).chain(&subject.teachers).cloned().collect();
    vec![
        named.join("\n"),
        subject.average.as_ref().map(|average| score(average, lang)).unwrap_or_default(),
        number(&subject.class_average),
        number(&subject.class_min),
        number(&subject.class_max),
        number(&subject.coefficient),
        subject.level.map(|level| lang.say_with("level-of-four", &[("level", &level.to_string())])).unwrap_or_default(),
        subject.elements.join("\n"),
        subject.appreciations.join("\n"),
    ]
}

fn base(base: &[Acquired], lang: Lang) -> Table {
    let columns = [("column-competence", 60), ("column-level", 30)];
    Table {
        caption: lang.say("report-base-caption"),
        columns: columns.map(|(heading, weight)| Column { heading: lang.say(heading), weight }).to_vec(),
        rows: base.iter().map(|acquired| vec![acquired.name.clone(), acquired.level.clone()]).collect(),
    }
}
