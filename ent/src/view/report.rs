//! Report cards: the original PDF where the platform gave one, else one that is made; a page and the data beside it.

mod content;

use serde::Serialize;

use super::name::{Names, safe, title};
use super::page::page;
use super::pdf::pdf;
use super::{Body, Kept, Lang, ViewFile};
use crate::record::{Origin, Record, ReportCard};

/// The data of a record, as it stands in files.
#[derive(Serialize)]
struct Data<'a> {
    origin: &'a Origin,
    record: &'a Record,
}

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let cards: Vec<(&Kept, &ReportCard)> = kept.iter().filter_map(|kept| Some((*kept, card(kept)?))).collect();
    let cards: Vec<_> = cards.iter().copied().filter(|one| !is_again(*one, &cards)).collect();
    let mut names = Names::default();
    for (kept, card) in &cards {
        let (folders, school) = (kept.folders(lang), safe(&kept.school()));
        let folders = folders.iter().map(String::as_str).chain([school.as_str()]);
        names.want(kept.id(), folders, &title(&card.period));
    }
    let paths = names.give();
    let of = |(kept, card): &(&Kept, &ReportCard)| {
        let path = paths.get(&kept.id()).cloned().unwrap_or_default();
        one(kept, card, &path, lang)
    };
    cards.iter().flat_map(of).collect()
}

/// Whether a card is nothing but its paper, and a fuller one of the same pupil and period has its paper too: the year after, platforms
/// give what they gave once more among the documents of the past.
fn is_again((kept, card): (&Kept, &ReportCard), all: &[(&Kept, &ReportCard)]) -> bool {
    let is_bare = |card: &ReportCard| card.subjects.is_empty() && card.appreciations.is_empty() && card.base.is_empty();
    is_bare(card)
        && all.iter().any(|(other, fuller)| {
            let same = other.origin.account == kept.origin.account && fuller.pupil == card.pupil;
            same && title(&fuller.period) == title(&card.period) && !is_bare(fuller) && fuller.pdf.is_some()
        })
}

fn card(kept: &Kept) -> Option<&ReportCard> {
    match &kept.record {
        Record::ReportCard(card) => Some(card),
        _ => None,
    }
}

fn one(kept: &Kept, card: &ReportCard, path: &[String], lang: Lang) -> Vec<ViewFile> {
    let document = content::document(kept, card, lang);
    let original = card.pdf.map(Body::Source);
    let paper = original.or_else(|| pdf(&document, lang).map(Body::Bytes));
    let html = Body::Bytes(page(lang, &document.title, &[kept], &document.markup()));
    let data = serde_json::to_vec_pretty(&Data { origin: &kept.origin, record: &kept.record }).ok().map(Body::Bytes);
    let bodies = [("pdf", paper), ("html", Some(html)), ("json", data)];
    bodies.into_iter().filter_map(|(end, body)| Some(ViewFile::of(ending(path, end), body?, kept))).collect()
}

/// The path with an ending at its name.
fn ending(path: &[String], ending: &str) -> Vec<String> {
    let mut path = path.to_vec();
    if let Some(name) = path.last_mut() {
        *name = format!("{name}.{ending}");
    }
    path
}
