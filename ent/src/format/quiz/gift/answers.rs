//! What stands between the braces of a GIFT question.

use super::escape::{find, meant, split_once, unescape};
use super::read::text;
use crate::format::quiz::model::{Answer, Kind, Pair, Text};
use crate::format::quiz::number::Number;

/// The most answers of a question.
const MOST: usize = 1000;

/// Reads how a question is answered, or says why it can't.
pub(super) fn read(inside: &str) -> Result<Kind, &'static str> {
    if inside.is_empty() {
        return Ok(Kind::Essay { lines: None, template: None, grading: None });
    }
    if let Some(numbers) = inside.strip_prefix('#') {
        return numerical(numbers.trim());
    }
    if let Some(kind) = truth(inside) {
        return Ok(kind);
    }
    let entries = entries(inside)?;
    if entries.iter().any(|entry| entry.sign == '~') {
        // Without an answer that gives all the points, several are to be ticked.
        let single = Some(entries.iter().any(|entry| entry.sign == '='));
        let answers = entries.iter().map(Entry::answer).collect();
        return Ok(Kind::Choice { single, shuffle: None, numbering: None, answers });
    }
    if entries.iter().any(|entry| entry.whole.contains("->")) {
        let pairs = entries.iter().map(Entry::pair).collect::<Option<_>>().ok_or("a pair lacks its arrow")?;
        return Ok(Kind::Matching { shuffle: None, pairs });
    }
    Ok(Kind::Short { case: None, answers: entries.iter().map(Entry::answer).collect() })
}

/// `T`, `FALSE`, with what is told after a wrong answer and then after a right one.
fn truth(inside: &str) -> Option<Kind> {
    let (said, feedback) = split_once(inside, "#").unwrap_or((inside, ""));
    let (wrong, right) = split_once(feedback, "#").unwrap_or((feedback, ""));
    let is_true = match said.trim().to_ascii_uppercase().as_str() {
        "T" | "TRUE" => true,
        "F" | "FALSE" => false,
        _ => return None,
    };
    let answer = |word: &str, is_right: bool| Answer {
        text: Text::of(word),
        fraction: Number::parse(if is_right { "100" } else { "0" }),
        feedback: told(if is_right { right } else { wrong }),
        ..Answer::default()
    };
    Some(Kind::TrueFalse { answers: vec![answer("true", is_true), answer("false", !is_true)] })
}

/// `3.14:0.01`, `3.1..3.2`, or several of them.
fn numerical(numbers: &str) -> Result<Kind, &'static str> {
    let several = meant(numbers).any(|(_, sign)| matches!(sign, '=' | '~'));
    let entries = match numbers {
        "" => Vec::new(),
        numbers if several => entries(numbers)?,
        numbers => vec![Entry::new('=', numbers)],
    };
    let answers = entries.iter().map(Entry::number).collect::<Option<_>>().ok_or("a number can't be understood")?;
    Ok(Kind::Numerical { answers })
}

/// One answer, as it stands there.
struct Entry<'a> {
    /// `=` for a right one, `~` for another.
    sign: char,
    whole: &'a str,
    weight: Option<Number>,
    /// What stands behind the weight.
    text: &'a str,
}

fn entries(inside: &str) -> Result<Vec<Entry<'_>>, &'static str> {
    let mut found = Vec::new();
    let mut rest = inside.trim();
    // A lonely answer may come without its sign.
    let mut sign = '=';
    if rest.starts_with(['=', '~']) {
        sign = if rest.starts_with('~') { '~' } else { '=' };
        rest = rest.get(1..).unwrap_or_default();
    }
    loop {
        if found.len() == MOST {
            return Err("it has too many answers");
        }
        let next = meant(rest).find(|(_, sign)| matches!(sign, '=' | '~'));
        let end = next.map_or(rest.len(), |(at, _)| at);
        found.push(Entry::new(sign, rest.get(..end).unwrap_or_default()));
        let Some((at, next)) = next else { return Ok(found) };
        sign = next;
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
    }
}

impl<'a> Entry<'a> {
    fn new(sign: char, text: &'a str) -> Self {
        let whole = text.trim();
        let (weight, text) = weighted(whole);
        Self { sign, whole, weight, text }
    }

    fn answer(&self) -> Answer {
        let (said, feedback) = split_once(self.text, "#").unwrap_or((self.text, ""));
        Answer { text: text(said), fraction: self.fraction(), feedback: told(feedback), ..Answer::default() }
    }

    fn fraction(&self) -> Option<Number> {
        let whole = if self.sign == '=' { Number::parse("100") } else { None };
        self.weight.clone().or(whole)
    }

    fn pair(&self) -> Option<Pair> {
        let (asked, answer) = self.whole.split_once("->")?;
        Some(Pair { text: text(asked), answer: unescape(answer.trim()), ..Pair::default() })
    }

    fn number(&self) -> Option<Answer> {
        let (said, feedback) = split_once(self.text, "#").unwrap_or((self.text, ""));
        let said = said.trim();
        let fraction = self.fraction().or_else(|| Number::parse("0"));
        let (value, tolerance) = match (said.split_once(".."), find(said, ':')) {
            // What is told after any other number.
            _ if said == "*" || (said.is_empty() && self.sign == '~') => ("*".to_owned(), None),
            (Some((low, high)), _) => {
                let (middle, half) = Number::parse(low.trim())?.middle(&Number::parse(high.trim())?)?;
                (middle.text().to_owned(), Some(half))
            }
            (None, Some(_)) => {
                let (value, tolerance) = said.split_once(':')?;
                (Number::parse(value.trim())?.text().to_owned(), Some(Number::parse(tolerance.trim())?))
            }
            (None, None) => (Number::parse(said)?.text().to_owned(), None),
        };
        Some(Answer { text: Text::of(value), fraction, tolerance, feedback: told(feedback), ..Answer::default() })
    }
}

fn told(feedback: &str) -> Option<Text> {
    Some(text(feedback)).filter(|text| !text.is_empty())
}

/// The weight that an answer begins with, in percent: `%50%`.
pub(super) fn weighted(text: &str) -> (Option<Number>, &str) {
    let percent = text.strip_prefix('%').and_then(|rest| rest.split_once('%'));
    match percent.and_then(|(number, rest)| Some((Number::parse(number)?, rest))) {
        Some((weight, rest)) => (Some(weight), rest.trim_start()),
        None => (None, text),
    }
}
