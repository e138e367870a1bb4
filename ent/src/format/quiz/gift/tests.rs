//! What GIFT says is read, and written again whole.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::format::quiz::model::*;
use crate::format::quiz::report::{LARGEST_TEXT, Loss, MOST_QUESTIONS, Problem, ReadError};
use crate::format::quiz::{Number, made, moodle};

const SAMPLE: &str = include_str!("../../../../tests/quiz/sample.gift");

fn one(text: &str) -> Question {
    let reading = read(text.as_bytes()).unwrap();
    assert!(reading.reports.is_empty(), "{:?}", reading.reports);
    reading.quizzes.into_iter().flat_map(|quiz| quiz.questions).next().unwrap()
}

fn said(question: &Question) -> Vec<(&str, &str)> {
    let answers = question.kind.answers().iter();
    answers.map(|answer| (answer.text.body.as_str(), answer.fraction.as_ref().map_or("", Number::text))).collect()
}

fn told(answer: &Answer) -> &str {
    answer.feedback.as_ref().map_or("", |text| text.body.as_str())
}

#[test]
fn all_kinds_of_questions_are_read() {
    let reading = read(SAMPLE.as_bytes()).unwrap();
    assert!(reading.reports.is_empty(), "{:?}", reading.reports);
    let [quiz] = reading.quizzes.as_slice() else { panic!("{reading:?}") };
    assert_eq!(quiz.name, "Histoire");
    let questions = &quiz.questions;
    assert_eq!(questions.len(), 13);
    let river = &questions[0];
    assert_eq!((river.name.as_str(), river.idnumber.as_deref()), ("Fleuve", Some("H-1")));
    assert_eq!(river.tags, ["fleuves", "a]b"]);
    assert_eq!(river.text.body, "<p>Quel fleuve traverse Rome : lequel ?</p>");
    assert_eq!(river.text.format, Some(Format::Html));
    assert_eq!(river.feedback, Some(Text::of("Voir la carte.")));
    assert!(matches!(river.kind, Kind::Choice { single: Some(true), .. }));
    assert_eq!(said(river), [("le Tibre", "100"), ("le Rhin", "-33.33333"), ("la Seine", "")]);
    assert_eq!(river.kind.answers()[2].feedback.as_ref().unwrap().format, Some(Format::Html));
    assert!(matches!(questions[1].kind, Kind::Choice { single: Some(false), .. }));
    assert_eq!(said(&questions[2]), [("true", "100"), ("false", "0")]);
    assert_eq!([told(&questions[2].kind.answers()[0]), told(&questions[2].kind.answers()[1])], ["Oui.", "Si."]);
    assert_eq!(said(&questions[3]), [("true", "0"), ("false", "100")]);
    assert_eq!(said(&questions[4]), [("Auguste", "100"), ("Octave=Octavien", "50")]);
    assert_eq!(questions[5].kind.answers()[0].tolerance.as_ref().map(Number::text), Some("2"));
    assert_eq!(said(&questions[6]), [("3.5", "100")]);
    assert_eq!(said(&questions[7]), [("476", "100"), ("476", "50"), ("*", "0")]);
    let Kind::Matching { pairs, .. } = &questions[8].kind else { panic!("{:?}", questions[8]) };
    assert_eq!((pairs[1].text.body.as_str(), pairs[1].answer.as_str()), ("Ath\u{e8}nes", "Gr\u{e8}ce"));
    assert_eq!(pairs[2].text.body, "%50%x");
    assert_eq!(questions[9].text.body, "Rome est la capitale de _____ depuis 1871.");
    assert_eq!(questions[10].text.body, "Racontez,\nen deux lignes.");
    assert!(matches!(questions[10].kind, Kind::Essay { .. }));
    assert_eq!(questions[11].text.body, "La suite\nest facile : {ici} \\ \\frac12.");
    assert_eq!(questions[12].text.body, "// pas une remarque");
}

#[test]
fn the_sample_is_said_again_whole() {
    let first = read(SAMPLE.as_bytes()).unwrap().quizzes;
    let written = write(&first);
    assert!(written.lost.is_empty(), "{:?}", written.lost);
    assert_eq!(read(written.text.as_bytes()).unwrap().quizzes, first);
}

#[test]
fn what_can_not_be_understood_is_reported_and_the_rest_is_read() {
    let text = "a {=b\n\n::c {=d}\n\ne {#x}\n\nf {=g -> h =i}\n\nj {#4..3}\n\ngood {=k}\n";
    let reading = read(text.as_bytes()).unwrap();
    assert_eq!(reading.reports.len(), 5, "{:?}", reading.reports);
    assert!(reading.reports.iter().all(|report| matches!(report.problem, Problem::Question(_))));
    assert_eq!(reading.quizzes[0].questions.len(), 1);
}

#[test]
fn signs_keep_their_place() {
    for body in ["[html]x", "//x", "$CATEGORY: x", "::x::", "a{b}c=d~e#f\\g:h", "\\n", "%50%x", "####", "T", " x "] {
        let question = Question::new(Kind::Short { case: None, answers: vec![right(body)] }, Text::of(body));
        let written = write(&[Quiz { questions: vec![question], ..Quiz::default() }]);
        let read = one(&written.text);
        assert_eq!(read.text.body, body.trim(), "{}", written.text);
        assert_eq!(said(&read)[0].0, body.trim(), "{}", written.text);
    }
}

fn right(body: &str) -> Answer {
    Answer { text: Text::of(body), fraction: Number::parse("100"), ..Answer::default() }
}

#[test]
fn what_gift_can_not_say_is_named() {
    let quizzes = moodle::read(include_bytes!("../../../../tests/quiz/moodle.xml")).unwrap().quizzes;
    let written = write(&quizzes);
    let lost = |begin: &str| -> Vec<Loss> {
        written.lost.iter().filter(|lost| lost.question.starts_with(begin)).map(|lost| lost.what).collect()
    };
    let mut first = lost("1 ");
    first.sort();
    assert_eq!(first, [Loss::Layout, Loss::Grade, Loss::Feedback, Loss::Hints, Loss::File, Loss::Other]);
    assert_eq!(lost("6 (Trous)"), [Loss::Question]);
    assert_eq!(lost("8 (Ordre)"), [Loss::Question]);
    assert_eq!(lost("10 (Inconnue)"), [Loss::Question]);
    assert_eq!(lost("4 (Nombre)"), [Loss::Other]);
    assert_eq!(read(written.text.as_bytes()).unwrap().quizzes[0].questions.len(), 7);
}

#[test]
fn hostile_texts_are_bounded() {
    assert!(matches!(read(&vec![b'a'; LARGEST_TEXT + 1]), Err(ReadError::TooLarge)));
    let reading = read("a\n\n".repeat(MOST_QUESTIONS + 5).as_bytes()).unwrap();
    assert_eq!(reading.quizzes[0].questions.len(), MOST_QUESTIONS);
    let reading = read("$CATEGORY:a\n".repeat(MOST_QUESTIONS + 5).as_bytes()).unwrap();
    assert_eq!(reading.quizzes.len(), MOST_QUESTIONS);
    let reading = read(format!("//{}\na{{}}", "[tag:a]".repeat(300)).as_bytes()).unwrap();
    assert_eq!(reading.quizzes[0].questions[0].tags.len(), 200);
    for question in
        [format!("a{{{}}}", "~".repeat(5000)), "a".repeat((1 << 20) + 1), format!("{{{}", "{".repeat(1 << 19))]
    {
        let reading = read(question.as_bytes()).unwrap();
        assert!(matches!(reading.reports[0].problem, Problem::Question(_)));
    }
}

/// Texts made of what means something in GIFT.
fn gift() -> impl Strategy<Value = String> {
    let signs = [
        "=",
        "~",
        "#",
        "{",
        "}",
        ":",
        "::",
        "\\",
        "\\n",
        "->",
        "%50%",
        "%100%",
        "####",
        "T",
        "3",
        "..",
        ":0.1",
        "*",
        " ",
        "\n",
        "\n\n",
        "// [tag:x]\n",
        "[html]",
        "[moodle]",
        "a",
        "\u{e9}",
        "$CATEGORY: a/b\n",
        "{=",
        "{~",
        "{#",
        "{}",
        "{T}",
        "\t",
        "//",
    ];
    proptest::collection::vec(proptest::sample::select(signs.to_vec()), 0..40).prop_map(|signs| signs.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_gift_is_said_again_whole(text in gift()) {
        let first = read(text.as_bytes()).unwrap().quizzes;
        let written = write(&first);
        let again = read(written.text.as_bytes()).unwrap();
        prop_assert_eq!(&again.quizzes, &first, "{}", written.text);
        prop_assert!(written.lost.is_empty(), "{:?} {}", written.lost, written.text);
        prop_assert!(again.reports.is_empty());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes).unwrap();
    }

    #[test]
    fn any_quiz_is_written_so_that_it_can_be_read(quizzes in made::quizzes()) {
        let written = write(&quizzes);
        let again = read(written.text.as_bytes()).unwrap();
        prop_assert!(again.reports.is_empty(), "{:?} {}", again.reports, written.text);
        let omitted = written.lost.iter().filter(|lost| lost.what == Loss::Question).count();
        let count = |quizzes: &[Quiz]| quizzes.iter().map(|quiz| quiz.questions.len()).sum::<usize>();
        prop_assert_eq!(count(&again.quizzes).saturating_add(omitted), count(&quizzes), "{}", written.text);
    }
}
