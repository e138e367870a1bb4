//! What Moodle XML and PRONOTE's dialect say is read, kept and written again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::format::quiz::Written;
use crate::format::quiz::model::*;
use crate::format::quiz::report::{LARGEST_TEXT, Loss, MOST_QUESTIONS, Problem, ReadError};
use crate::format::quiz::{Number, cloze, made};

const MOODLE: &str = include_str!("../../../../tests/quiz/moodle.xml");
const PRONOTE: &str = include_str!("../../../../tests/quiz/pronote.xml");

fn one(xml: &str) -> Quiz {
    let mut reading = read(xml.as_bytes()).unwrap();
    assert_eq!(reading.quizzes.len(), 1, "{reading:?}");
    reading.quizzes.remove(0)
}

#[test]
fn all_kinds_of_questions_are_read() {
    let quiz = one(MOODLE);
    assert_eq!(quiz.name, "Rome / Empire");
    let category = quiz.category.as_ref().unwrap();
    assert_eq!(category.path, "$course$/top/Histoire/Rome // Empire");
    assert_eq!(category.idnumber.as_deref(), Some("H-1"));
    let [choice, truth, short, number, matching, gaps, essay, order, text, unknown] = quiz.questions.as_slice() else {
        panic!("{} questions", quiz.questions.len());
    };
    let Kind::Choice { single: Some(true), shuffle: Some(true), answers, .. } = &choice.kind else {
        panic!("{choice:?}")
    };
    assert_eq!(answers[1].fraction.as_ref().map(Number::text), Some("-33.33333"));
    assert_eq!(answers[0].feedback.as_ref().map(|text| text.body.as_str()), Some("Oui."));
    assert_eq!(answers[1].feedback, None);
    assert_eq!(choice.text.files[0].name, "point.png");
    assert_eq!(choice.feedback.as_ref().unwrap().body, "<p>Le Tibre.</p>");
    assert_eq!(choice.tags, ["fleuves", "Antiquit\u{e9}"]);
    assert_eq!(choice.hints[0].body, "Il est en Italie.");
    assert!(choice.other.has("hint") && choice.other.has("showstandardinstruction"));
    assert!(matches!(&truth.kind, Kind::TrueFalse { answers } if answers[0].is_right() && !answers[1].is_right()));
    assert!(matches!(&short.kind, Kind::Short { case: Some(false), answers } if answers.len() == 2));
    let Kind::Numerical { answers } = &number.kind else { panic!("{number:?}") };
    assert!(answers[1].tolerance.as_ref().unwrap().is("10"));
    assert_eq!(number.other.elements.len(), 2);
    assert!(
        matches!(&matching.kind, Kind::Matching { pairs, .. } if pairs[2].text.is_empty() && pairs[2].answer == "Espagne")
    );
    assert!(matches!(&gaps.kind, Kind::Cloze { gaps } if gaps.len() == 2));
    assert!(matches!(&essay.kind, Kind::Essay { lines: Some(15), template: Some(_), grading: Some(_) }));
    assert!(matches!(&order.kind, Kind::Ordering { answers } if answers.len() == 3));
    assert_eq!(text.kind, Kind::Description);
    assert!(matches!(&unknown.kind, Kind::Unknown { name } if name == "ddwtos"));
    assert_eq!(unknown.other.attributes, [("kept".to_owned(), "yes".to_owned())]);
}

#[test]
fn a_file_of_pronote_says_subject_and_level() {
    let quiz = one(PRONOTE);
    assert_eq!(quiz.name, "R\u{e9}seaux & web");
    assert_eq!(quiz.subject.as_deref(), Some("SC.NUMERIQ.TECHNOL."));
    assert_eq!((quiz.level.as_deref(), quiz.numbering.as_deref()), (Some("2NDE"), Some("123")));
    assert_eq!(quiz.infos.elements[0].text(), "<duree>10</duree>");
    assert_eq!(quiz.category, None);
    assert!(quiz.questions[0].other.is_empty());
    assert!(quiz.questions[1].other.has("externallink") && quiz.questions[1].other.has("editeur"));
    assert!(matches!(&quiz.questions[2].kind, Kind::Cloze { gaps } if gaps.len() == 1));
}

#[test]
fn the_same_format_says_all_of_it_again() {
    for (xml, write) in [(MOODLE, write as fn(&[Quiz]) -> Written), (PRONOTE, write_pronote)] {
        let first = read(xml.as_bytes()).unwrap().quizzes;
        let written = write(&first);
        let again = read(written.text.as_bytes()).unwrap().quizzes;
        assert_eq!(again, first);
        assert_eq!(write(&again).text, written.text);
        assert!(written.lost.is_empty(), "{:?}", written.lost);
    }
}

#[test]
fn the_other_dialect_says_what_it_lost() {
    let lost = |written: Written| written.lost.into_iter().map(|lost| (lost.question, lost.what)).collect::<Vec<_>>();
    let moodle = lost(write(&[one(PRONOTE)]));
    assert_eq!(moodle, [(String::new(), Loss::Subject), (String::new(), Loss::Layout), (String::new(), Loss::Other)]);
    let pronote = lost(write_pronote(&[one(MOODLE)]));
    assert!(pronote.contains(&(String::new(), Loss::Category)));
    assert!(pronote.contains(&("2 (Vrai ou faux)".to_owned(), Loss::Unverified)), "{pronote:?}");
}

#[test]
fn pronotes_order_of_elements_is_kept() {
    let text = write_pronote(&[one(PRONOTE)]).text;
    let mut from = text.find("multichoice").unwrap();
    for name in [
        "<name>",
        "<questiontext ",
        "<externallink/>",
        "<usecase>",
        "<defaultgrade>",
        "<editeur>",
        "<single>",
        "<answer ",
    ] {
        from += text[from..].find(name).unwrap_or_else(|| panic!("{name} is not in its place: {text}"));
    }
    assert!(text.contains("<![CDATA[<infos><name>"));
}

#[test]
fn what_has_no_place_stays() {
    let odd = r#"<quiz version="2"><note>a</note><question type="multichoice" x="1"><name lang="fr"><text>N</text></name>
        <questiontext format="strange"><text>T</text><more/></questiontext><defaultgrade>ten</defaultgrade>
        <answer fraction="half" y="2"><text a="b">A</text><feedback>F</feedback><z>&lt;</z></answer>
        <penalty>0.1</penalty><penalty>0.2</penalty><file/></question></quiz>"#;
    let reading = read(odd.as_bytes()).unwrap();
    let question = &reading.quizzes[0].questions[0];
    assert_eq!((question.name.as_str(), question.text.body.as_str()), ("N", "T"));
    assert_eq!(question.kind.answers()[0].text.body, "A");
    assert_eq!(reading.reports.len(), 2, "{:?}", reading.reports);
    let text = write(&reading.quizzes).text;
    for kept in [
        "<quiz version=\"2\">",
        "<note>a</note>",
        "x=\"1\"",
        "<name lang=\"fr\"><text>N</text></name>",
        "<questiontext format=\"strange\"><text>T</text><more/></questiontext>",
        "<defaultgrade>ten</defaultgrade>",
        "fraction=\"half\"",
        "y=\"2\"",
        "<text a=\"b\">A</text>",
        "<z>&lt;</z>",
        "<penalty>0.1</penalty>",
        "<penalty>0.2</penalty>",
        "<file/>",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    assert_eq!(read(text.as_bytes()).unwrap().quizzes, reading.quizzes);
}

#[test]
fn what_breaks_off_is_read_so_far() {
    let at = MOODLE.find("<question type=\"shortanswer\"").unwrap();
    let reading = read(&MOODLE.as_bytes()[..at + 60]).unwrap();
    assert_eq!(reading.quizzes[0].questions.len(), 2);
    assert!(matches!(reading.reports[0].problem, Problem::Broken(_)));
}

#[test]
fn hostile_files_are_refused() {
    let bomb = "<!DOCTYPE quiz [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><quiz>&b;</quiz>";
    let deep = format!("<quiz>{}", "<a>".repeat(1000));
    let wide = format!("<quiz><a>{}</a></quiz>", "<b/>".repeat(500_001));
    let many: String = (0..65).map(|at| format!(" a{at}=\"\"")).collect();
    for bad in
        [bomb, &deep, &wide, &format!("<quiz><a{many}/></quiz>"), "", "<a", "<quiz><question", "<html/>", "<quiz></x>"]
    {
        assert!(read(bad.as_bytes()).is_err(), "{}", &bad[..bad.len().min(80)]);
    }
    let huge = vec![b'<'; LARGEST_TEXT + 1];
    assert!(matches!(read(&huge), Err(ReadError::TooLarge)));
}

#[test]
fn a_file_of_countless_questions_is_read_in_part() {
    let reading = read(format!("<quiz>{}</quiz>", "<question/>".repeat(MOST_QUESTIONS + 1)).as_bytes()).unwrap();
    assert_eq!(reading.quizzes[0].questions.len(), MOST_QUESTIONS);
    assert!(reading.reports.iter().any(|report| matches!(report.problem, Problem::Question(_))));
    let gap = format!("{{1:MC:{}}}", "~".repeat(90)).repeat(1000);
    let question = format!("<question type=\"cloze\"><questiontext><text>{gap}</text></questiontext></question>");
    let reading = read(format!("<quiz>{}</quiz>", question.repeat(5)).as_bytes()).unwrap();
    assert_eq!(reading.quizzes[0].questions.len(), 2);
    assert!(matches!(reading.reports[0].problem, Problem::Broken(_)));
}

proptest! {
    #[test]
    fn any_quiz_comes_back_from_moodle(quizzes in made::quizzes()) {
        let written = write(&quizzes);
        prop_assert_eq!(read(written.text.as_bytes()).unwrap().quizzes, quizzes);
    }

    #[test]
    fn any_quiz_comes_back_from_pronote(quizzes in made::quizzes()) {
        // A folder of a question bank, and numbers and formats left open, have no place there.
        let first = read(write_pronote(&quizzes).text.as_bytes()).unwrap().quizzes;
        let again = read(write_pronote(&first).text.as_bytes()).unwrap().quizzes;
        prop_assert_eq!(&again, &first);
        for (quiz, first) in quizzes.iter().zip(&first) {
            prop_assert_eq!(&quiz.name, &first.name);
            prop_assert_eq!(quiz.questions.len(), first.questions.len());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
        let _ = read(&[b"<quiz><question type=\"multichoice\">".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_damage_is_read_or_refused(at in 0..MOODLE.len(), bytes in proptest::collection::vec(any::<u8>(), 0..8)) {
        let mut damaged = MOODLE.as_bytes().to_vec();
        damaged.splice(at..(at + bytes.len()).min(damaged.len()), bytes);
        if let Ok(reading) = read(&damaged) {
            let written = write(&reading.quizzes);
            prop_assert_eq!(read(written.text.as_bytes()).unwrap().quizzes, reading.quizzes);
        }
    }
}

#[test]
fn gaps_of_a_question_are_those_of_its_text() {
    let quiz = one(MOODLE);
    let question = &quiz.questions[5];
    assert_eq!(question.kind, Kind::Cloze { gaps: cloze::gaps(&question.text.body) });
}
