//! Made-up quizzes for tests that ask whether anything comes back.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::model::*;
use super::raw::{Other, Raw};
use super::{Number, cloze};

/// Quizzes that Moodle XML can say whole.
pub(super) fn quizzes() -> impl Strategy<Value = Vec<Quiz>> {
    vec(quiz(), 1..3)
}

fn quiz() -> impl Strategy<Value = Quiz> {
    ("[a-z\u{e9}]{0,8}", option::of(text()), option::of(word()), vec(question(), 0..4)).prop_map(
        |(name, description, idnumber, questions)| {
            let path = if name.is_empty() { String::new() } else { format!("$course$/top/{name}") };
            let category = Category { path, description, idnumber, other: Other::default() };
            Quiz { name, category: Some(category), questions, ..Quiz::default() }
        },
    )
}

/// Any question.
pub(super) fn question() -> impl Strategy<Value = Question> {
    let texts = (option::of(text()), option::of(text()), vec(text(), 0..2));
    let small =
        (option::of(number()), option::of(number()), option::of(word()), vec(words(), 0..3), any::<Option<bool>>());
    (option::of(words()), option::of(text()), kind(), texts, small, other()).prop_map(
        |(name, text, kind, (feedback, right, hints), (grade, penalty, idnumber, tags, hidden), other)| {
            let text = text.unwrap_or_default();
            let kind = if let Kind::Cloze { .. } = kind { Kind::Cloze { gaps: cloze::gaps(&text.body) } } else { kind };
            let name = name.unwrap_or_default();
            Question {
                name,
                feedback,
                right,
                hints,
                grade,
                penalty,
                idnumber,
                tags,
                hidden,
                other,
                ..Question::new(kind, text)
            }
        },
    )
}

fn kind() -> impl Strategy<Value = Kind> {
    let answers = || vec(answer(), 0..4);
    prop_oneof![
        (any::<Option<bool>>(), any::<Option<bool>>(), option::of(word()), answers())
            .prop_map(|(single, shuffle, numbering, answers)| Kind::Choice { single, shuffle, numbering, answers }),
        answers().prop_map(|answers| Kind::TrueFalse { answers }),
        (any::<Option<bool>>(), answers()).prop_map(|(case, answers)| Kind::Short { case, answers }),
        vec((answer(), option::of(number())), 0..3).prop_map(|answers| Kind::Numerical {
            answers: answers.into_iter().map(|(answer, tolerance)| Answer { tolerance, ..answer }).collect()
        }),
        (any::<Option<bool>>(), vec(pair(), 0..3)).prop_map(|(shuffle, pairs)| Kind::Matching { shuffle, pairs }),
        Just(Kind::Cloze { gaps: Vec::new() }),
        (any::<Option<u32>>(), option::of(text()), option::of(text()))
            .prop_map(|(lines, template, grading)| Kind::Essay { lines, template, grading }),
        answers().prop_map(|answers| Kind::Ordering { answers }),
        Just(Kind::Description),
        "x[a-z]{0,5}".prop_map(|name| Kind::Unknown { name }),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    (option::of(text()), option::of(number()), option::of(text()), other()).prop_map(
        |(text, fraction, feedback, other)| Answer {
            text: text.unwrap_or_default(),
            fraction,
            feedback,
            other,
            tolerance: None,
        },
    )
}

fn pair() -> impl Strategy<Value = Pair> {
    (option::of(text()), option::of(words()), other()).prop_map(|(text, answer, other)| Pair {
        text: text.unwrap_or_default(),
        answer: answer.unwrap_or_default(),
        other,
    })
}

/// A text that is not empty, of any signs that XML can hold.
pub(super) fn text() -> impl Strategy<Value = Text> {
    let format = option::of(proptest::sample::select(Format::ALL.as_slice()));
    (words(), format, vec(file(), 0..2)).prop_map(|(body, format, files)| Text { body, format, files })
}

fn file() -> impl Strategy<Value = File> {
    ("[a-z &<\"]{1,8}", option::of("/[a-z]{1,5}/"), vec(any::<u8>(), 0..9)).prop_map(|(name, path, bytes)| File {
        name,
        path,
        base64: data_encoding::BASE64.encode(&bytes),
    })
}

/// What a file may say more, under names that nobody knows.
fn other() -> impl Strategy<Value = Other> {
    let attributes =
        option::of(words()).prop_map(|value| value.map(|value| ("odd".to_owned(), value)).into_iter().collect());
    let element = ("u[a-z]{0,4}", words()).prop_map(|(name, text)| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;");
        Raw::try_from(format!("<{name} a=\"1\">{text}<v/></{name}>")).ok()
    });
    (attributes, vec(element, 0..2))
        .prop_map(|(attributes, elements)| Other { attributes, elements: elements.into_iter().flatten().collect() })
}

fn number() -> impl Strategy<Value = Number> {
    "-?[0-9]{1,4}(\\.[0-9]{1,5})?".prop_filter_map("a number", |text| Number::parse(&text))
}

fn word() -> impl Strategy<Value = String> {
    "[a-z0-9&<]{1,6}"
}

fn words() -> impl Strategy<Value = String> {
    "[ -~\u{e9}\u{20ac}\n\t\r]{0,20}[!-~\u{e9}]"
}
