//! A subject in a school year: a page for each lesson, the course's files where they lay, shortcuts to addresses, and a table of
//! contents.

mod index;
mod lesson;

use std::collections::BTreeMap;

use super::attachment::{self, Files};
use super::kept::Id;
use super::name::{Names, safe, title};
use super::page::shortcut;
use super::{Body, Kept, Lang, ViewFile};
use crate::record::{Attachment, Course, CourseFile, Lesson, Record};

/// A page, a file or a shortcut. The table of contents has the first choice of its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Index,
    Record(Id),
    Link(Id, usize),
}

/// What there is of a subject, and where it is put.
struct Subject<'a> {
    lessons: Vec<(&'a Kept, &'a Lesson)>,
    courses: Vec<(&'a Kept, &'a Course)>,
    files: Files<'a>,
    paths: BTreeMap<Place, Vec<String>>,
}

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let Some(first) = kept.first() else {
        return Vec::new();
    };
    let mut subject = Subject {
        lessons: Vec::new(),
        courses: Vec::new(),
        files: attachment::kept_files(kept),
        paths: BTreeMap::new(),
    };
    for kept in kept {
        match &kept.record {
            Record::Lesson(lesson) => subject.lessons.push((kept, lesson)),
            Record::Course(course) => subject.courses.push((kept, course)),
            _ => {}
        }
    }
    subject.lessons.sort_by_cached_key(|(kept, lesson)| (lesson.start, kept.id()));
    let (year, name) = (first.year_folder(lang), name(first));
    let folders: Vec<String> = first.folders(lang).into_iter().chain([safe(name)]).collect();
    subject.paths = subject.places(&folders, lang);
    let mut out: Vec<ViewFile> = index::page(&subject, &year, name, kept, lang).into_iter().collect();
    out.extend(subject.lessons.iter().filter_map(|(kept, lesson)| lesson::page(&subject, kept, lesson, lang)));
    out.extend(subject.kept_files());
    out.extend(subject.shortcuts());
    out
}

/// The subject or course that a record is part of.
fn name(kept: &Kept) -> &str {
    match &kept.record {
        Record::Lesson(lesson) => &lesson.subject,
        Record::Course(course) => &course.name,
        Record::CourseFile(file) => &file.subject,
        _ => "",
    }
}

impl Subject<'_> {
    /// Where everything is put below the folders of the year, the child and the subject.
    fn places(&self, folders: &[String], lang: Lang) -> BTreeMap<Place, Vec<String>> {
        let folders = || folders.iter().map(String::as_str);
        let mut names = Names::default();
        names.want(Place::Index, folders(), &format!("{}.html", lang.say("file-contents")));
        for (kept, lesson) in &self.lessons {
            let name = title(&format!("{} {}", lesson.start.date(), lesson::title_of(lesson)));
            names.want(Place::Record(kept.id()), folders(), &format!("{name}.html"));
        }
        for (id, (_, CourseFile { path, name, .. })) in &self.files {
            names.want(Place::Record(id.clone()), folders().chain(path.iter().map(String::as_str)), name);
        }
        for Link { of, index, folder, name, url } in self.links(&lang.say("folder-links")) {
            if shortcut(url).is_some() {
                let place = Place::Link(of.id(), index);
                names.want(place, folders().chain([folder]), &attachment::link_name(name, url));
            }
        }
        names.give()
    }

    /// All addresses; those of lessons have a folder of their own, called `shared`.
    fn links<'s>(&'s self, shared: &'s str) -> Vec<Link<'s>> {
        let mut links = Vec::new();
        for (of, course) in &self.courses {
            for (index, (folder, name, url)) in course.links.iter().enumerate() {
                links.push(Link { of, index, folder, name, url });
            }
        }
        for (of, lesson) in &self.lessons {
            let attachments = lesson.contents.iter().flat_map(|content| &content.attachments);
            for (index, attachment) in attachments.enumerate() {
                if let Attachment::Link { name, url } = attachment {
                    links.push(Link { of, index, folder: shared, name, url });
                }
            }
        }
        links
    }

    fn path(&self, place: &Place) -> Option<&[String]> {
        self.paths.get(place).map(Vec::as_slice)
    }

    fn kept_files(&self) -> Vec<ViewFile> {
        let file = |(id, (kept, file)): (&Id, &(&Kept, &CourseFile))| {
            Some(attachment::course_file(kept, file, self.path(&Place::Record(id.clone()))?))
        };
        self.files.iter().filter_map(file).collect()
    }

    fn shortcuts(&self) -> Vec<ViewFile> {
        let file = |Link { of, index, url, .. }: Link<'_>| {
            let path = self.path(&Place::Link(of.id(), index))?;
            Some(ViewFile::of(path.to_vec(), Body::Bytes(shortcut(url)?), of))
        };
        self.links("").into_iter().filter_map(file).collect()
    }
}

/// An address: of which record, the how manyth of it, in which folder, its name and itself.
struct Link<'a> {
    of: &'a Kept,
    index: usize,
    folder: &'a str,
    name: &'a str,
    url: &'a str,
}
