//! Gaps that stand in a text, as Moodle's embedded answers say them: `{1:MULTICHOICE:=Paris#yes~%50%Lyon~Brest}`.
//!
//! In a gap, `\` before one of `}~#=/"\` takes its meaning away. What looks like a gap and is none stays text.

use super::model::{Answer, Gap, GapKind, Text};
use super::number::Number;

/// A part of a text with gaps.
#[derive(Debug, Clone, PartialEq)]
pub enum Part<'a> {
    /// Text as it stands there.
    Text(&'a str),
    /// A gap.
    Gap(Gap),
}

/// The most gaps of a text.
const MOST_GAPS: usize = 1000;
/// The most answers of a gap.
const MOST_ANSWERS: usize = 100;
/// The longest gap, in bytes.
const LONGEST_GAP: usize = 64 << 10;
/// How many bytes are searched for the ends of gaps in all, since what begins like gaps may end nowhere.
const MOST_SEARCHED: usize = 8 << 20;

/// The gaps of a text, in order.
#[must_use]
pub fn gaps(text: &str) -> Vec<Gap> {
    parts(text).into_iter().filter_map(|part| if let Part::Gap(gap) = part { Some(gap) } else { None }).collect()
}

/// A text as its parts, in order.
#[must_use]
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut begin, mut from, mut found) = (0, 0_usize, 0_usize);
    let mut search = MOST_SEARCHED;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('{')).and_then(|at| at.checked_add(from)) {
        let inside = at.saturating_add(1);
        from = inside;
        let Some((gap, length)) = text.get(inside..).and_then(|rest| gap(rest, &mut search)) else { continue };
        if found == MOST_GAPS {
            break;
        }
        found = found.saturating_add(1);
        parts.extend(text.get(begin..at).filter(|text| !text.is_empty()).map(Part::Text));
        parts.push(Part::Gap(gap));
        from = inside.saturating_add(length);
        begin = from;
    }
    parts.extend(text.get(begin..).filter(|text| !text.is_empty()).map(Part::Text));
    parts
}

/// Reads a gap after its `{`, and says how long it is with its `}`.
fn gap(text: &str, search: &mut usize) -> Option<(Gap, usize)> {
    // Weight and name are short; a text full of `{` must not be searched to its end for each of them.
    let head = text.get(..text.floor_char_boundary(48))?;
    let (weight, rest) = head.split_once(':')?;
    let (name, _) = rest.split_once(':')?;
    let weight = weight.trim();
    let weight = if weight.is_empty() { None } else { Some(weight.parse().ok()?) };
    let name = name.trim().to_ascii_uppercase();
    let kind = kind(&name)?;
    let begin = text.find(':')?.checked_add(1)?;
    let begin = text.get(begin..)?.find(':')?.checked_add(begin)?.checked_add(1)?;
    let body = text.get(begin..)?;
    let end = end(body, search)?;
    let answers = split(body.get(..end)?, '~');
    if answers.len() > MOST_ANSWERS {
        return None;
    }
    let answers = answers.into_iter().map(|text| answer(text, kind)).collect();
    Some((Gap { name, kind, weight, answers }, begin.checked_add(end)?.checked_add(1)?))
}

fn kind(name: &str) -> Option<GapKind> {
    Some(match name {
        "MULTICHOICE" | "MC" | "MULTICHOICE_H" | "MCH" | "MULTICHOICE_V" | "MCV" | "MULTICHOICE_S" | "MCS"
        | "MULTICHOICE_HS" | "MCHS" | "MULTICHOICE_VS" | "MCVS" => GapKind::Choice,
        "MULTIRESPONSE" | "MR" | "MULTIRESPONSE_H" | "MRH" | "MULTIRESPONSE_S" | "MRS" | "MULTIRESPONSE_HS"
        | "MRHS" => GapKind::Choices,
        "SHORTANSWER" | "SA" | "MW" => GapKind::Words,
        "SHORTANSWER_C" | "SAC" | "MWC" => GapKind::ExactWords,
        "NUMERICAL" | "NM" => GapKind::Number,
        _ => return None,
    })
}

fn answer(text: &str, kind: GapKind) -> Answer {
    let (fraction, text) = weighted(text.trim());
    let mut halves = split(text, '#').into_iter();
    let said = unescape(halves.next().unwrap_or_default());
    let feedback = halves.next().map(unescape).filter(|text| !text.is_empty()).map(Text::of);
    let (said, tolerance) = match said.split_once(':') {
        Some((value, tolerance)) if kind == GapKind::Number => match Number::parse(tolerance.trim()) {
            Some(tolerance) => (value.trim().to_owned(), Some(tolerance)),
            None => (said, None),
        },
        _ => (said, None),
    };
    Answer { text: Text::of(said), fraction, tolerance, feedback, ..Answer::default() }
}

/// The part of the points that an answer begins with: `=` for all, `%50%` for a half.
fn weighted(text: &str) -> (Option<Number>, &str) {
    if let Some(rest) = text.strip_prefix('=') {
        return (Number::parse("100"), rest);
    }
    let percent = text.strip_prefix('%').and_then(|rest| rest.split_once('%'));
    match percent.and_then(|(number, rest)| Some((Number::parse(number)?, rest))) {
        Some((fraction, rest)) => (Some(fraction), rest),
        None => (None, text),
    }
}

/// Where a gap's `}` stands; what was searched is taken from what may be.
fn end(text: &str, search: &mut usize) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_GAP.min(*search)) {
        *search = search.saturating_sub(1);
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'}' => return Some(at),
            _ => {}
        }
    }
    None
}

fn split(text: &str, sign: char) -> Vec<&str> {
    let mut escaped = false;
    text.split(|found| {
        let hit = !escaped && found == sign;
        escaped = !escaped && found == '\\';
        hit
    })
    .collect()
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match signs.peek() {
            Some(next) if sign == '\\' && matches!(next, '}' | '{' | '~' | '#' | '=' | '/' | '"' | '\\') => {
                plain.push(*next);
                signs.next();
            }
            _ => plain.push(sign),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn said(gap: &Gap) -> Vec<(&str, Option<&str>)> {
        gap.answers
            .iter()
            .map(|answer| (answer.text.body.as_str(), answer.fraction.as_ref().map(Number::text)))
            .collect()
    }

    #[test]
    fn gaps_are_found_between_text() {
        let text = "<p>A {1:MC:=b#yes~%50%c~d} e {:NUMERICAL:%100%3.5:0.1#near} {x} {1:WHAT:a} {2:sa:f\\}g}</p>";
        let parts = parts(text);
        assert_eq!(parts.len(), 7);
        assert_eq!(parts[4], Part::Text(" {x} {1:WHAT:a} "));
        let gaps = gaps(text);
        assert_eq!(said(&gaps[0]), [("b", Some("100")), ("c", Some("50")), ("d", None)]);
        assert_eq!(gaps[0].answers[0].feedback, Some(Text::of("yes")));
        assert_eq!((gaps[0].weight, gaps[1].weight, gaps[2].weight), (Some(1), None, Some(2)));
        assert_eq!(gaps[1].kind, GapKind::Number);
        assert_eq!(said(&gaps[1]), [("3.5", Some("100"))]);
        assert!(gaps[1].answers[0].tolerance.as_ref().unwrap().is("0.1"));
        assert_eq!(said(&gaps[2]), [("f}g", None)]);
    }

    #[test]
    fn the_form_that_generators_for_pronote_write_is_read() {
        let gaps = gaps("{:MULTICHOICE:%100%a#~%0%b#}");
        assert_eq!(said(&gaps[0]), [("a", Some("100")), ("b", Some("0"))]);
        assert_eq!(gaps[0].answers[0].feedback, None);
    }

    #[test]
    fn a_text_full_of_braces_takes_no_time() {
        assert_eq!(parts(&"{".repeat(1 << 20)).len(), 1);
        assert_eq!(parts(&"{1:SA:".repeat(1 << 20)).len(), 1);
        assert_eq!(gaps(&"{1:SA:a}".repeat(2000)).len(), MOST_GAPS);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_the_sum_of_its_parts(text in "[{}:a-cSA1=~#%\\\\\u{e9} ]{0,60}") {
            for part in parts(&text) {
                if let Part::Text(part) = part {
                    proptest::prop_assert!(text.contains(part));
                }
            }
        }
    }
}
