//! The table of contents of a subject: what its courses say, its lessons, its files.

use maud::{Markup, html};

use super::{Place, Subject, lesson};
use crate::record::Course;
use crate::view::attachment::link;
use crate::view::clean::clean;
use crate::view::page::{address, facts, page as whole};
use crate::view::{Kept, Lang, ViewFile};

pub(super) fn page(subject: &Subject<'_>, year: &str, name: &str, kept: &[&Kept], lang: Lang) -> Option<ViewFile> {
    let here = subject.path(&Place::Index)?;
    let main = html! {
        @for (_, course) in &subject.courses { (about(course, name, lang)) }
        @if !subject.lessons.is_empty() { section { h2 { (lang.say("contents-lessons")) } (lessons(subject, here, lang)) } }
        @if !subject.files.is_empty() { section { h2 { (lang.say("contents-files")) } (files(subject, here)) } }
    };
    let title = lang.say_with("contents-title", &[("subject", name.trim()), ("year", year)]);
    Some(ViewFile::made(here.to_vec(), whole(lang, &title, kept, &main), kept))
}

fn about(course: &Course, name: &str, lang: Lang) -> Markup {
    let links = |section: &str| {
        let of: Vec<_> = course.links.iter().filter(|(of, _, _)| of == section).collect();
        html! { @if !of.is_empty() { ul { @for (_, name, url) in of { li { (link(name, url)) } } } } }
    };
    let known = |section: &str| course.sections.iter().any(|(name, _)| name == section);
    html! {
        @if course.name.trim() != name.trim() { h2 { bdi { (course.name) } } }
        (facts(lang, &[("fact-start", course.start.map(|day| lang.day(day))), ("fact-end", course.end.map(|day| lang.day(day)))]))
        @if let Some(summary) = &course.summary_html { div { (clean(summary)) } }
        @for (section, text) in &course.sections {
            section { h2 { bdi { (section) } } div { (clean(text)) } (links(section)) }
        }
        ul { @for (_, name, url) in course.links.iter().filter(|(section, _, _)| !known(section)) { li { (link(name, url)) } } }
    }
}

fn lessons(subject: &Subject<'_>, here: &[String], lang: Lang) -> Markup {
    html! {
        ul {
            @for (kept, lesson) in &subject.lessons {
                @let path = subject.path(&Place::Record(kept.id())).unwrap_or_default();
                li { a href=(address(here, path)) { (lang.day(lesson.start.date())) } " \u{2013} " bdi { (lesson::title_of(lesson)) } }
            }
        }
    }
}

fn files(subject: &Subject<'_>, here: &[String]) -> Markup {
    let mut paths: Vec<&[String]> =
        subject.files.keys().filter_map(|id| subject.path(&Place::Record(id.clone()))).collect();
    paths.sort_unstable();
    let shown =
        |path: &[String]| path.iter().skip(here.len().saturating_sub(1)).cloned().collect::<Vec<_>>().join(" / ");
    html! { ul { @for path in paths { li { a href=(address(here, path)) { bdi { (shown(path)) } } } } } }
}
