//! How a question of Moodle XML is answered.

use super::take;
use crate::format::quiz::cloze;
use crate::format::quiz::model::{Answer, Kind, Pair, Text};
use crate::format::quiz::number::Number;
use crate::format::quiz::raw::Other;
use crate::format::quiz::report::{Problem, Reading};
use crate::format::quiz::xml::Element;

/// Takes out of a question what its kind knows.
pub(super) fn kind(type_name: &str, element: &mut Element, text: &Text, place: &str, reading: &mut Reading) -> Kind {
    match type_name {
        "multichoice" => Kind::Choice {
            single: take::flag(element, "single"),
            shuffle: take::flag(element, "shuffleanswers"),
            numbering: take::scalar(element, "answernumbering"),
            answers: answers(element, false, place, reading),
        },
        "truefalse" => Kind::TrueFalse { answers: answers(element, false, place, reading) },
        "shortanswer" => {
            let case = take::flag(element, "usecase");
            Kind::Short { case, answers: answers(element, false, place, reading) }
        }
        "numerical" => Kind::Numerical { answers: answers(element, true, place, reading) },
        "matching" => {
            let shuffle = take::flag(element, "shuffleanswers");
            let pairs = element.take_children("subquestion").into_iter().map(|child| pair(child, place, reading));
            Kind::Matching { shuffle, pairs: pairs.collect() }
        }
        "cloze" | "multianswer" => Kind::Cloze { gaps: cloze::gaps(&text.body) },
        "essay" => Kind::Essay {
            lines: take::scalar_as(element, "responsefieldlines", |text| text.parse().ok()),
            template: take::text(element, "responsetemplate", place, reading),
            grading: take::text(element, "graderinfo", place, reading),
        },
        "ordering" => Kind::Ordering { answers: answers(element, false, place, reading) },
        "description" => Kind::Description,
        name => Kind::Unknown { name: name.to_owned() },
    }
}

fn answers(element: &mut Element, tolerance: bool, place: &str, reading: &mut Reading) -> Vec<Answer> {
    let answers = element.take_children("answer");
    answers.into_iter().map(|child| answer(child, tolerance, place, reading)).collect()
}

fn answer(mut element: Element, tolerance: bool, place: &str, reading: &mut Reading) -> Answer {
    let fraction = element.take_attribute("fraction", Number::parse);
    if let Some(wrong) = element.attribute("fraction") {
        reading.report(place, Problem::Value(format!("fraction: {}", take::shortened(wrong))));
    }
    let tolerance = if tolerance { take::number(&mut element, "tolerance", place, reading) } else { None };
    let feedback = take::text(&mut element, "feedback", place, reading);
    let text = take::text_inside(&mut element, place, reading);
    Answer { text, fraction, tolerance, feedback, other: Other::rest(element) }
}

fn pair(mut element: Element, place: &str, reading: &mut Reading) -> Pair {
    let answer = take::words(&mut element, "answer", place, reading).unwrap_or_default();
    let text = take::text_inside(&mut element, place, reading);
    Pair { text, answer, other: Other::rest(element) }
}
