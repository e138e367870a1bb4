//! Courses (`core_enrol_get_users_courses`), and what stands in them (`core_course_get_contents`).

use serde_json::Value;

use super::door::link;
use super::fields::{day, int, list, text};
use super::files::{Told, Waiting};
use super::run::{Kept, Run};
use crate::connector::Failure;
use crate::record::{Course, Record, SchoolYear};

/// The most courses of one account that are read in one run.
const MAX_COURSES: usize = 1_000;

/// What the rest needs to know of a course.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Its number at the site.
    pub(super) id: i64,
    /// Its full name, which is the subject of what is in it.
    pub(super) name: String,
    /// The school year in which it begins.
    pub(super) year: Option<SchoolYear>,
}

impl Run<'_> {
    /// Reads the courses and their contents, and puts their files on the list.
    pub(super) async fn courses(&mut self) -> Result<Vec<Known>, Failure> {
        let user = [("userid", self.oneself.id.to_string())];
        let Some(answer) = self.ask("core_enrol_get_users_courses", &user).await? else { return Ok(Vec::new()) };
        let Some(all) = answer.value.as_array() else {
            self.unknown("the list of courses");
            return Ok(Vec::new());
        };
        if all.len() > MAX_COURSES {
            self.unknown("more courses than a person has");
        }
        let mut courses = Vec::new();
        for (number, course) in all.iter().take(MAX_COURSES).enumerate() {
            self.sink.progress("core_course_get_contents", number as u64, all.len() as u64);
            let name = text(course, "fullname").or_else(|| text(course, "displayname"));
            let (Some(id), Some(name)) = (int(course, "id"), name) else {
                self.unknown("a course");
                continue;
            };
            let year = day(course, "startdate", &self.zone).map(SchoolYear::of);
            let known = Known { id, name, year };
            self.course(&known, course, &answer).await?;
            courses.push(known);
        }
        Ok(courses)
    }

    async fn course(&mut self, known: &Known, course: &Value, from: &Kept) -> Result<(), Failure> {
        let mut record = Course {
            name: known.name.clone(),
            short_name: text(course, "shortname"),
            summary_html: text(course, "summary"),
            start: day(course, "startdate", &self.zone),
            end: day(course, "enddate", &self.zone),
            sections: Vec::new(),
            links: Vec::new(),
        };
        let contents = self.ask("core_course_get_contents", &[("courseid", known.id.to_string())]).await?;
        if let Some(contents) = &contents {
            match contents.value.as_array() {
                Some(sections) => {
                    sections.iter().for_each(|section| self.section(known, section, contents, &mut record));
                }
                None => self.unknown("the contents of a course"),
            }
        }
        // The sections are most of it.
        self.piece(
            format!("course/{}", known.id),
            known.year,
            Record::Course(record),
            contents.as_ref().unwrap_or(from),
        )
    }

    fn section(&mut self, known: &Known, section: &Value, from: &Kept, record: &mut Course) {
        let name = text(section, "name").unwrap_or_default();
        let mut html = text(section, "summary").unwrap_or_default();
        for module in list(section, "modules") {
            // A label is nothing but its text, which Moodle shows between the activities of the section.
            if text(module, "modname").as_deref() == Some("label") {
                html.extend(text(module, "description"));
            }
            let Some(id) = int(module, "id") else {
                self.unknown("an activity of a course");
                continue;
            };
            let title = text(module, "name").unwrap_or_default();
            for content in list(module, "contents") {
                self.content(known, &name, (id, &title), content, from, record);
            }
        }
        record.sections.push((name, html));
    }

    fn content(
        &mut self,
        known: &Known,
        section: &str,
        (module, title): (i64, &str),
        content: &Value,
        from: &Kept,
        record: &mut Course,
    ) {
        let kind = text(content, "type");
        let Some(url) = text(content, "fileurl") else { return };
        let ours = self.door.file(&url).is_some();
        match kind.as_deref() {
            Some("file") if ours => {
                let Some(told) = Told::read(&format!("file/{module}"), content) else {
                    return self.unknown("a file of a course");
                };
                let mut path = vec![section.to_owned(), title.to_owned()];
                path.extend(told.folders.iter().cloned());
                let (subject, year) = (known.name.clone(), known.year);
                let (source, dropped) = (from.source, from.dropped.clone());
                self.waiting.push(Waiting { told, subject, path, year, source, dropped });
            }
            // A file that lies elsewhere is an address: the token is not for others.
            Some("file" | "url") => {
                let name =
                    if title.is_empty() { text(content, "filename").unwrap_or_default() } else { title.to_owned() };
                let Some(url) = link(&url) else { return };
                let link = (section.to_owned(), name, url);
                if !record.links.contains(&link) {
                    record.links.push(link);
                }
            }
            // A table of contents (`content`) stays in the answer that is kept.
            _ => {}
        }
    }
}
