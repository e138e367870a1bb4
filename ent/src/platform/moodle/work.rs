//! Assignments as homework (`mod_assign_get_assignments`), with what was handed in and given back (`mod_assign_get_submission_status`).

use serde_json::Value;

use super::courses::Known;
use super::door::link;
use super::fields::{day, int, list, text};
use super::files::{Told, Waiting};
use super::run::{Kept, Run};
use crate::connector::Failure;
use crate::record::{Attachment, CourseFile, Homework, Record, Turnin};

/// The most assignments of one account that are read in one run.
const MAX_ASSIGNMENTS: usize = 10_000;

/// Where an assignment's files stand.
struct Place<'a> {
    course: &'a Known,
    id: i64,
    name: String,
    given: Option<&'a Kept>,
}

impl Run<'_> {
    /// Reads the assignments of all courses.
    pub(super) async fn work(&mut self, courses: &[Known]) -> Result<(), Failure> {
        let Some(answer) = self.ask("mod_assign_get_assignments", &[]).await? else { return Ok(()) };
        let mut all = Vec::new();
        for course in list(&answer.value, "courses") {
            match int(course, "id").and_then(|id| courses.iter().find(|known| known.id == id)) {
                Some(known) => all.extend(list(course, "assignments").iter().map(|one| (known, one))),
                None => self.unknown("the course of an assignment"),
            }
        }
        let total = all.len() as u64;
        for (number, (course, assignment)) in all.into_iter().take(MAX_ASSIGNMENTS).enumerate() {
            self.sink.progress("mod_assign_get_submission_status", number as u64, total);
            match int(assignment, "id") {
                Some(id) => self.assignment(id, course, assignment, &answer).await?,
                None => self.unknown("an assignment"),
            }
        }
        Ok(())
    }

    async fn assignment(&mut self, id: i64, course: &Known, assignment: &Value, from: &Kept) -> Result<(), Failure> {
        let status = self.ask("mod_assign_get_submission_status", &[("assignid", id.to_string())]).await?;
        let name = text(assignment, "name").unwrap_or_default();
        // Work without a day to give it back by stands at the day it was given.
        let days = ["duedate", "cutoffdate", "allowsubmissionsfromdate", "timemodified"];
        let Some(due) = days.iter().find_map(|name| day(assignment, name, &self.zone)) else {
            self.unknown("an assignment without any day");
            return Ok(());
        };
        let mut place = Place { course, id, name, given: Some(from) };
        let mut attachments = Vec::new();
        for area in ["introattachments", "introfiles", "activityattachments"] {
            self.attach(&place, area, list(assignment, area), &mut attachments);
        }
        place.given = status.as_ref();
        let mut handed_in = Vec::new();
        let mut done = false;
        let nothing = Value::Null;
        let status = status.as_ref().map_or(&nothing, |status| &status.value);
        for submission in submissions(status) {
            done |= text(submission, "status").as_deref() == Some("submitted");
            let attempt = int(submission, "attemptnumber").unwrap_or(0);
            self.plugins(&place, &format!("submission/{attempt}"), submission, &mut handed_in)?;
        }
        if let Some(feedback) = status.get("feedback") {
            self.plugins(&place, "feedback", feedback, &mut attachments)?;
        }
        let homework = Homework {
            subject: course.name.clone(),
            due,
            given: day(assignment, "allowsubmissionsfromdate", &self.zone),
            html: html(&place.name, assignment),
            done,
            turnin: turnin(assignment),
            attachments,
            handed_in,
        };
        let from = place.given.unwrap_or(from);
        self.piece(format!("homework/{id}"), course.year, Record::Homework(homework), from)
    }

    /// Files and texts that plugins of an assignment hold.
    fn plugins(
        &mut self,
        place: &Place<'_>,
        part: &str,
        holder: &Value,
        attachments: &mut Vec<Attachment>,
    ) -> Result<(), Failure> {
        for plugin in list(holder, "plugins") {
            for area in list(plugin, "fileareas") {
                let name = text(area, "area").unwrap_or_default();
                self.attach(place, &format!("{part}/{name}"), list(area, "files"), attachments);
            }
            // Comments come with the mark.
            if text(plugin, "type").as_deref() == Some("onlinetext") {
                let modified = int(holder, "timemodified");
                for field in list(plugin, "editorfields") {
                    self.written(place, part, field, modified, attachments)?;
                }
            }
        }
        Ok(())
    }

    /// Puts files of an assignment on the list.
    fn attach(&mut self, place: &Place<'_>, part: &str, files: &[Value], attachments: &mut Vec<Attachment>) {
        let Some(given) = place.given else { return };
        for file in files {
            let Some(told) = Told::read(&format!("file/assign/{}/{part}", place.id), file) else {
                self.unknown("a file of an assignment");
                continue;
            };
            let name = told.name.clone();
            match text(file, "fileurl").filter(|url| self.door.file(url).is_none()) {
                Some(url) => attachments.extend(link(&url).map(|url| Attachment::Link { name, url })),
                None => {
                    attachments.push(Attachment::File { name, key: told.key.clone() });
                    let (subject, year) = (place.course.name.clone(), place.course.year);
                    let mut path = vec![place.name.clone()];
                    path.extend(told.folders.iter().cloned());
                    let (source, dropped) = (given.source, given.dropped.clone());
                    self.waiting.push(Waiting { told, subject, path, year, source, dropped });
                }
            }
        }
    }

    /// Keeps a text that was written at the site itself as a file.
    fn written(
        &mut self,
        place: &Place<'_>,
        part: &str,
        field: &Value,
        modified: Option<i64>,
        attachments: &mut Vec<Attachment>,
    ) -> Result<(), Failure> {
        let (Some(html), Some(given)) = (text(field, "text"), place.given) else { return Ok(()) };
        let name = format!("{}.html", text(field, "name").unwrap_or_else(|| "text".to_owned()));
        let key = format!("file/assign/{}/{part}/{name}", place.id);
        let record = CourseFile {
            subject: place.course.name.clone(),
            path: vec![place.name.clone()],
            name: name.clone(),
            bytes: html.len() as u64,
            media_type: Some("text/html".to_owned()),
            modified: modified.filter(|time| *time > 0),
            file: self.sink.source(html.as_bytes(), "text/html")?,
        };
        self.piece(key.clone(), place.course.year, Record::CourseFile(record), given)?;
        attachments.push(Attachment::File { name, key });
        Ok(())
    }
}

/// What was handed in, the last first: alone, as a team, and at earlier attempts.
fn submissions(status: &Value) -> Vec<&Value> {
    let last = status.get("lastattempt").into_iter();
    let last = last.flat_map(|last| [last.get("submission"), last.get("teamsubmission")]).flatten();
    let earlier = list(status, "previousattempts").iter().filter_map(|attempt| attempt.get("submission"));
    last.chain(earlier).filter(|one| one.is_object()).collect()
}

/// How it is handed in.
fn turnin(assignment: &Value) -> Turnin {
    let handed_in = |config: &&Value| {
        text(config, "subtype").as_deref() == Some("assignsubmission")
            && text(config, "name").as_deref() == Some("enabled")
            && text(config, "value").as_deref() == Some("1")
            && matches!(text(config, "plugin").as_deref(), Some("file" | "onlinetext"))
    };
    let none = int(assignment, "nosubmissions") == Some(1);
    if !none && list(assignment, "configs").iter().any(|config| handed_in(&config)) {
        Turnin::Upload
    } else {
        Turnin::None
    }
}

/// The name as a heading, then what is to be done: homework has no name of its own.
fn html(name: &str, assignment: &Value) -> String {
    let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut html = format!("<h3>{escaped}</h3>");
    html.extend(text(assignment, "intro"));
    html.extend(text(assignment, "activity"));
    html
}
