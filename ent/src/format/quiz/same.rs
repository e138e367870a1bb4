//! The same question twice is once.
//!
//! A teacher exports each year what was exported before, from PRONOTE and from Moodle, under other names. What a question asks, offers
//! and tells makes it what it is; its name, its numbers, how it is laid out and how its lines break do not.

use std::collections::{HashMap, HashSet};

use super::model::{Answer, Kind, Question, Quiz, Text};
use super::number::Number;

/// What a question is, in 32 bytes: equal for questions that differ in names and white space only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sameness([u8; 32]);

impl Sameness {
    /// The first `count` hexadecimal digits, of 64.
    pub(super) fn digits(self, count: usize) -> String {
        data_encoding::HEXLOWER.encode(&self.0).chars().take(count).collect()
    }
}

impl Question {
    /// What it is, whatever it is called.
    #[must_use]
    pub fn sameness(&self) -> Sameness {
        let mut hash = Hash::new("cartable quiz question 1");
        hash.text(&self.text);
        hash.optional(self.feedback.as_ref());
        hash.optional(self.right.as_ref());
        hash.optional(self.partly.as_ref());
        hash.optional(self.wrong.as_ref());
        hash.list(&self.hints, Hash::text);
        // A question that does not say what it is worth is worth one point.
        hash.words(&self.grade.as_ref().map_or_else(|| "1".to_owned(), Number::plain));
        hash.kind(&self.kind);
        if let Kind::Unknown { .. } = self.kind {
            // Nothing else says how it is answered.
            hash.list(&self.other.elements, |hash, raw| hash.words(raw.text()));
        }
        Sameness(*hash.0.finalize().as_bytes())
    }
}

impl Quiz {
    /// Names it among the quizzes of an account, and stays the same when its questions change: subject, level, and its place in
    /// the question bank or its name. One without a name is known by its questions only.
    #[must_use]
    pub fn key(&self) -> String {
        let place = self.category.as_ref().map(|category| category.path.as_str()).filter(|path| !path.is_empty());
        let name = match place.unwrap_or(&self.name) {
            "" => self.sameness().digits(32),
            name => name.to_owned(),
        };
        let parts = [self.subject.as_deref().unwrap_or_default(), self.level.as_deref().unwrap_or_default(), &name];
        parts.map(|part| plain(part).replace('|', "||")).join("|")
    }

    /// What its questions are, in their order.
    #[must_use]
    pub fn sameness(&self) -> Sameness {
        let mut hash = Hash::new("cartable quiz 1");
        hash.list(&self.questions, |hash, question| {
            hash.0.update(&question.sameness().0);
        });
        Sameness(*hash.0.finalize().as_bytes())
    }

    /// Adds the questions of another quiz that this one lacks, and drops those it has twice. A question that both have keeps its name,
    /// and gains tags. Returns how many came.
    pub fn merge(&mut self, other: Quiz) -> usize {
        let own = std::mem::take(&mut self.questions);
        let mut places = HashMap::new();
        for question in own {
            self.take(question, &mut places);
        }
        let before = self.questions.len();
        for question in other.questions {
            self.take(question, &mut places);
        }
        self.questions.len().saturating_sub(before)
    }

    fn take(&mut self, question: Question, places: &mut HashMap<Sameness, usize>) {
        let sameness = question.sameness();
        let Some(known) = places.get(&sameness).and_then(|at| self.questions.get_mut(*at)) else {
            places.insert(sameness, self.questions.len());
            self.questions.push(question);
            return;
        };
        if known.name.is_empty() {
            known.name = question.name;
        }
        let mut tags: HashSet<String> = known.tags.iter().cloned().collect();
        known.tags.extend(question.tags.into_iter().filter(|tag| tags.insert(tag.clone())));
    }
}

/// Brings quizzes together that have the same [`Quiz::key`], in the order in which they came first.
#[must_use]
pub fn merge(quizzes: impl IntoIterator<Item = Quiz>) -> Vec<Quiz> {
    let mut merged: Vec<Quiz> = Vec::new();
    let mut places = HashMap::new();
    for mut quiz in quizzes {
        let key = quiz.key();
        match places.get(&key).and_then(|at: &usize| merged.get_mut(*at)) {
            Some(known) => {
                known.merge(quiz);
            }
            None => {
                quiz.merge(Quiz::default());
                places.insert(key, merged.len());
                merged.push(quiz);
            }
        }
    }
    merged
}

/// A hash of things one after the other, each with its length, so that no two lists of things flow into one.
struct Hash(blake3::Hasher);

impl Hash {
    fn new(context: &str) -> Self {
        Self(blake3::Hasher::new_derive_key(context))
    }

    fn words(&mut self, words: &str) {
        let words = plain(words);
        self.count(words.len());
        self.0.update(words.as_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0.update(&u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes());
    }

    fn list<T>(&mut self, list: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.count(list.len());
        list.iter().for_each(|one| each(self, one));
    }

    fn text(&mut self, text: &Text) {
        self.words(&text.body);
        self.list(&text.files, |hash, file| hash.words(&file.base64));
    }

    fn optional(&mut self, text: Option<&Text>) {
        self.count(usize::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn number(&mut self, number: Option<&Number>) {
        self.words(&number.map_or_else(|| "0".to_owned(), Number::plain));
    }

    fn kind(&mut self, kind: &Kind) {
        let (name, more) = match kind {
            Kind::Choice { single, .. } => {
                ("choice", single.map_or("", |single| if single { "single" } else { "several" }))
            }
            Kind::TrueFalse { .. } => ("true-false", ""),
            Kind::Short { case, .. } => ("short", if *case == Some(true) { "case" } else { "" }),
            Kind::Numerical { .. } => ("numerical", ""),
            Kind::Matching { .. } => ("matching", ""),
            Kind::Cloze { .. } => ("cloze", ""),
            Kind::Essay { .. } => ("essay", ""),
            Kind::Ordering { .. } => ("ordering", ""),
            Kind::Description => ("description", ""),
            Kind::Unknown { name } => ("unknown", name.as_str()),
        };
        self.words(name);
        self.words(more);
        self.list(kind.answers(), Self::answer);
        match kind {
            Kind::Matching { pairs, .. } => self.list(pairs, |hash, pair| {
                hash.text(&pair.text);
                hash.words(&pair.answer);
            }),
            Kind::Essay { template, grading, .. } => {
                self.optional(template.as_ref());
                self.optional(grading.as_ref());
            }
            // The gaps of a cloze stand in its text.
            _ => {}
        }
    }

    fn answer(&mut self, answer: &Answer) {
        self.text(&answer.text);
        self.number(answer.fraction.as_ref());
        self.number(answer.tolerance.as_ref());
        self.optional(answer.feedback.as_ref());
    }
}

/// The words without the white space around them, and one space between.
fn plain(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::format::quiz::{gift, moodle};

    fn quiz(text: &str) -> Quiz {
        gift::read(text.as_bytes()).unwrap().quizzes.remove(0)
    }

    #[test]
    fn names_and_white_space_make_no_difference() {
        let one = quiz("::a::What  is\nit? {=this ~that}");
        let same = quiz("::b::What is it? {  =this\n~that }");
        assert_eq!(one.questions[0].sameness(), same.questions[0].sameness());
        for other in [
            "What is it? {~this =that}",
            "What is it? {=this ~%10%that}",
            "What is it? {=this ~that#no}",
            "What is it?{}",
        ] {
            assert_ne!(quiz(other).questions[0].sameness(), one.questions[0].sameness(), "{other}");
        }
    }

    #[test]
    fn the_same_question_from_two_formats_is_one() {
        let text = "::a::[html]What is it? {=this ~%-50%that}";
        let first = quiz(text);
        let xml = moodle::write_pronote(std::slice::from_ref(&first)).text;
        let second = moodle::read(xml.as_bytes()).unwrap().quizzes.remove(0);
        assert_eq!(second.questions[0].sameness(), first.questions[0].sameness());
    }

    #[test]
    fn merging_keeps_the_first_and_adds_what_is_new() {
        let mut one = quiz("// [tag:x]\n::a::q {=1}\n\n::b::q {=1}\n\nr {=2}");
        let more = quiz("// [tag:y]\n::c::q {=1}\n\ns {=3}\n\ns {=3}");
        assert_eq!(one.merge(more.clone()), 1);
        assert_eq!(one.questions.len(), 3);
        assert_eq!(
            (one.questions[0].name.as_str(), one.questions[0].tags.as_slice()),
            ("a", ["x".to_owned(), "y".to_owned()].as_slice())
        );
        assert_eq!(one.merge(more), 0);
    }

    #[test]
    fn quizzes_of_one_key_come_together() {
        let read = gift::read(b"$CATEGORY: a\n\nq {=1}\n\n$CATEGORY: b\n\nq {=1}\n\n$CATEGORY: a\n\nr {=1}").unwrap();
        let merged = merge(read.quizzes);
        let counts: Vec<_> = merged.iter().map(|quiz| (quiz.name.as_str(), quiz.questions.len())).collect();
        assert_eq!(counts, [("a", 2), ("b", 1)]);
        assert_eq!(merged[0].key(), "||a");
        assert_ne!(quiz("q {=1}").key(), quiz("q {=2}").key());
    }
}
