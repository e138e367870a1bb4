//! Reading Moodle XML, and the dialect of it that PRONOTE writes.

use super::kind::kind;
use super::take;
use crate::format::quiz::model::{Category, Kind, Question, Quiz, Text};
use crate::format::quiz::raw::{Other, Raw};
use crate::format::quiz::report::{Budget, Problem, ReadError, Reading, place};
use crate::format::quiz::xml::{Element, Root, parse_one};
use crate::format::quiz::{category, input};

/// Reads a file of questions that Moodle or PRONOTE exported. Each category begins a quiz.
///
/// # Errors
/// [`ReadError`] if nothing of it can be read; what can't be read after the first question is reported.
pub fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    let mut reading = Reading::default();
    let text = input::text(bytes, &mut reading)?;
    let mut root = Root::open(&text)?;
    if root.element.name != "quiz" {
        return Err(ReadError::Unknown);
    }
    let attributes = std::mem::take(&mut root.element.attributes);
    let (mut dialect, mut budget) = (Dialect::Moodle, Budget::default());
    loop {
        match root.next() {
            Ok(Some(element)) => {
                if !child(element, &mut dialect, &mut budget, &mut reading) {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) if reading.quizzes.is_empty() => return Err(error.into()),
            Err(error) => {
                reading.report("", Problem::Broken(error.to_string()));
                break;
            }
        }
    }
    if !attributes.is_empty() || reading.quizzes.is_empty() {
        reading.last();
    }
    if let Some(first) = reading.quizzes.first_mut() {
        first.other.attributes = attributes;
    }
    Ok(reading)
}

/// Who wrote a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Moodle,
    Pronote,
}

/// Reads a child of the root, and says whether there is room for more.
fn child(mut element: Element, dialect: &mut Dialect, budget: &mut Budget, reading: &mut Reading) -> bool {
    if element.name != "question" {
        reading.last().other.elements.push(Raw::of(&element));
        return true;
    }
    let type_name = element.take_attribute("type", |name| Some(name.to_owned())).unwrap_or_default();
    if type_name == "category" {
        let quiz = begin(element, dialect, reading);
        return reading.begin(quiz, budget);
    }
    let at = reading.last().questions.len();
    let question = question(element, &type_name, *dialect, at, reading);
    reading.push(question, budget)
}

/// Begins a quiz with what a category says.
fn begin(mut element: Element, dialect: &mut Dialect, reading: &mut Reading) -> Quiz {
    let said = take::words(&mut element, "category", "", reading).unwrap_or_default();
    let infos = said.trim().starts_with("<infos").then(|| parse_one(said.trim()));
    if let Some(Err(error)) = &infos {
        reading.report("", Problem::Value(error.to_string()));
    }
    let mut quiz = Quiz::default();
    let mut category = Category::default();
    let pronote = matches!(infos, Some(Ok(_)));
    if let Some(Ok(mut infos)) = infos {
        *dialect = Dialect::Pronote;
        quiz.name = take::scalar(&mut infos, "name").unwrap_or_default();
        quiz.subject = take::scalar(&mut infos, "matiere");
        quiz.level = take::scalar(&mut infos, "niveau");
        quiz.numbering = take::scalar(&mut infos, "answernumbering");
        quiz.infos = Other::rest(infos);
    } else {
        quiz.name = category::last(&said);
        category.path = said;
    }
    category.description = take::text(&mut element, "info", "", reading);
    category.idnumber = take::scalar(&mut element, "idnumber");
    category.other = Other::rest(element);
    quiz.category = Some(category).filter(|category| !pronote || *category != Category::default());
    quiz
}

fn question(mut element: Element, type_name: &str, dialect: Dialect, at: usize, reading: &mut Reading) -> Question {
    let name = take::words(&mut element, "name", &place(at, ""), reading).unwrap_or_default();
    let at = place(at, &name);
    if dialect == Dialect::Pronote {
        drop_usual(&mut element, type_name);
    }
    let text = take::text(&mut element, "questiontext", &at, reading).unwrap_or_default();
    let kind = kind(type_name, &mut element, &text, &at, reading);
    if let Kind::Unknown { name } = &kind {
        reading.report(&at, Problem::Question(format!("its kind is not known: {}", take::shortened(name))));
    }
    Question {
        name,
        text,
        kind,
        grade: take::number(&mut element, "defaultgrade", &at, reading),
        penalty: take::number(&mut element, "penalty", &at, reading),
        feedback: take::text(&mut element, "generalfeedback", &at, reading),
        right: take::text(&mut element, "correctfeedback", &at, reading),
        partly: take::text(&mut element, "partiallycorrectfeedback", &at, reading),
        wrong: take::text(&mut element, "incorrectfeedback", &at, reading),
        hints: take::texts(&mut element, "hint", &at, reading),
        tags: tags(&mut element, reading),
        idnumber: take::scalar(&mut element, "idnumber"),
        hidden: take::flag(&mut element, "hidden"),
        other: Other::rest(element),
    }
}

/// Takes out what PRONOTE's files say of every question, and [`super::write`] says again.
fn drop_usual(element: &mut Element, type_name: &str) {
    let usual = [("externallink", ""), ("editeur", "0"), ("usecase", "1")];
    for (name, value) in usual.into_iter().filter(|(name, _)| *name != "usecase" || type_name != "shortanswer") {
        if element.child(name).is_some_and(|child| child.is_plain() && child.text().trim() == value) {
            element.take_children(name);
        }
    }
}

/// The words in `<tags><tag><text>`; what else stands there is left in.
fn tags(element: &mut Element, reading: &mut Reading) -> Vec<String> {
    let Some(list) = element.child("tags") else { return Vec::new() };
    let mut rest = list.clone();
    let found = take::texts(&mut rest, "tag", "", reading);
    if rest.children().next().is_none() && rest.is_plain() && found.iter().all(|tag| *tag == Text::of(&*tag.body)) {
        element.take_children("tags");
    }
    found.into_iter().map(|tag| tag.body).collect()
}
