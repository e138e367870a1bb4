//! Values as PRONOTE writes them: each wrapped with the number of its type.

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

/// A list or an object.
pub(crate) fn wrap(value: impl Into<Value>) -> Value {
    json!({"_T": 24, "V": value.into()})
}

/// A day.
pub(crate) fn day(date: Date) -> Value {
    json!({"_T": 7, "V": date.strftime("%d/%m/%Y").to_string()})
}

/// A day and an hour.
pub(crate) fn moment(time: DateTime) -> Value {
    json!({"_T": 7, "V": time.strftime("%d/%m/%Y %H:%M:%S").to_string()})
}

/// A mark or an average.
pub(crate) fn mark(text: &str) -> Value {
    json!({"_T": 10, "V": text})
}

/// Numbers that lie together: `[1..5]`.
pub(crate) fn domain(text: &str) -> Value {
    json!({"_T": 8, "V": text})
}

/// Text with tags.
pub(crate) fn html(text: &str) -> Value {
    json!({"_T": 21, "V": text})
}

/// A mark's text: a number with a comma, or the number of a special mark after a bar.
pub(crate) fn mark_text(value: &str) -> String {
    match super::year::special(value) {
        Some(number) => format!("|{number}"),
        None => value.replace('.', ","),
    }
}

/// An average with two decimals and a comma.
pub(crate) fn average_text(value: f64) -> String {
    format!("{value:.2}").replace('.', ",")
}

/// Reads a day, with or without an hour, with or without leading zeros.
pub(crate) fn read_day(text: &str) -> Option<Date> {
    let (day, _) = text.split_once(' ').unwrap_or((text, ""));
    let mut parts = day.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Reads numbers that lie together: `[1,3..5]`; at most 200 of them.
pub(crate) fn read_domain(text: &str) -> Vec<i64> {
    let inside = text.trim().trim_start_matches('[').trim_end_matches(']');
    let part = |part: &str| match part.split_once("..") {
        Some((from, to)) => Some((from.trim().parse().ok()?, to.trim().parse().ok()?)),
        None => part.trim().parse().ok().map(|only: i64| (only, only)),
    };
    inside.split(',').filter_map(part).flat_map(|(from, to): (i64, i64)| from..=to).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_clients_write_them() {
        assert_eq!(read_day("1/9/2026 0:0:0"), Some(jiff::civil::date(2026, 9, 1)));
        assert_eq!(read_day("soon"), None);
        assert_eq!(read_domain("[1,3..5]"), [1, 3, 4, 5]);
        assert_eq!(read_domain("[0..9223372036854775807]").len(), 200);
        assert_eq!(mark_text("absent"), "|1");
        assert_eq!(average_text(12.345_6), "12,35");
    }
}
