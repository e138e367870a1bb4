//! Files and addresses beside a text: where they are put, and how a page names them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::clean::is_address;
use super::kept::Id;
use super::page::{address, shortcut};
use super::{Body, Kept, Lang, ViewFile};
use crate::record::{Attachment, CourseFile, Record};

/// The files that were kept, by what identifies them.
pub(super) type Files<'a> = BTreeMap<Id, (&'a Kept, &'a CourseFile)>;

/// The files among these records.
pub(super) fn kept_files<'a>(kept: &[&'a Kept]) -> Files<'a> {
    let file = |kept: &&'a Kept| match &kept.record {
        Record::CourseFile(file) => Some((kept.id(), (*kept, file))),
        _ => None,
    };
    kept.iter().filter_map(file).collect()
}

/// The name of an attachment's file: a shortcut has an ending of its own.
pub(super) fn file_name(attachment: &Attachment) -> String {
    match attachment {
        Attachment::File { name, .. } => name.clone(),
        Attachment::Link { name, url } => link_name(name, url),
    }
}

/// The name of the shortcut to an address.
pub(super) fn link_name(name: &str, url: &str) -> String {
    let name = if name.trim().is_empty() { url } else { name };
    format!("{}.url", super::name::title(name))
}

/// The file of an attachment of this record, at this path; nothing where its contents were not kept or its address is of no web page.
pub(super) fn file(of: &Kept, attachment: &Attachment, files: &Files<'_>, path: &[String]) -> Option<ViewFile> {
    match attachment {
        Attachment::File { key, .. } => {
            let (kept, file) = files.get(&of.sibling(key))?;
            Some(course_file(kept, file, path))
        }
        Attachment::Link { url, .. } => Some(ViewFile::of(path.to_vec(), Body::Bytes(shortcut(url)?), of)),
    }
}

/// A file as it was given, at this path.
pub(super) fn course_file(kept: &Kept, file: &CourseFile, path: &[String]) -> ViewFile {
    let modified = file.modified.or(Some(kept.origin.fetched));
    ViewFile { modified, ..ViewFile::of(path.to_vec(), Body::Source(file.file), kept) }
}

/// An attachment as an item of a page's list: a link to the address, to the file where `path` is its place, else its name alone.
pub(super) fn item(attachment: &Attachment, page: &[String], path: Option<&[String]>, lang: Lang) -> Markup {
    match (attachment, path) {
        (Attachment::Link { name, url }, _) => link(name, url),
        (Attachment::File { name, .. }, Some(path)) => html! { a href=(address(page, path)) { bdi { (name) } } },
        (Attachment::File { name, .. }, None) => html! { bdi { (name) } " (" (lang.say("not-kept")) ")" },
    }
}

/// A link to an address of the web; its words alone where it is none.
pub(super) fn link(name: &str, url: &str) -> Markup {
    let name = if name.trim().is_empty() { url } else { name };
    html! {
        @if is_address(url) { a href=(url.trim()) rel="noopener noreferrer" { bdi { (name) } } }
        @else { bdi { (name) } }
    }
}
