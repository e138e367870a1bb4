//! `questions.xml` of a Moodle backup: tables of a database as XML, not the XML that Moodle exports.
//!
//! Moodle 4 put versions of a question between it and its category; the last one counts. A number that refers to no row, and text that
//! is not there (`$@NULL@$`), are as good as absent.

use std::collections::HashMap;

use super::files::Files;
use super::kind;
use crate::format::quiz::cloze;
use crate::format::quiz::model::{Category, Format, Kind, Question, Quiz, Text};
use crate::format::quiz::number::Number;
use crate::format::quiz::raw::Raw;
use crate::format::quiz::report::{Budget, Problem, ReadError, Reading, place};
use crate::format::quiz::xml::{Element, Root, XmlError};

/// How deep categories stand in each other at most.
const DEEPEST: usize = 32;
/// The longest name of a category, in letters, as Moodle's own table has it.
const LONGEST_NAME: usize = 255;
/// How long a path may be before its last part is added, in bytes: each category repeats the names above it.
const LONGEST_PATH: usize = 2048;

/// Reads all questions, a quiz a category.
///
/// # Errors
/// [`ReadError::Xml`], if not even a category can be read.
pub(super) fn read(bytes: &[u8], files: &mut Files, reading: &mut Reading) -> Result<(), ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let mut root = Root::open(&text)?;
    if root.element.name != "question_categories" {
        return Err(XmlError::IllFormed { at: 0, why: "questions.xml holds no categories".to_owned() }.into());
    }
    let mut categories = Vec::new();
    loop {
        match root.next() {
            Ok(Some(element)) => categories.push(element),
            Ok(None) => break,
            Err(error) if categories.is_empty() => return Err(error.into()),
            Err(error) => {
                reading.report("questions.xml", Problem::Broken(error.to_string()));
                break;
            }
        }
    }
    let names: HashMap<&str, (String, String)> = categories
        .iter()
        .filter_map(|one| Some((one.attribute("id")?, (value(one, "name"), value(one, "parent")))))
        .collect();
    let mut budget = Budget::default();
    for category in &categories {
        let path = path(category.attribute("id").unwrap_or_default(), &names);
        if !quiz(category, path, files, &mut budget, reading) {
            break;
        }
    }
    Ok(())
}

/// Reads a category, and says whether there is room for more.
fn quiz(category: &Element, path: String, files: &mut Files, budget: &mut Budget, reading: &mut Reading) -> bool {
    let description = text(category, "info", "infoformat").filter(|text| !text.is_empty());
    let idnumber = Some(value(category, "idnumber")).filter(|number| !number.is_empty());
    let name = Some(value(category, "name")).filter(|name| name != "top").unwrap_or_default();
    let found = Some(Category { path, description, idnumber, ..Category::default() });
    if !reading.begin(Quiz { name, category: found, ..Quiz::default() }, budget) {
        return false;
    }
    let rows = rows(category);
    let mut parts = kind::Parts::of(rows.iter().map(|row| row.question));
    let mut at = 0_usize;
    for row in rows.iter().filter(|row| !kind::is_part(row.question)) {
        let question = question(row, &mut parts, at, files, reading);
        at = at.saturating_add(1);
        if !reading.push(question, budget) {
            return false;
        }
    }
    true
}

/// A question, and its number at the school.
struct Row<'a> {
    question: &'a Element,
    idnumber: String,
}

/// The questions of a category in their last versions.
fn rows(category: &Element) -> Vec<Row<'_>> {
    let inside = |name: &str| category.child(name).into_iter().flat_map(Element::children);
    let plain = inside("questions").map(|question| Row { question, idnumber: value(question, "idnumber") });
    let entries = inside("question_bank_entries").filter_map(|entry| {
        let versions = entry.child("question_version").into_iter().flat_map(Element::children);
        let last = versions.max_by_key(|version| value(version, "version").parse::<u64>().unwrap_or(0))?;
        let question = last.child("questions")?.child("question")?;
        Some(Row { question, idnumber: value(entry, "idnumber") })
    });
    plain.chain(entries).filter(|row| value(row.question, "qtype") != "random").collect()
}

fn question(
    row: &Row<'_>,
    parts: &mut kind::Parts<'_>,
    at: usize,
    files: &mut Files,
    reading: &mut Reading,
) -> Question {
    let element = row.question;
    let id = element.attribute("id").unwrap_or_default();
    let name = value(element, "name");
    let place = place(at, &name);
    let mut asked = text(element, "questiontext", "questiontextformat").unwrap_or_default();
    asked.files = files.of("questiontext", id, &place, reading);
    let type_name = value(element, "qtype");
    let plugin = element.child(&format!("plugin_qtype_{type_name}_question"));
    if type_name == "multianswer" {
        asked.body = parts.fill(&asked.body, plugin);
    }
    let kind = match kind::kind(&type_name, plugin, &place, files, reading) {
        Kind::Cloze { .. } => Kind::Cloze { gaps: cloze::gaps(&asked.body) },
        kind => kind,
    };
    let mut question = Question::new(kind, asked);
    if let Kind::Unknown { name } = &question.kind {
        reading.report(
            &place,
            Problem::Question(format!("its kind is not known: {}", name.chars().take(80).collect::<String>())),
        );
        question.other.elements.extend(plugin.map(Raw::of));
    }
    let mut told = |element: &Element, name: &str| {
        let mut told = text(element, name, &format!("{name}format"))?;
        told.files = files.of(name, id, &place, reading);
        Some(told).filter(|text| !text.is_empty())
    };
    question.feedback = told(element, "generalfeedback");
    if let Some(options) = kind::options(&type_name, plugin) {
        question.right = told(options, "correctfeedback");
        question.partly = told(options, "partiallycorrectfeedback");
        question.wrong = told(options, "incorrectfeedback");
    }
    question.name = name;
    question.grade = number(element, "defaultmark");
    question.penalty = number(element, "penalty");
    question.hidden = (value(element, "hidden") == "1").then_some(true);
    question.idnumber = Some(row.idnumber.clone()).filter(|number| !number.is_empty());
    let hints = element.child("question_hints").into_iter().flat_map(Element::children);
    question.hints =
        hints.filter_map(|hint| text(hint, "hint", "hintformat")).filter(|hint| !hint.is_empty()).collect();
    let tags = element.child("tags").into_iter().flat_map(Element::children);
    question.tags = tags.map(|tag| value(tag, "rawname")).filter(|tag| !tag.is_empty()).collect();
    question
}

/// The path of a category from the top; one whose parents go in a circle begins somewhere in it.
fn path(id: &str, names: &HashMap<&str, (String, String)>) -> String {
    let mut parts = Vec::new();
    let (mut next, mut length) = (id, 0_usize);
    while let Some((name, parent)) = names.get(next).filter(|_| parts.len() < DEEPEST && length < LONGEST_PATH) {
        let name = name.chars().take(LONGEST_NAME).collect::<String>().replace('/', "//");
        length = length.saturating_add(name.len());
        parts.push(name);
        next = parent;
    }
    if parts.last().is_none_or(|top| top != "top") {
        parts.push("top".to_owned());
    }
    parts.push("$course$".to_owned());
    parts.reverse();
    parts.join("/")
}

/// The value of a column; empty where there is none.
pub(super) fn value(row: &Element, column: &str) -> String {
    const NULL: &str = "$@NULL@$";
    let value = row.child(column).map(Element::text).filter(|value| value != NULL);
    value.map(|value| value.trim().to_owned()).unwrap_or_default()
}

pub(super) fn number(row: &Element, column: &str) -> Option<Number> {
    Number::parse(&value(row, column)).and_then(|number| Number::parse(&number.plain()))
}

/// A text, whose format is a number in a column of its own.
pub(super) fn text(row: &Element, column: &str, format: &str) -> Option<Text> {
    row.child(column)?;
    let format = match value(row, format).as_str() {
        "0" => Some(Format::Moodle),
        "1" => Some(Format::Html),
        "2" => Some(Format::Plain),
        "4" => Some(Format::Markdown),
        _ => None,
    };
    Some(Text { format, ..Text::of(value(row, column)) })
}
