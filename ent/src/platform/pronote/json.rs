//! Reading PRONOTE's JSON: values wrapped as `{"_T": type, "V": value}`, numbers with a comma, dates of several forms, sets of weeks.
//! A field that is missing or has another form is absent.

use jiff::civil::{Date, DateTime, Time};
use serde_json::Value;

use crate::record::{Score, SpecialMark};

/// A field without its wrapping.
pub(super) fn field<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    let value = of.get(name)?;
    Some(value.get("V").unwrap_or(value)).filter(|value| !value.is_null())
}

/// A field of a field of a field.
pub(super) fn deep<'a>(of: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().try_fold(of, |of, name| field(of, name))
}

/// A text that is not empty.
pub(super) fn text(of: &Value, name: &str) -> Option<String> {
    as_text(field(of, name)?)
}

/// A text deeper down.
pub(super) fn deep_text(of: &Value, names: &[&str]) -> Option<String> {
    as_text(deep(of, names)?)
}

/// The name (`L`) of what a field holds.
pub(super) fn label(of: &Value, name: &str) -> Option<String> {
    deep_text(of, &[name, "L"])
}

/// The names (`L`) of what a list holds.
pub(super) fn labels(of: &Value, name: &str) -> Vec<String> {
    list(of, name).iter().filter_map(|element| text(element, "L")).collect()
}

/// A list; empty when there is none.
pub(super) fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    field(of, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A list that must be there, even when it is empty.
pub(super) fn must_list<'a>(of: &'a Value, name: &str) -> Option<&'a [Value]> {
    field(of, name)?.as_array().map(Vec::as_slice)
}

/// Whether a field is true.
pub(super) fn flag(of: &Value, name: &str) -> bool {
    field(of, name).and_then(Value::as_bool).unwrap_or(false)
}

/// A whole number, also one written as text.
pub(super) fn number(of: &Value, name: &str) -> Option<i64> {
    let value = field(of, name)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A day.
pub(super) fn date(of: &Value, name: &str) -> Option<Date> {
    datetime(of, name).map(DateTime::date)
}

/// A day and time; midnight where only the day is given.
pub(super) fn datetime(of: &Value, name: &str) -> Option<DateTime> {
    parse_datetime(field(of, name)?.as_str()?)
}

/// A decimal number with a point, as a text without needless blanks.
pub(super) fn decimal(of: &Value, name: &str) -> Option<String> {
    match score(of, name)? {
        Score::Value(value) => Some(value),
        _ => None,
    }
}

/// A mark.
pub(super) fn score(of: &Value, name: &str) -> Option<Score> {
    let text = as_text(field(of, name)?)?;
    if let Some(special) = text.strip_prefix('|') {
        return Some(special_mark(special).map_or(Score::Text(text.clone()), Score::Special));
    }
    let decimal = text.replace(',', ".");
    let digits = decimal.strip_prefix('-').unwrap_or(&decimal);
    let is_number = digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1;
    Some(if is_number { Score::Value(decimal) } else { Score::Text(text) })
}

/// A set of whole numbers, as `[1,3..4]` or as a JSON list; at most a few hundred.
pub(super) fn set(of: &Value, name: &str) -> Vec<u32> {
    let Some(value) = field(of, name) else { return Vec::new() };
    if let Some(elements) = value.as_array() {
        return elements.iter().filter_map(|element| u32::try_from(element.as_u64()?).ok()).collect();
    }
    let text = value.as_str().unwrap_or_default().trim().trim_start_matches('[').trim_end_matches(']');
    let ranges = text.split(',').filter_map(|part| {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        Some((first.trim().parse::<u32>().ok()?, last.trim().parse::<u32>().ok()?))
    });
    ranges.flat_map(|(first, last)| first..=last.min(first.saturating_add(MAX_SET))).take(MAX_SET as usize).collect()
}

/// `dd/mm/yyyy`, `d/m/yyyy h:m:s`, `dd/mm/yy HHhMM`.
pub(super) fn parse_datetime(text: &str) -> Option<DateTime> {
    let (day, time) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let mut parts = day.split('/');
    let mut next = || parts.next()?.parse::<i16>().ok();
    let (day, month, year) = (next()?, next()?, next()?);
    let year = if year < 100 { year + 2000 } else { year };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let mut parts = time.split([':', 'h']).map(|part| part.trim().parse::<i8>().ok());
    let mut next = || parts.next().flatten().unwrap_or(0);
    Some(date.to_datetime(Time::new(next(), next(), next(), 0).ok()?))
}

/// A day as PRONOTE is told it.
pub(super) fn write_date(day: Date) -> Value {
    serde_json::json!({"_T": 7, "V": day.strftime("%d/%m/%Y 00:00:00").to_string()})
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn special_mark(text: &str) -> Option<SpecialMark> {
    Some(match text.split('|').next()?.trim() {
        "1" => SpecialMark::Absent,
        "2" => SpecialMark::Exempt,
        "3" => SpecialMark::NotMarked,
        "4" => SpecialMark::Unfit,
        "5" => SpecialMark::NotHandedIn,
        "6" => SpecialMark::AbsentZero,
        "7" => SpecialMark::NotHandedInZero,
        "8" => SpecialMark::Congratulations,
        _ => return None,
    })
}

const MAX_SET: u32 = 400;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use serde_json::json;

    #[test]
    fn marks_of_all_kinds() {
        let read = |mark: Value| score(&json!({ "note": {"_T": 10, "V": mark} }), "note");
        assert_eq!(read(json!("14,5")), Some(Score::Value("14.5".to_owned())));
        assert_eq!(read(json!(12)), Some(Score::Value("12".to_owned())));
        assert_eq!(read(json!("|7")), Some(Score::Special(SpecialMark::NotHandedInZero)));
        assert_eq!(read(json!("|9")), Some(Score::Text("|9".to_owned())));
        assert_eq!(read(json!("N.Not")), Some(Score::Text("N.Not".to_owned())));
        assert_eq!((read(json!(" ")), read(json!(null)), read(json!([]))), (None, None, None));
    }

    #[test]
    fn dates_and_sets() {
        let read = |text: &str| parse_datetime(text).map(|time| time.to_string());
        assert_eq!(read("05/09/2025 08:30:00").unwrap(), "2025-09-05T08:30:00");
        assert_eq!(read("5/9/2025 8:0:0").unwrap(), "2025-09-05T08:00:00");
        assert_eq!(read("05/09/25 08h30").unwrap(), "2025-09-05T08:30:00");
        assert_eq!(read("05/09/2025").unwrap(), "2025-09-05T00:00:00");
        assert_eq!((read("31/02/2025"), read("soon"), read("1/1/2025 25:00:00")), (None, None, None));
        let of = json!({"a": {"_T": 8, "V": "[1,3..5]"}, "b": "[]", "c": [3, 5], "d": "[1..4000000000]"});
        assert_eq!((set(&of, "a"), set(&of, "b"), set(&of, "c")), (vec![1, 3, 4, 5], vec![], vec![3, 5]));
        assert_eq!(set(&of, "d").len(), MAX_SET as usize);
    }
}
