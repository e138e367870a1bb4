//! Marks, as the gradebook shows them to the person (`gradereport_user_get_grade_items`).

use serde_json::Value;

use super::courses::Known;
use super::fields::{day, decimal, flag, int, list, text, words};
use super::run::Run;
use crate::connector::Failure;
use crate::record::{Mark, Record, SchoolYear, Score};

impl Run<'_> {
    /// Reads the marks of all courses.
    pub(super) async fn marks(&mut self, courses: &[Known]) -> Result<(), Failure> {
        for (number, course) in courses.iter().enumerate() {
            self.sink.progress("gradereport_user_get_grade_items", number as u64, courses.len() as u64);
            let parameters = [("courseid", course.id.to_string()), ("userid", self.oneself.id.to_string())];
            let Some(answer) = self.ask("gradereport_user_get_grade_items", &parameters).await? else { continue };
            if !answer.value.get("usergrades").is_some_and(Value::is_array) {
                self.unknown("the marks of a course");
            }
            for item in list(&answer.value, "usergrades").iter().flat_map(|user| list(user, "gradeitems")) {
                let Some(id) = int(item, "id") else {
                    self.unknown("a mark");
                    continue;
                };
                let Some(mark) = self.mark(course, item) else { continue };
                let year = mark.date.map(SchoolYear::of).or(course.year);
                self.piece(format!("mark/{id}"), year, Record::Mark(mark), &answer)?;
            }
        }
        Ok(())
    }

    /// A mark, where there is one.
    fn mark(&self, course: &Known, item: &Value) -> Option<Mark> {
        let score = score(item)?;
        let number = matches!(score, Score::Value(_));
        Some(Mark {
            subject: course.name.clone(),
            // What is marked of the course as a whole has no name of its own.
            label: text(item, "itemname").unwrap_or_else(|| course.name.clone()),
            date: day(item, "gradedategraded", &self.zone).or_else(|| day(item, "gradedatesubmitted", &self.zone)),
            period: None,
            score,
            out_of: if number { decimal(item, "grademax") } else { None },
            coefficient: decimal(item, "weightraw"),
            class_average: if number { decimal(item, "averageformatted") } else { None },
            class_min: None,
            class_max: None,
            comment: text(item, "feedback").and_then(|html| words(&html)),
            bonus: false,
            optional: false,
        })
    }
}

/// The mark of an item. A place on a scale is told by its words: the number counts places.
fn score(item: &Value) -> Option<Score> {
    if flag(item, "gradeishidden") {
        return None;
    }
    let shown = text(item, "gradeformatted").and_then(|shown| words(&shown)).filter(|shown| shown != "-");
    if int(item, "scaleid").is_some() {
        return shown.map(Score::Text);
    }
    match decimal(item, "graderaw").or_else(|| decimal(item, "gradeformatted")) {
        Some(number) => Some(Score::Value(number)),
        None => shown.map(Score::Text),
    }
}
