//! The pages say what they must, and nothing in them runs or loads.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::format::quiz::model::{Answer, File, Format};
use crate::format::quiz::{gift, made, moodle};

const MOODLE: &[u8] = include_bytes!("../../../../tests/quiz/moodle.xml");

fn moodle_quiz() -> Vec<Quiz> {
    moodle::read(MOODLE).unwrap().quizzes
}

fn text(html: &str) -> Text {
    Text { format: Some(Format::Html), ..Text::of(html) }
}

/// The page of one question, and what it lost.
fn page_of(asked: Text) -> (String, Vec<Loss>) {
    let question = Question::new(Kind::Essay { lines: None, template: None, grading: None }, asked);
    let written = write(&[Quiz { questions: vec![question], ..Quiz::default() }], Page::Questions, Lang::En);
    let said = written.text.split("id=\"q1t\">").nth(1).unwrap().split("</div>\n<textarea").next().unwrap().to_owned();
    (said, written.lost.into_iter().map(|lost| lost.what).collect())
}

#[test]
fn the_page_of_questions_gives_nothing_away() {
    let written = write(&moodle_quiz(), Page::Questions, Lang::Fr);
    for secret in ["Oui.", "Le Tibre.", "Fleuve", "Trois dates", "Octav", "476", "(100", "checked"] {
        assert!(!written.text.contains(secret), "{secret}: {}", written.text);
    }
    for said in
        ["Rome / Empire", "Quel fleuve traverse Rome", "le Tibre", "Vrai", "Question 9", "Une seule r\u{e9}ponse"]
    {
        assert!(written.text.contains(said), "{said}");
    }
    assert!(written.text.contains("(Gr\u{e8}ce / Italie)"));
    assert!(!written.text.contains("{1:"));
    assert_eq!(written.lost.len(), 1, "{:?}", written.lost);
    assert_eq!(written.lost[0].what, Loss::Question);
}

#[test]
fn the_page_of_answers_tells_all() {
    let text = write(&moodle_quiz(), Page::Answers, Lang::Fr).text;
    for said in [
        "corrig\u{e9}",
        "Fleuve",
        "juste (100",
        "faux (\u{2212}33,33333",
        "Oui.",
        "Octav*",
        "\u{e0} 10 pr\u{e8}s",
        "Italie",
        "ne va avec rien",
        "<strong class=\"mark right\">[Italie]</strong>",
        "Trois dates au moins.",
        "Il est en Italie.",
        "vrai PRONOTE",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.contains("data:image/png;base64,iVBORw0KGgo"));
}

#[test]
fn a_page_can_be_heard() {
    for page in [Page::Questions, Page::Answers] {
        let text = write(&moodle_quiz(), page, Lang::Fr).text;
        assert!(text.starts_with("<!DOCTYPE html>\n<html lang=\"fr\">"));
        assert_eq!((text.matches("<h1>").count(), text.matches("<main>").count()), (1, 1));
        for label in text.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            for id in label.split(' ') {
                assert_eq!(text.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
            }
        }
        for id in text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(text.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
        }
        for field in text.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()) {
            let id = field.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(field.contains("aria-label") || text.contains(&format!("<label for=\"{id}\"")), "{field}");
        }
    }
}

#[test]
fn nothing_of_a_text_runs_or_loads() {
    for (bad, loss) in [
        ("<script>alert(1)</script>a", Some(Loss::Html)),
        ("<p onclick=\"alert(1)\">a</p>", Some(Loss::Html)),
        ("<img src=x onerror=alert(1)>a", Some(Loss::Html)),
        ("<svg><script>alert(1)</script></svg>a", Some(Loss::Html)),
        ("<a href=\"javascript:alert(1)\">a</a>", None),
        ("<a href=\"data:text/html,alert(1)\">a</a>", None),
        ("<img src=\"https://exemple.invalid/alert(1).png\">a", Some(Loss::RemotePicture)),
        ("<img src=\"//exemple.invalid/alert(1).png\">a", None),
        ("<img src=\"data:image/svg+xml;base64,PHN2Zz5hbGVydCgxKQ==\">a", Some(Loss::RemotePicture)),
        ("<img src=\"data:image/png;base64,PHN2Zz5hbGVydCgxKQ==\">a", Some(Loss::RemotePicture)),
        ("<p style=\"background:url(alert(1))\">a</p>", None),
        ("<style>alert(1)</style>a", Some(Loss::Html)),
        ("<iframe src=\"alert(1)\"></iframe>a", Some(Loss::Html)),
        ("<form action=\"alert(1)\"><input></form>a", Some(Loss::Html)),
        ("<!-- alert(1) -->a", None),
        ("<h1 id=\"q1\" class=\"alert(1)\">a</h1>", None),
    ] {
        let (said, lost) = page_of(text(bad));
        assert!(!said.contains("alert(1)"), "{bad}: {said}");
        assert!(said.contains('a'), "{bad}: {said}");
        assert!(loss.is_none_or(|loss| lost.contains(&loss)), "{bad}: {lost:?}");
    }
    let (said, _) = page_of(Text { format: Some(Format::Plain), ..Text::of("<script>&\n\"") });
    assert_eq!(said, "&lt;script&gt;&amp;<br>&quot;");
}

#[test]
fn names_are_words() {
    let evil = "<script>\"&";
    let question = Question {
        name: evil.to_owned(),
        ..Question::new(Kind::Essay { lines: None, template: None, grading: None }, Text::of("a"))
    };
    let quiz = Quiz {
        name: evil.to_owned(),
        subject: Some(evil.to_owned()),
        level: Some(evil.to_owned()),
        questions: vec![question],
        ..Quiz::default()
    };
    let written = write(&[quiz], Page::Answers, Lang::En);
    assert!(!written.text.contains("<script>"));
    assert_eq!(written.text.matches("&lt;script&gt;&quot;&amp;").count(), 5);
}

#[test]
fn a_gap_in_an_attribute_is_no_gap() {
    let body = "<p><img alt=\"{1:SA:=x}\"> {1:MC:=<script>y</script>b~\"><i>z} <a title='{1:SA:=\"}'>c</a></p>";
    let question = Question::new(Kind::Cloze { gaps: Vec::new() }, text(body));
    for page in [Page::Questions, Page::Answers] {
        let written = write(&[Quiz { questions: vec![question.clone()], ..Quiz::default() }], page, Lang::En).text;
        assert!(written.contains("<img alt=\"\">") && written.contains("title=\"\""), "{written}");
        assert!(!written.contains("<script>") && !written.contains("<i>"), "{written}");
    }
}

#[test]
fn pictures_are_in_the_page_and_other_files_are_lost() {
    let picture = File { name: "a b.png".to_owned(), path: None, base64: "iVBORw0KGgoAAAAN".to_owned() };
    let sound = File { name: "c.mp3".to_owned(), path: None, base64: "SUQzBAAAAAAAAAAA".to_owned() };
    let body = "<img src=\"@@PLUGINFILE@@/a%20b.png?time=1\" alt=\"x\"><audio src=\"@@PLUGINFILE@@/c.mp3\"></audio>";
    let (said, lost) = page_of(Text { files: vec![picture, sound], ..text(body) });
    assert!(said.contains("<img src=\"data:image/png;base64,iVBORw0KGgoAAAAN\" alt=\"x\">"), "{said}");
    assert!(!said.contains("PLUGINFILE"), "{said}");
    assert_eq!(lost, [Loss::File]);
}

#[test]
fn mixed_answers_stand_in_one_order() {
    let words = ["a", "b", "c", "d", "e"];
    let of = |words: &[&str]| {
        let answers = words.iter().map(|word| Answer { text: Text::of(*word), ..Answer::default() }).collect();
        let kind = Kind::Choice { single: Some(true), shuffle: Some(true), numbering: None, answers };
        write(
            &[Quiz { questions: vec![Question::new(kind, Text::of("q"))], ..Quiz::default() }],
            Page::Questions,
            Lang::En,
        )
        .text
    };
    let turned: Vec<&str> = words.iter().rev().copied().collect();
    assert_eq!(of(&words), of(&turned));
}

#[test]
fn what_takes_long_to_clean_is_shown_as_it_is() {
    let deep = "<div>".repeat(20_000);
    let wide: String = (0..1000).map(|at| format!("<b title=\"{at}\">")).collect::<String>() + &"<p>a".repeat(5000);
    for body in [deep, wide] {
        let (said, lost) = page_of(text(&body));
        assert!(said.starts_with("&lt;"), "{}", &said[..said.len().min(80)]);
        assert_eq!(lost, [Loss::Html]);
    }
    let many = vec![Question::new(Kind::Description, text(&"<div>".repeat(5000))); 8];
    let written = write(&[Quiz { questions: many, ..Quiz::default() }], Page::Questions, Lang::En);
    assert!(written.lost.len() >= 2);
}

proptest! {
    #[test]
    fn any_quiz_becomes_pages(quizzes in made::quizzes()) {
        for page in [Page::Questions, Page::Answers] {
            let written = write(&quizzes, page, Lang::Fr);
            prop_assert!(written.text.ends_with("</html>\n"));
        }
    }

    #[test]
    fn any_html_is_cleaned(body in "(<(script|img|a|p|b|svg|math|style)( (src|href|onload|style)=[\"']?(javascript:|data:|x)?alert[\"']?)?>|</(p|script|svg)>|[a-z&;<>\"' ]){0,12}") {
        let (said, _) = page_of(text(&body));
        prop_assert!(!said.contains("<script") && !said.contains("<svg") && !said.contains("<style"), "{}", said);
        for tag in said.split('<').skip(1).filter_map(|tag| tag.split('>').next()) {
            prop_assert!(!tag.contains("onload") && !tag.contains("alert"), "{}", said);
        }
    }

    #[test]
    fn any_text_with_gaps_is_shown(gift in "[{}:=~#%A-C1<>\"' ]{0,40}") {
        let question = Question::new(Kind::Cloze { gaps: Vec::new() }, text(&format!("{{1:SA:={gift}}} {gift}")));
        let _ =         write(&[Quiz { questions: vec![question], ..Quiz::default() }], Page::Answers, Lang::Fr);
    }
}

#[test]
fn gift_becomes_pages() {
    let quizzes = gift::read(include_bytes!("../../../../tests/quiz/sample.gift")).unwrap().quizzes;
    let written = write(&quizzes, Page::Answers, Lang::Fr);
    assert!(written.lost.is_empty(), "{:?}", written.lost);
    assert!(written.text.contains("\u{e0} 0,5 pr\u{e8}s"));
}
