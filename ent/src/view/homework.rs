//! Work to do: one page each, with what was given and what was handed in beside it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::attachment::{self, Files};
use super::clean::clean;
use super::kept::Id;
use super::name::{Names, title};
use super::page::{facts, page};
use super::{Body, Kept, Lang, ViewFile};
use crate::record::{Attachment, Homework, Record, Turnin};

/// A page, or one of the files beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Page(Id),
    Given(Id, usize),
    HandedIn(Id, usize),
}

type Paths = BTreeMap<Place, Vec<String>>;

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let files = attachment::kept_files(kept);
    let all: Vec<(&Kept, &Homework)> = kept.iter().filter_map(|kept| Some((*kept, homework(kept)?))).collect();
    let paths = paths(&all, &files, lang);
    all.iter().flat_map(|(kept, homework)| one(kept, homework, &files, &paths, lang)).collect()
}

fn homework(kept: &Kept) -> Option<&Homework> {
    match &kept.record {
        Record::Homework(homework) => Some(homework),
        _ => None,
    }
}

/// Where everything is put: the page of a piece of homework, and a folder of the same name where it has files.
fn paths(all: &[(&Kept, &Homework)], files: &Files<'_>, lang: Lang) -> Paths {
    let mut names = Names::default();
    for (kept, homework) in all {
        names.want(kept.id(), [], &title(&format!("{} {}", homework.due, homework.subject)));
    }
    let stems = names.give();
    let mut names = Names::default();
    for (kept, homework) in all {
        let stem = stems.get(&kept.id()).and_then(|path| path.last()).map_or("", String::as_str);
        let folders = kept.folders(lang);
        let folders = || folders.iter().map(String::as_str);
        names.want(Place::Page(kept.id()), folders(), &format!("{stem}.html"));
        let handed_in = lang.say("folder-handed-in");
        for (attachments, folder) in [(&homework.attachments, ""), (&homework.handed_in, handed_in.as_str())] {
            for (index, attachment) in attachments.iter().enumerate() {
                if attachment::file(kept, attachment, files, &[]).is_some() {
                    let place = place(kept, folder.is_empty(), index);
                    names.want(place, folders().chain([stem, folder]), &attachment::file_name(attachment));
                }
            }
        }
    }
    names.give()
}

fn place(kept: &Kept, given: bool, index: usize) -> Place {
    if given { Place::Given(kept.id(), index) } else { Place::HandedIn(kept.id(), index) }
}

fn one(kept: &Kept, homework: &Homework, files: &Files<'_>, paths: &Paths, lang: Lang) -> Vec<ViewFile> {
    let Some(here) = paths.get(&Place::Page(kept.id())) else {
        return Vec::new();
    };
    let list = |attachments: &[Attachment], given: bool| {
        let item = |(index, attachment)| {
            let path = paths.get(&place(kept, given, index)).map(Vec::as_slice);
            attachment::item(attachment, here, path, lang)
        };
        html! { ul { @for one in attachments.iter().enumerate() { li { (item(one)) } } } }
    };
    let main = html! {
        (facts_of(homework, lang))
        div { (clean(&homework.html)) }
        @if !homework.attachments.is_empty() { h2 { (lang.say("attachments")) } (list(&homework.attachments, true)) }
        @if !homework.handed_in.is_empty() { h2 { (lang.say("folder-handed-in")) } (list(&homework.handed_in, false)) }
    };
    let day = lang.day(homework.due);
    let title = lang.say_with("homework-title", &[("subject", homework.subject.trim()), ("day", &day)]);
    let mut out = vec![ViewFile::of(here.clone(), Body::Bytes(page(lang, &title, &[kept], &main)), kept)];
    for (attachments, given) in [(&homework.attachments, true), (&homework.handed_in, false)] {
        for (index, attachment) in attachments.iter().enumerate() {
            if let Some(path) = paths.get(&place(kept, given, index)) {
                out.extend(attachment::file(kept, attachment, files, path));
            }
        }
    }
    out
}

fn facts_of(homework: &Homework, lang: Lang) -> Markup {
    let turnin = match homework.turnin {
        Turnin::None => None,
        Turnin::Paper => Some("turnin-paper"),
        Turnin::Upload => Some("turnin-upload"),
        Turnin::Kiosk => Some("turnin-kiosk"),
        Turnin::Audio => Some("turnin-audio"),
    };
    facts(
        lang,
        &[
            ("fact-due", Some(lang.day(homework.due))),
            ("fact-given", homework.given.map(|day| lang.day(day))),
            ("fact-turnin", turnin.map(|id| lang.say(id))),
            ("fact-done", Some(lang.yes(homework.done))),
        ],
    )
}
