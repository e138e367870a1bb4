//! How a question of a backup is answered: each kind has its own tables.

use std::collections::HashMap;

use super::files::Files;
use super::questions::{number, text, value};
use crate::format::quiz::model::{Answer, Kind, Pair, Text};
use crate::format::quiz::report::Reading;
use crate::format::quiz::xml::Element;

/// Reads the tables of a kind.
pub(super) fn kind(
    name: &str,
    plugin: Option<&Element>,
    place: &str,
    files: &mut Files,
    reading: &mut Reading,
) -> Kind {
    let none = Element::default();
    let plugin = plugin.unwrap_or(&none);
    let own = options(name, Some(plugin)).unwrap_or(&none);
    let mut answers = || -> Vec<Answer> {
        let rows = plugin.child("answers").into_iter().flat_map(Element::children);
        rows.map(|row| answer(row, place, files, reading)).collect()
    };
    match name {
        "multichoice" => Kind::Choice {
            single: flag(own, "single"),
            shuffle: flag(own, "shuffleanswers"),
            numbering: Some(value(own, "answernumbering")).filter(|numbering| !numbering.is_empty()),
            answers: answers(),
        },
        "truefalse" => Kind::TrueFalse { answers: truth(plugin, own, answers()) },
        "shortanswer" => Kind::Short { case: flag(own, "usecase"), answers: answers() },
        "numerical" => Kind::Numerical { answers: numerical(plugin, answers()) },
        "match" => {
            let rows = plugin.child("matches").into_iter().flat_map(Element::children);
            let pairs = rows.map(|row| pair(row, place, files, reading)).collect();
            Kind::Matching { shuffle: flag(own, "shuffleanswers"), pairs }
        }
        "multianswer" => Kind::Cloze { gaps: Vec::new() },
        "essay" => Kind::Essay {
            lines: value(own, "responsefieldlines").parse().ok(),
            template: text(own, "responsetemplate", "responsetemplateformat").filter(|text| !text.is_empty()),
            grading: text(own, "graderinfo", "graderinfoformat").filter(|text| !text.is_empty()),
        },
        "ordering" => Kind::Ordering { answers: answers() },
        "description" => Kind::Description,
        name => Kind::Unknown { name: name.to_owned() },
    }
}

/// The row with what a kind says of a question as a whole.
pub(super) fn options<'a>(name: &str, plugin: Option<&'a Element>) -> Option<&'a Element> {
    plugin?.child(if name == "match" { "matchoptions" } else { name })
}

/// Whether a question is a gap of another.
pub(super) fn is_part(question: &Element) -> bool {
    !matches!(value(question, "parent").as_str(), "" | "0")
}

/// The questions that are gaps of others, by their numbers.
pub(super) struct Parts<'a>(HashMap<&'a str, &'a Element>);

impl<'a> Parts<'a> {
    pub(super) fn of(questions: impl Iterator<Item = &'a Element>) -> Self {
        let parts = questions.filter(|question| is_part(question));
        Self(parts.filter_map(|question| Some((question.attribute("id")?, question))).collect())
    }

    /// The text with its gaps in place of `{#1}`, `{#2}`; the gaps are questions of which a sequence of numbers tells. Each is shown
    /// once, so that the text does not grow without end.
    pub(super) fn fill(&mut self, text: &str, plugin: Option<&Element>) -> String {
        let row = plugin.and_then(|plugin| plugin.child("multianswer"));
        let sequence = row.map(|row| value(row, "sequence")).unwrap_or_default();
        let sequence: Vec<&str> = sequence.split(',').map(str::trim).collect();
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{#") {
            filled.push_str(before);
            let number = after.split_once('}').filter(|(number, _)| number.len() < 6);
            let at = number.and_then(|(number, _)| number.parse::<usize>().ok()?.checked_sub(1));
            let part = at.and_then(|at| self.0.remove::<str>(sequence.get(at)?));
            match (number, part) {
                (Some((_, after)), Some(part)) => {
                    filled.push_str(&value(part, "questiontext"));
                    rest = after;
                }
                _ => {
                    filled.push_str("{#");
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

fn answer(row: &Element, place: &str, files: &mut Files, reading: &mut Reading) -> Answer {
    let id = row.attribute("id").unwrap_or_default();
    let mut said = text(row, "answertext", "answerformat").unwrap_or_default();
    said.files = files.of("answer", id, place, reading);
    let mut feedback = text(row, "feedback", "feedbackformat").unwrap_or_default();
    feedback.files = files.of("answerfeedback", id, place, reading);
    // A backup has parts of one where files for people have percents.
    let fraction = number(row, "fraction").and_then(|fraction| fraction.percent());
    Answer { text: said, fraction, feedback: Some(feedback).filter(|text| !text.is_empty()), ..Answer::default() }
}

fn pair(row: &Element, place: &str, files: &mut Files, reading: &mut Reading) -> Pair {
    let mut asked = text(row, "questiontext", "questiontextformat").unwrap_or_default();
    asked.files = files.of("subquestion", row.attribute("id").unwrap_or_default(), place, reading);
    Pair { text: asked, answer: value(row, "answertext"), ..Pair::default() }
}

/// The answers are called in the site's language; the tables say which is which.
fn truth(plugin: &Element, own: &Element, answers: Vec<Answer>) -> Vec<Answer> {
    let rows = plugin.child("answers").into_iter().flat_map(Element::children);
    let ids = rows.map(|row| row.attribute("id").unwrap_or_default().to_owned());
    let (yes, no) = (value(own, "trueanswer"), value(own, "falseanswer"));
    let word = |id: &str| {
        if id == yes {
            Some("true")
        } else if id == no {
            Some("false")
        } else {
            None
        }
    };
    let rename = |(id, answer): (String, Answer)| match word(&id) {
        Some(word) => Answer { text: Text::of(word), ..answer },
        None => answer,
    };
    ids.zip(answers).map(rename).collect()
}

/// Tolerances stand in a table of their own, by the number of the answer.
fn numerical(plugin: &Element, answers: Vec<Answer>) -> Vec<Answer> {
    let records = plugin.child("numerical_records").into_iter().flat_map(Element::children);
    let tolerances: HashMap<String, _> = records.map(|row| (value(row, "answer"), number(row, "tolerance"))).collect();
    let rows = plugin.child("answers").into_iter().flat_map(Element::children);
    let tolerance = |row: &Element| tolerances.get(row.attribute("id")?).cloned().flatten();
    rows.map(tolerance).zip(answers).map(|(tolerance, answer)| Answer { tolerance, ..answer }).collect()
}

fn flag(row: &Element, column: &str) -> Option<bool> {
    match value(row, column).as_str() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}
