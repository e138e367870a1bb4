//! The page of a lesson.

use maud::{Markup, html};

use super::{Place, Subject};
use crate::record::{Attachment, Lesson};
use crate::view::attachment::item;
use crate::view::clean::clean;
use crate::view::page::{facts, page as whole};
use crate::view::{Body, Kept, Lang, ViewFile};

/// What a lesson is called: the title of its first part that has one, else its subject.
pub(super) fn title_of(lesson: &Lesson) -> &str {
    let titles = lesson.contents.iter().filter_map(|content| content.title.as_deref());
    titles.map(str::trim).find(|title| !title.is_empty()).unwrap_or(lesson.subject.trim())
}

pub(super) fn page(subject: &Subject<'_>, kept: &Kept, lesson: &Lesson, lang: Lang) -> Option<ViewFile> {
    let here = subject.path(&Place::Record(kept.id()))?;
    let title =
        lang.say_with("lesson-title", &[("subject", lesson.subject.trim()), ("day", &lang.day(lesson.start.date()))]);
    let hour = |time: jiff::civil::DateTime| time.strftime("%H:%M").to_string();
    let hours = [Some(lesson.start), lesson.end].into_iter().flatten().map(hour).collect::<Vec<_>>().join(" \u{2013} ");
    let main = html! {
        (facts(lang, &[("fact-hours", Some(hours)), ("fact-teachers", Some(lesson.teachers.join(", ")))]))
        @for content in &lesson.contents {
            section {
                h2 { bdi { (content.title.as_deref().unwrap_or_else(|| title_of(lesson))) } }
                @if let Some(category) = &content.category { p { (category) } }
                div { (clean(&content.html)) }
                @if !content.attachments.is_empty() {
                    h3 { (lang.say("attachments")) }
                    ul { @for one in &content.attachments { li { (linked(subject, kept, here, one, lang)) } } }
                }
            }
        }
    };
    Some(ViewFile::of(here.to_vec(), Body::Bytes(whole(lang, &title, &[kept], &main)), kept))
}

fn linked(subject: &Subject<'_>, kept: &Kept, here: &[String], attachment: &Attachment, lang: Lang) -> Markup {
    let path = match attachment {
        Attachment::File { key, .. } => subject.path(&Place::Record(kept.sibling(key))),
        Attachment::Link { .. } => None,
    };
    item(attachment, here, path, lang)
}
