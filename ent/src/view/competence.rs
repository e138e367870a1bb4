//! Competences of one framework over the school years: a page, and the same as data.

mod entry;

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use self::entry::Entry;
use super::name::{fold, safe, title};
use super::page::{page, table};
use super::unit::Unit;
use super::{Kept, Lang, ViewFile};
use crate::record::{Certificate, SchoolYear};

/// Frameworks whose names are written otherwise than their ids.
const KNOWN: [(&str, &str); 6] = [
    ("crcn", "framework-crcn"),
    ("socle", "framework-socle"),
    ("pronote", "framework-pronote"),
    ("pix", "framework-pix"),
    ("lsu", "framework-lsu"),
    ("lsl", "framework-lsl"),
];

/// The framework of a certificate's skills.
pub(super) fn framework(certificate: &Certificate) -> &str {
    if fold(&certificate.name).contains("pix") { "pix" } else { &certificate.name }
}

/// What a framework is known by: its id also where its name stands for it, so that no two have the same file.
pub(super) fn known_by(framework: &str) -> String {
    let folded = fold(&safe(framework));
    let is = |(id, message): &&(&str, &str)| {
        folded == *id || [Lang::Fr, Lang::En].iter().any(|lang| folded == fold(&safe(&lang.say(message))))
    };
    KNOWN.iter().find(is).map_or(folded.clone(), |(id, _)| (*id).to_owned())
}

pub(super) fn files(unit: &Unit, kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let mut entries: Vec<Entry> = kept.iter().flat_map(|kept| entry::entries(kept, lang)).collect();
    entries.retain(|entry| unit.parts == [known_by(&entry.framework)]);
    entries.sort();
    let Some(first) = entries.first() else {
        return Vec::new();
    };
    let name = shown(&first.framework, lang);
    let heading = lang.say_with("competences-title", &[("framework", &name)]);
    let folder = kept.first().and_then(|kept| kept.pupil_folder());
    let path = |ending: &str| folder.iter().cloned().chain([format!("{}.{ending}", title(&name))]).collect();
    let main = html! {
        (over_the_years(&entries, lang))
        section { h2 { (lang.say("competences-each")) } (each(&entries, lang)) }
    };
    let mut files = vec![ViewFile::made(path("html"), page(lang, &heading, kept, &main), kept)];
    if let Ok(data) = serde_json::to_vec_pretty(&entries) {
        files.push(ViewFile::made(path("json"), data, kept));
    }
    files
}

fn shown(framework: &str, lang: Lang) -> String {
    let known_by = known_by(framework);
    let known = KNOWN.iter().find(|(id, _)| *id == known_by);
    known.map_or_else(|| framework.trim().to_owned(), |(_, message)| lang.say(message))
}

/// A table for each field: a row for each competence, a column for each school year, with the last level of that year.
fn over_the_years(entries: &[Entry], lang: Lang) -> Markup {
    let years: BTreeSet<Option<SchoolYear>> = entries.iter().map(|entry| entry.year).collect();
    let mut fields: Vec<(String, &str, Vec<&Entry>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    // Sorted by code, so that fields come in the order of their first competence.
    for entry in entries {
        let field = entry.field.as_deref().unwrap_or_default();
        let place = *places.entry(fold(field)).or_insert_with(|| {
            fields.push((fold(field), field, Vec::new()));
            fields.len() - 1
        });
        if let Some((_, _, of)) = fields.get_mut(place) {
            of.push(entry);
        }
    }
    let columns: Vec<String> = std::iter::once(lang.say("column-competence"))
        .chain(years.iter().map(|year| year.map_or_else(|| lang.say("no-year"), |year| year.to_string())))
        .collect();
    html! {
        @for (_, field, entries) in &fields {
            section {
                @if field.is_empty() { h2 { (lang.say("competences-last")) } } @else { h2 { bdi { (field) } } }
                (table(&lang.say("competences-caption"), &columns, &rows(entries, &years)))
            }
        }
    }
}

/// A competence: what tells it from others, what it is called, and the last level of each year.
type Row<'a> = (String, String, BTreeMap<Option<SchoolYear>, &'a Entry>);

fn rows(entries: &[&Entry], years: &BTreeSet<Option<SchoolYear>>) -> Vec<Vec<String>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for entry in entries {
        let id = entry.competence();
        if rows.last().is_none_or(|(last, _, _)| *last != id) {
            rows.push((id, entry.label(), BTreeMap::new()));
        }
        if let Some((_, _, levels)) = rows.last_mut() {
            // Sorted by day: the last one stays.
            levels.insert(entry.year, entry);
        }
    }
    let row = |(_, label, levels): Row<'_>| {
        let cells = years.iter().map(|year| levels.get(year).map(|entry| entry.level.clone()).unwrap_or_default());
        std::iter::once(label).chain(cells).collect()
    };
    rows.into_iter().map(row).collect()
}

/// Every evaluation, the last first.
fn each(entries: &[Entry], lang: Lang) -> Markup {
    let columns =
        ["column-label", "column-date", "column-competence", "column-level", "column-subject", "column-period"];
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|one, other| other.date.cmp(&one.date).then_with(|| one.cmp(other)));
    let row = |entry: &&Entry| {
        vec![
            entry.source.clone(),
            entry.date.map(|day| lang.day(day)).unwrap_or_default(),
            entry.label(),
            entry.level.clone(),
            entry.subject.clone().unwrap_or_default(),
            entry.period.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = sorted.iter().map(row).collect();
    table(&lang.say("competences-each-caption"), &columns.map(|column| lang.say(column)), &rows)
}
