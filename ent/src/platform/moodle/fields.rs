//! Fields of Moodle's answers, read whatever PHP made of them: a number may be a text, a missing value null or empty.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

/// A whole number.
pub(super) fn int(value: &Value, name: &str) -> Option<i64> {
    match value.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A length in bytes; 0 when it is not told.
pub(super) fn length(value: &Value, name: &str) -> u64 {
    int(value, name).and_then(|length| u64::try_from(length).ok()).unwrap_or(0)
}

/// A text that is not empty.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether something is said to be so.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    match value.get(name) {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::Number(number)) => number.as_i64().is_some_and(|number| number != 0),
        Some(Value::String(text)) => !matches!(text.as_str(), "" | "0"),
        _ => false,
    }
}

/// A list; one that is missing is empty.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A number as decimal text with a point, where it is one.
pub(super) fn decimal(value: &Value, name: &str) -> Option<String> {
    let text = match value.get(name)? {
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        }
        Value::String(text) => text.trim().replace(',', "."),
        _ => return None,
    };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let number = digits.len() <= 30
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && digits.matches('.').count() <= 1
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    number.then_some(text)
}

/// A moment in the school's time; 0 is none.
pub(super) fn moment(value: &Value, name: &str, zone: &TimeZone) -> Option<DateTime> {
    civil(int(value, name)?, zone)
}

/// A day in the school's time; 0 is none.
pub(super) fn day(value: &Value, name: &str, zone: &TimeZone) -> Option<Date> {
    moment(value, name, zone).map(DateTime::date)
}

/// Seconds since 1970 as the school's time; 0 is none.
pub(super) fn civil(seconds: i64, zone: &TimeZone) -> Option<DateTime> {
    if seconds <= 0 {
        return None;
    }
    Some(zone.to_datetime(Timestamp::from_second(seconds).ok()?))
}

/// The words of a text in HTML, with one space between them; nothing when there are none.
pub(super) fn words(html: &str) -> Option<String> {
    let mut bare = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        bare.push_str(before);
        let begins_tag = tag[1..].starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!'));
        let end = if begins_tag { tag.find('>') } else { None };
        match end {
            Some(end) => {
                bare.push(' ');
                rest = &tag[end + 1..];
            }
            None => {
                bare.push('<');
                rest = &tag[1..];
            }
        }
    }
    bare.push_str(rest);
    let decoded = entities(&bare);
    let words: Vec<&str> = decoded.split_whitespace().collect();
    // A tag that ends before a mark leaves a space that nobody wrote.
    let text = words.join(" ").replace(" .", ".").replace(" ,", ",");
    (!text.is_empty()).then_some(text)
}

/// Text with its character references replaced; names that are rare in French stay as they are.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

/// The character of a reference, as HTML names it (HTML 5, 13.5), without `&` and `;`.
fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}

const ENTITIES: [(&str, char); 30] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("laquo", '\u{ab}'),
    ("raquo", '\u{bb}'),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("lsquo", '\u{2018}'),
    ("rsquo", '\u{2019}'),
    ("hellip", '\u{2026}'),
    ("euro", '\u{20ac}'),
    ("agrave", '\u{e0}'),
    ("acirc", '\u{e2}'),
    ("ccedil", '\u{e7}'),
    ("egrave", '\u{e8}'),
    ("eacute", '\u{e9}'),
    ("ecirc", '\u{ea}'),
    ("euml", '\u{eb}'),
    ("icirc", '\u{ee}'),
    ("iuml", '\u{ef}'),
    ("ocirc", '\u{f4}'),
    ("ugrave", '\u{f9}'),
    ("ucirc", '\u{fb}'),
    ("oelig", '\u{153}'),
    ("Agrave", '\u{c0}'),
    ("Eacute", '\u{c9}'),
    ("Ccedil", '\u{c7}'),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn any_text_has_words_or_none(text in "[<>&#;x0-9a-z/ !\u{e9}]{0,40}") {
            let read = words(&text);
            prop_assert!(read.is_none_or(|read| !read.is_empty() && !read.contains("  ")));
            let _ = decimal(&json!({ "v": text }), "v");
        }
    }

    #[test]
    fn numbers_are_read_whatever_their_form() {
        let of = json!({"a": 14.5, "b": 17.0, "c": "12,25", "d": "-", "e": null, "f": "7.25000", "g": "1.2.3", "h": 1e40, "i": "42"});
        let read = |name| decimal(&of, name);
        assert_eq!(["a", "b", "c", "f"].map(read).map(Option::unwrap), ["14.5", "17", "12.25", "7.25000"]);
        assert_eq!(["d", "e", "g", "h", "z"].map(read), [const { None }; 5]);
        assert_eq!((int(&of, "i"), int(&of, "a"), length(&json!({"n": -5}), "n")), (Some(42), None, 0));
        assert!(flag(&json!({"v": "1"}), "v") && flag(&json!({"v": true}), "v") && !flag(&json!({"v": 0}), "v"));
    }

    #[test]
    fn seconds_become_the_time_of_the_school() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(civil(1_756_706_400, &paris).unwrap().to_string(), "2025-09-01T08:00:00");
        assert_eq!(civil(0, &paris), None);
        assert_eq!(civil(i64::MAX, &paris), None);
    }

    #[test]
    fn words_lose_their_tags_and_references() {
        assert_eq!(words("<p>Bon <b>travail</b>.</p><p>1&nbsp;&lt; 2 &amp; 3</p>").unwrap(), "Bon travail. 1 < 2 & 3");
        assert_eq!(words("a < b <br/> & c &bogus; <unclosed").unwrap(), "a < b & c &bogus; <unclosed");
        assert_eq!(words("<p> </p>"), None);
    }
}
