//! Quizzes: the person's finished attempts as marks, each with its review as source where the school lets it be seen.
//!
//! What a review shows may grow when the quiz closes (right answers, comments): it is asked for once before, and once after.

use serde_json::Value;

use super::courses::Known;
use super::fields::{day, decimal, int, list, text};
use super::run::{Kept, Run};
use crate::connector::Failure;
use crate::record::{Mark, Record, SchoolYear, Score};

/// The most quizzes of one account that are read in one run.
const MAX_QUIZZES: usize = 5_000;
/// The most attempts at one quiz.
const MAX_ATTEMPTS: usize = 500;

impl Run<'_> {
    /// Reads the attempts at all quizzes of these courses.
    pub(super) async fn quizzes(&mut self, courses: &[Known]) -> Result<(), Failure> {
        if courses.is_empty() || !self.offers("mod_quiz_get_user_attempts") {
            return Ok(());
        }
        let names: Vec<_> = (0..courses.len()).map(|number| format!("courseids[{number}]")).collect();
        let ids = names.iter().zip(courses).map(|(name, course)| (name.as_str(), course.id.to_string()));
        let parameters: Vec<_> = ids.collect();
        let Some(answer) = self.ask("mod_quiz_get_quizzes_by_courses", &parameters).await? else { return Ok(()) };
        let quizzes = list(&answer.value, "quizzes");
        for (number, quiz) in quizzes.iter().take(MAX_QUIZZES).enumerate() {
            self.sink.progress("mod_quiz_get_user_attempts", number as u64, quizzes.len() as u64);
            let course = int(quiz, "course").and_then(|id| courses.iter().find(|course| course.id == id));
            match (int(quiz, "id"), course) {
                (Some(id), Some(course)) => self.attempts(id, course, quiz).await?,
                _ => self.unknown("a quiz"),
            }
        }
        Ok(())
    }

    async fn attempts(&mut self, id: i64, course: &Known, quiz: &Value) -> Result<(), Failure> {
        let parameters = [("quizid", id.to_string()), ("status", "finished".to_owned())];
        let Some(answer) = self.ask("mod_quiz_get_user_attempts", &parameters).await? else { return Ok(()) };
        for attempt in list(&answer.value, "attempts").iter().take(MAX_ATTEMPTS) {
            let Some(id) = int(attempt, "id") else {
                self.unknown("an attempt at a quiz");
                continue;
            };
            if text(attempt, "state").as_deref() != Some("finished") || int(attempt, "preview") == Some(1) {
                continue;
            }
            let review = self.review(id, attempt, quiz).await?;
            let Some(mark) = self.attempt(course, quiz, attempt) else { continue };
            let year = mark.date.map(SchoolYear::of).or(course.year);
            self.piece(format!("attempt/{id}"), year, Record::Mark(mark), review.as_ref().unwrap_or(&answer))?;
        }
        Ok(())
    }

    /// The attempt as a mark; one that is not marked yet is none.
    fn attempt(&self, course: &Known, quiz: &Value, attempt: &Value) -> Option<Mark> {
        let name = text(quiz, "name").unwrap_or_default();
        Some(Mark {
            subject: course.name.clone(),
            label: match int(attempt, "attempt") {
                Some(number) => format!("{name} ({number})"),
                None => name,
            },
            date: day(attempt, "timefinish", &self.zone),
            period: None,
            score: Score::Value(decimal(attempt, "sumgrades")?),
            out_of: decimal(quiz, "sumgrades"),
            coefficient: None,
            class_average: None,
            class_min: None,
            class_max: None,
            comment: None,
            bonus: false,
            // Which attempts count is the quiz's rule; the gradebook has the mark that counts.
            optional: true,
        })
    }

    /// The review of an attempt (`mod_quiz_get_attempt_review`): questions as shown, answers, marks; none where it may not be seen.
    async fn review(&mut self, id: i64, attempt: &Value, quiz: &Value) -> Result<Option<Kept>, Failure> {
        let function = "mod_quiz_get_attempt_review";
        if !self.offers(function) {
            return Ok(None);
        }
        let closed = int(quiz, "timeclose").is_some_and(|close| close > 0 && close <= self.now);
        let version = format!("{}-{closed}", int(attempt, "timemodified").unwrap_or(0));
        let name = format!("review/{id}");
        if let Some(kept) = self.remembered(&name, &version)? {
            return Ok(Some(kept));
        }
        let Some(kept) = self.ask(function, &[("attemptid", id.to_string())]).await? else { return Ok(None) };
        if kept.value.get("attempt").and_then(|attempt| int(attempt, "id")) != Some(id) {
            self.unknown("the review of an attempt");
            return Ok(None);
        }
        self.remember(&name, &version, &kept)?;
        Ok(Some(kept))
    }
}
