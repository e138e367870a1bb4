//! What PMB says of loans, holds and lists. Numbers come as text or as numbers; dates as `12/05/2026` or `2026-05-12`.

use jiff::civil::Date;
use serde_json::Value;

use crate::record::{Loan, LoanState};

/// A book in one of the answers, before its record is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// See [`crate::record::Piece::key`].
    pub(super) key: String,
    /// Number of the book's record.
    pub(super) notice: Option<u64>,
    /// What the answer itself says.
    pub(super) loan: Loan,
}

/// The longest text that is taken, in characters.
const TEXT_CHARS: usize = 500;
/// How many books of a list, and how many loans of one book, are read.
const MANY: usize = 1000;

/// Members by their names.
pub(super) trait Named {
    /// A text, trimmed; nothing for one that is empty.
    fn text(&self, name: &str) -> Option<String>;
    /// A number above 0: PMB writes 0 for none.
    fn number(&self, name: &str) -> Option<u64>;
    /// A date.
    fn date(&self, name: &str) -> Option<Date>;
}

impl Named for Value {
    fn text(&self, name: &str) -> Option<String> {
        let text = self.get(name)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.chars().take(TEXT_CHARS).collect())
    }

    fn number(&self, name: &str) -> Option<u64> {
        number(self.get(name)?)
    }

    fn date(&self, name: &str) -> Option<Date> {
        date(&self.text(name)?)
    }
}

/// Texts that are there, with a space between.
pub(super) fn texts(parts: &[Option<String>]) -> String {
    parts.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A loan; of earlier ones each, since PMB tells those of one book together. None when it has no date or nothing to call it by.
pub(super) fn loans(loan: &Value, state: LoanState) -> Vec<Listed> {
    let dates = |name: &str| -> Vec<Option<Date>> {
        let text = loan.text(name).unwrap_or_default();
        text.split("<br />").take(MANY).map(|part| date(part.trim())).collect()
    };
    let (starts, ends) = (dates("loan_startdate"), dates("loan_returndate"));
    let (copy, title) = (loan.text("expl_cb"), loan.text("expl_libelle").map(|title| plain(&title)));
    let Some(name) = copy.clone().or_else(|| title.clone()) else { return Vec::new() };
    let one = |(at, start): (usize, Option<Date>)| {
        let start = start?;
        Some(Listed {
            key: format!("loan/{name}/{start}"),
            notice: loan.number("notice_id"),
            loan: Loan {
                title: title.clone().unwrap_or_else(|| name.clone()),
                authors: Vec::new(),
                isbn: None,
                copy: copy.clone(),
                library: loan.text("expl_location_caption"),
                state,
                from: Some(start),
                until: ends.get(at).copied().flatten(),
                notice: None,
                list: None,
            },
        })
    };
    starts.into_iter().enumerate().filter_map(one).collect()
}

/// A book that is asked for. Its title is only in its record.
pub(super) fn hold(hold: &Value) -> Vec<Listed> {
    let Some((id, notice)) = hold.number("resa_id").zip(hold.number("notice_id")) else { return Vec::new() };
    let mut loan = untitled(LoanState::Hold);
    loan.until = hold.date("resa_dateend");
    loan.library = hold.text("resa_retrait_location");
    vec![Listed { key: format!("hold/{id}"), notice: Some(notice), loan }]
}

/// The books of a list. PMB loses their numbers and keeps the dates by number, so either is read.
pub(super) fn list(list: &Value) -> Vec<Listed> {
    let Some(name) = list.text("reading_list_name") else { return Vec::new() };
    let ids = list.get("reading_list_notice_ids").and_then(Value::as_array);
    let mut notices: Vec<u64> = ids.into_iter().flatten().filter_map(number).collect();
    if notices.is_empty() {
        let dated = list.get("reading_list_notice_create_date").and_then(Value::as_object);
        notices.extend(dated.into_iter().flat_map(|dated| dated.keys()).filter_map(|key| key.parse::<u64>().ok()));
    }
    let book = |notice: u64| {
        let mut loan = untitled(LoanState::Listed);
        loan.list = Some(name.clone());
        Listed { key: format!("list/{name}/{notice}"), notice: Some(notice), loan }
    };
    notices.into_iter().take(MANY).map(book).collect()
}

fn untitled(state: LoanState) -> Loan {
    Loan {
        title: String::new(),
        authors: Vec::new(),
        isbn: None,
        copy: None,
        library: None,
        state,
        from: None,
        until: None,
        notice: None,
        list: None,
    }
}

fn number(value: &Value) -> Option<u64> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number > 0).then_some(number)
}

fn date(text: &str) -> Option<Date> {
    let day = text.get(..10)?;
    if let Ok(date) = day.parse() {
        return Some(date);
    }
    let mut parts = day.split('/');
    let (d, m, y) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()
}

/// A title without the tags of HTML that PMB leaves in it.
fn plain(title: &str) -> String {
    let mut text = String::with_capacity(title.len());
    let mut in_tag = false;
    for character in title.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if !in_tag => text.push(character),
            _ => {}
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use jiff::civil::date as day;
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_read_as_written() {
        assert_eq!(date("12/05/2026"), Some(day(2026, 5, 12)));
        assert_eq!(date("2026-05-12"), Some(day(2026, 5, 12)));
        assert_eq!(date("2026-05-12 10:00:00"), Some(day(2026, 5, 12)));
        for none in ["", "00/00/0000", "0000-00-00", "99/99/9999", "12/05", "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(date(none), None, "{none}");
        }
    }

    #[test]
    fn a_book_lent_twice_is_two_loans() {
        let past = json!({ "notice_id": "3", "expl_cb": "C1", "expl_libelle": "<i>Un</i> livre",
            "loan_startdate": "06/10/2025<br />12/01/2026", "loan_returndate": "20/10/2025<br />26/01/2026" });
        let read = loans(&past, LoanState::Past);
        assert_eq!(
            read.iter().map(|loan| loan.key.as_str()).collect::<Vec<_>>(),
            ["loan/C1/2025-10-06", "loan/C1/2026-01-12"]
        );
        assert_eq!((read[1].loan.until, read[1].loan.title.as_str()), (Some(day(2026, 1, 26)), "Un livre"));
    }

    #[test]
    fn lists_are_read_by_numbers_or_by_dates() {
        let dated = json!({ "reading_list_name": "A", "reading_list_notice_ids": null,
            "reading_list_notice_create_date": { "11": "2026-05-01", "x": "2026-05-01" } });
        assert_eq!(list(&dated).iter().map(|book| book.notice).collect::<Vec<_>>(), [Some(11)]);
        let numbered = json!({ "reading_list_name": "A", "reading_list_notice_ids": ["4", 5, 0, null] });
        assert_eq!(list(&numbered).len(), 2);
        assert!(list(&json!({})).is_empty() && list(&json!([1])).is_empty() && hold(&json!("x")).is_empty());
    }
}
