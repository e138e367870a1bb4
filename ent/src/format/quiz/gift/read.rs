//! Reading GIFT: a question ends at an empty line.

use super::answers;
use super::escape::{find, find_last, split_once, unescape};
use crate::format::quiz::model::{Category, Format, Kind, Question, Quiz, Text};
use crate::format::quiz::report::{Budget, Problem, ReadError, Reading, place};
use crate::format::quiz::{category, input};

/// The longest question, in bytes.
const LONGEST: usize = 1 << 20;
/// The most tags of a question.
const MOST_TAGS: usize = 200;

/// Reads a file of GIFT. Each category begins a quiz; a question that can't be understood is reported and left out.
///
/// # Errors
/// [`ReadError::TooLarge`]: any text is GIFT, if only of questions without answers.
pub fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    let mut reading = Reading::default();
    let text = input::text(bytes, &mut reading)?.replace("\r\n", "\n").replace('\r', "\n");
    let (mut block, mut budget) = (Block::default(), Budget::default());
    // One empty line more ends the last question.
    for line in text.split('\n').chain([""]) {
        let path = line.trim_start().strip_prefix("$CATEGORY:");
        if (path.is_some() || line.trim().is_empty()) && !std::mem::take(&mut block).end(&mut budget, &mut reading) {
            break;
        }
        match path {
            Some(path) if !reading.begin(begin(path), &mut budget) => break,
            Some(_) => {}
            None => block.add(line, &mut reading),
        }
    }
    if reading.quizzes.is_empty() {
        reading.last();
    }
    Ok(reading)
}

fn begin(path: &str) -> Quiz {
    let path = path.trim().to_owned();
    Quiz { name: category::last(&path), category: Some(Category { path, ..Category::default() }), ..Quiz::default() }
}

/// The lines of a question, as far as they were read.
#[derive(Default)]
struct Block {
    text: String,
    tags: Vec<String>,
    idnumber: Option<String>,
}

impl Block {
    fn add(&mut self, line: &str, reading: &mut Reading) {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            self.text.push_str(line);
            self.text.push('\n');
            return;
        };
        for (name, value) in bracketed(comment) {
            match name {
                "id" => self.idnumber = Some(value),
                _ if self.tags.len() < MOST_TAGS => self.tags.push(value),
                _ => reading.report("", Problem::Value(format!("more than {MOST_TAGS} tags"))),
            }
        }
    }

    /// Reads the question, if there is one; says whether there is room for more.
    fn end(self, budget: &mut Budget, reading: &mut Reading) -> bool {
        let text = self.text.trim();
        if text.is_empty() {
            return true;
        }
        let at = place(reading.quizzes.last().map_or(0, |quiz| quiz.questions.len()), "");
        match question(text) {
            Ok(question) => reading.push(Question { tags: self.tags, idnumber: self.idnumber, ..question }, budget),
            Err(why) => {
                let begin: String = text.chars().take(80).collect();
                reading.report(at, Problem::Question(format!("{why}: {begin}")));
                true
            }
        }
    }
}

/// Reads a question, or says why it is none.
fn question(text: &str) -> Result<Question, &'static str> {
    if text.len() > LONGEST {
        return Err("it is too long");
    }
    let (name, rest) = match text.strip_prefix("::") {
        Some(rest) => split_once(rest, "::").ok_or("its title does not end")?,
        None => ("", text),
    };
    let mut question = match find(rest, '{') {
        None => Question::new(Kind::Description, self::text(rest)),
        Some(begin) => {
            let (before, inside) = rest.split_at(begin);
            let inside = inside.get(1..).unwrap_or_default();
            let end = find_last(inside, '}').ok_or("its answers do not end")?;
            let (inside, after) = inside.split_at(end);
            let after = after.get(1..).unwrap_or_default().trim();
            let mut asked = self::text(before);
            if !after.is_empty() {
                // The word is missing inside the sentence.
                let gap = if asked.body.is_empty() { "_____" } else { " _____" };
                asked.body = format!("{}{gap} {}", asked.body, unescape(after));
            }
            let (inside, feedback) = split_once(inside, "####").unwrap_or((inside, ""));
            let feedback = Some(self::text(feedback)).filter(|text| !text.is_empty());
            Question { feedback, ..Question::new(answers::read(inside.trim())?, asked) }
        }
    };
    question.name = unescape(name.trim());
    Ok(question)
}

/// A text, which may begin with the name of its format: `[html]`.
pub(super) fn text(text: &str) -> Text {
    let text = text.trim();
    let (format, rest) = format(text).map_or((None, text), |(format, rest)| (Some(format), rest.trim_start()));
    Text { format, ..Text::of(unescape(rest)) }
}

/// The format whose name a text begins with, and what stands behind it.
pub(super) fn format(text: &str) -> Option<(Format, &str)> {
    let (name, rest) = text.strip_prefix('[')?.split_once(']')?;
    Format::ALL.into_iter().find(|format| format.gift_name() == name).map(|format| (format, rest))
}

/// What a comment says of the question: `[id:H-1] [tag:Rome]`, with `\]` for a bracket.
fn bracketed(comment: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut rest = comment;
    while let Some((_, begun)) = rest.split_once('[') {
        rest = begun;
        let Some((name, value)) = ["id", "tag"].iter().find_map(|name| {
            begun.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')).map(|value| (*name, value))
        }) else {
            continue;
        };
        let mut escaped = false;
        let end = value.find(|sign| {
            let hit = sign == ']' && !escaped;
            escaped = sign == '\\' && !escaped;
            hit
        });
        let Some((value, after)) = end.and_then(|end| value.split_at_checked(end)) else { break };
        found.push((name, value.trim().replace("\\]", "]").replace("\\\\", "\\")));
        rest = after;
    }
    found
}
