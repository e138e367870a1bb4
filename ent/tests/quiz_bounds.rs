//! Hostile files of quizzes: whatever they hold, reading and writing them takes time and memory in proportion to their length.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use cartable_ent::format::quiz::html::{Lang, Page};
use cartable_ent::format::quiz::{self, gift, html, moodle};

/// The length of each file, in bytes: what grows with its square would take hours.
const LENGTH: usize = 64 << 10;
/// Enough for a slow machine without optimisation, and too little for anything that is not linear.
const LIMIT: Duration = Duration::from_secs(60);

fn repeated(piece: &str) -> String {
    piece.repeat(LENGTH / piece.len())
}

/// Reads a file in every way, and writes what was read in every format.
fn all(name: &str, text: &str) {
    let began = Instant::now();
    let bytes = text.as_bytes();
    let readings = [moodle::read(bytes), gift::read(bytes)];
    for reading in readings.into_iter().flatten() {
        let quizzes = quiz::merge(reading.quizzes);
        let written = [
            moodle::write(&quizzes),
            moodle::write_pronote(&quizzes),
            gift::write(&quizzes),
            html::write(&quizzes, Page::Questions, Lang::Fr),
            html::write(&quizzes, Page::Answers, Lang::En),
        ];
        for written in written {
            assert!(written.text.len() < 100 * LENGTH, "{name} grows to {}", written.text.len());
        }
    }
    assert!(began.elapsed() < LIMIT, "{name} took {:?}", began.elapsed());
}

/// A question of Moodle XML with these elements, and this text.
fn question(kind: &str, inside: &str, text: &str) -> String {
    let text = format!("<questiontext format=\"html\"><text><![CDATA[{text}]]></text></questiontext>");
    format!("<quiz><question type=\"{kind}\">{text}{inside}</question></quiz>")
}

#[test]
fn xml_takes_time_in_proportion() {
    let answer = "<answer fraction=\"x\"/>";
    for piece in ["<a/>", "<a>", "<a b=\"c\"/>", "&amp;", "&x;", "&", "]]>", "<!-- -->", "<?a?>", "<question/>", answer]
    {
        all(piece, &format!("<quiz>{}</quiz>", repeated(piece)));
        all(piece, &question("multichoice", &repeated(piece), "a"));
    }
    let named = "<question type=\"essay\"><name><text>a</text></name></question>";
    for piece in ["<question type=\"category\"/>", named] {
        all(piece, &format!("<quiz>{}</quiz>", repeated(piece)));
    }
    let tags = repeated("<tag><text>a</text></tag>");
    all("tags", &question("essay", &format!("<tags>{tags}</tags>"), "a"));
    all("attributes", &format!("<quiz><question {}/></quiz>", repeated("a=\"b\" ")));
}

#[test]
fn texts_take_time_in_proportion() {
    let picture = "<img src=\"data:image/png;base64,iVBORw0KGgo";
    for piece in ["&", "\0", "{1:SA:", "{1:SA:a}", "{1:MC:~", "{", "}", "~", "\\", "\u{e000}"] {
        all(piece, &question("cloze", "", &repeated(piece)));
    }
    for piece in
        ["@@PLUGINFILE@@/a", "<b>", "<div>", "<p><b a=1>", "<table><tr><td>", "<", "&", picture, "<!--", "<p>a</p>\n"]
    {
        all(piece, &question("description", "", &repeated(piece)));
    }
}

#[test]
fn gift_takes_time_in_proportion() {
    for piece in ["a\n\n", "a {=b}\n\n", "$CATEGORY:a\n", "// [id:", "//\n", "[tag:a]", "a {#1..2}\n\n", "\n", "a\n"] {
        all(piece, &repeated(piece));
    }
    for piece in ["&", "=", "~", "{", "}", "{}", "#", "####", "::", ":", "\\", "\\n", "->", "%1%", "[html]", "=a->b "] {
        all(piece, &repeated(piece));
        all(piece, &format!("a {{=b {} }}", repeated(piece)));
    }
}
