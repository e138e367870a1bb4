//! Quizzes: each in the formats that PRONOTE, Moodle and others import, as a page to print and one with the answers; by school year
//! and subject, and again by level.
//!
//! What a format can't say of a quiz stands in a page beside it, so that nobody finds out in class.

mod loss;

use maud::Markup;

use super::name::{Names, safe, title};
use super::page::{page, table};
use super::unit::{BY_LEVEL, NO_SUBJECT, Unit};
use super::{Body, Kept, Lang, ViewFile};
use crate::format::quiz::{Lost, Quiz, Written, gift, html, moodle};
use crate::record::Record;

pub(super) fn files(unit: &Unit, kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let by_level = unit.parts.first().is_some_and(|part| part == BY_LEVEL);
    let all: Vec<(&Kept, &Quiz)> = kept.iter().filter_map(|kept| Some((*kept, quiz(kept)?))).collect();
    let mut names = Names::default();
    for (kept, quiz) in &all {
        let subject = safe(quiz.subject.as_deref().unwrap_or(NO_SUBJECT));
        let mut folders = vec![kept.year_folder(lang), subject];
        if let Some(level) = quiz.level.as_deref().filter(|_| by_level) {
            folders.splice(..1, [lang.say("folder-by-level"), safe(level)]);
        }
        names.want(kept.id(), folders.iter().map(String::as_str), &title(&quiz.name));
    }
    let paths = names.give();
    let of = |(kept, quiz): &(&Kept, &Quiz)| {
        let path = paths.get(&kept.id()).cloned().unwrap_or_default();
        one(kept, quiz, &path, lang)
    };
    all.iter().flat_map(of).collect()
}

fn quiz(kept: &Kept) -> Option<&Quiz> {
    match &kept.record {
        Record::Quiz(quiz) => Some(quiz),
        _ => None,
    }
}

fn one(kept: &Kept, quiz: &Quiz, path: &[String], lang: Lang) -> Vec<ViewFile> {
    let quizzes = std::slice::from_ref(quiz);
    let words = match lang {
        Lang::Fr => html::Lang::Fr,
        Lang::En => html::Lang::En,
    };
    let questions = format!(" - {}.html", lang.say("file-questions"));
    let answers = format!(" - {}.html", lang.say("file-answers"));
    let written = [
        (".pronote.xml", moodle::write_pronote(quizzes)),
        (".moodle.xml", moodle::write(quizzes)),
        (".gift", gift::write(quizzes)),
        (questions.as_str(), html::write(quizzes, html::Page::Questions, words)),
        (answers.as_str(), html::write(quizzes, html::Page::Answers, words)),
    ];
    let lost = lost(&written, lang);
    let file = |end: &str, bytes: Vec<u8>| ViewFile::of(ending(path, end), Body::Bytes(bytes), kept);
    let mut files: Vec<ViewFile> =
        written.into_iter().map(|(end, written)| file(end, written.text.into_bytes())).collect();
    if let Some(lost) = lost {
        let heading = lang.say_with("losses-title", &[("quiz", &quiz.name)]);
        let end = format!(" - {}.html", lang.say("file-losses"));
        files.push(file(&end, page(lang, &heading, &[kept], &lost)));
    }
    files
}

/// What the files can't say, if there is anything.
fn lost(written: &[(&str, Written)], lang: Lang) -> Option<Markup> {
    let row = |end: &str, Lost { question, what }: &Lost| {
        let file = end.trim_start_matches([' ', '-', '.']).to_owned();
        vec![file, question.clone(), lang.say(loss::message(*what))]
    };
    let rows: Vec<_> =
        written.iter().flat_map(|(end, written)| written.lost.iter().map(|lost| row(end, lost))).collect();
    let columns = ["column-file", "column-question", "column-loss"].map(|column| lang.say(column));
    (!rows.is_empty()).then(|| table(&lang.say("losses-caption"), &columns, &rows))
}

/// The path with this at the end of its name.
fn ending(path: &[String], ending: &str) -> Vec<String> {
    let mut path = path.to_vec();
    if let Some(name) = path.last_mut() {
        name.push_str(ending);
    }
    path
}
