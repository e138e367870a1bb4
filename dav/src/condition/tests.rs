//! Conditions, their order, and what clients make of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lists;

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderName, HeaderValue};

use super::*;

const ETAG: &str = "\"abc\"";
const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
        .collect()
}

/// Changed within the second that [`SAME`] names.
fn there() -> State<'static> {
    State { exists: true, etag: Some(ETAG), modified: Some(UNIX_EPOCH + Duration::from_millis(784_111_777_900)) }
}

fn missing() -> State<'static> {
    State { exists: false, etag: None, modified: None }
}

fn reading(lines: &[(&str, &str)]) -> Verdict {
    http(&headers(lines), true, &there())
}

fn writing(lines: &[(&str, &str)]) -> Verdict {
    http(&headers(lines), false, &there())
}

fn creating(lines: &[(&str, &str)]) -> Verdict {
    http(&headers(lines), false, &missing())
}

#[test]
fn no_conditions() {
    assert_eq!(reading(&[]), Verdict::Go);
    assert_eq!(writing(&[]), Verdict::Go);
    assert_eq!(creating(&[]), Verdict::Go);
}

#[test]
fn if_match() {
    for value in
        [ETAG, "*", " * ", "\"x\", \"abc\"", "\"x\",\"abc\",\"y\"", ",,\"abc\",", "W/\"x\" , \"abc\"", "odd, \"abc\""]
    {
        assert_eq!(writing(&[("if-match", value)]), Verdict::Go, "{value}");
        assert_eq!(reading(&[("if-match", value)]), Verdict::Go, "{value}");
        assert_eq!(creating(&[("if-match", value)]), Verdict::Failed, "{value}");
    }
    for value in [
        "",
        "\"x\"",
        "W/\"abc\"",
        "abc",
        "\"abc",
        "abc\"",
        "'abc'",
        "\"abc\"x",
        "\"abc\" \"x\"",
        "w/\"abc\"",
        "\"a,abc\"",
        "**",
    ] {
        assert_eq!(writing(&[("if-match", value)]), Verdict::Failed, "{value}");
        assert_eq!(reading(&[("if-match", value)]), Verdict::Failed, "{value}");
    }
    assert_eq!(writing(&[("if-match", "\"x\""), ("if-match", ETAG)]), Verdict::Go);
}

#[test]
fn if_none_match() {
    for value in [ETAG, "W/\"abc\"", "*", "\"x\", \"abc\"", "JoplinIgnore-1, \"abc\""] {
        assert_eq!(reading(&[("if-none-match", value)]), Verdict::NotModified, "{value}");
        assert_eq!(writing(&[("if-none-match", value)]), Verdict::Failed, "{value}");
        assert_eq!(creating(&[("if-none-match", value)]), Verdict::Go, "{value}");
    }
    for value in ["", "\"x\"", "JoplinIgnore-123", "abc", "\"abc", "\"ab,c\"", "\"abc\"\"abc\""] {
        assert_eq!(reading(&[("if-none-match", value)]), Verdict::Go, "{value}");
        assert_eq!(writing(&[("if-none-match", value)]), Verdict::Go, "{value}");
    }
}

#[test]
fn tags_may_hold_commas_and_any_byte() {
    let etag = "\"a, \u{e9}*\"";
    let state = State { etag: Some(etag), ..there() };
    assert_eq!(http(&headers(&[("if-match", etag)]), false, &state), Verdict::Go);
    assert_eq!(http(&headers(&[("if-match", "\"a, \"")]), false, &state), Verdict::Failed);
    let mut bytes = HeaderMap::new();
    bytes.insert("if-match", HeaderValue::from_bytes(b"\"\xff\", \"abc\"").unwrap());
    assert_eq!(http(&bytes, false, &there()), Verdict::Go);
}

#[test]
fn a_weak_tag_of_ours_matches_weakly_only() {
    let state = State { etag: Some("W/\"abc\""), ..there() };
    assert_eq!(http(&headers(&[("if-match", "W/\"abc\"")]), false, &state), Verdict::Failed);
    assert_eq!(http(&headers(&[("if-match", ETAG)]), false, &state), Verdict::Failed);
    assert_eq!(http(&headers(&[("if-none-match", ETAG)]), true, &state), Verdict::NotModified);
}

#[test]
fn dates() {
    for (value, verdict) in
        [(BEFORE, Verdict::Failed), (SAME, Verdict::Go), (AFTER, Verdict::Go), ("soon", Verdict::Go)]
    {
        assert_eq!(writing(&[("if-unmodified-since", value)]), verdict, "{value}");
        assert_eq!(creating(&[("if-unmodified-since", value)]), Verdict::Go, "{value}");
    }
    for (value, verdict) in
        [(BEFORE, Verdict::Go), (SAME, Verdict::NotModified), (AFTER, Verdict::NotModified), ("", Verdict::Go)]
    {
        assert_eq!(reading(&[("if-modified-since", value)]), verdict, "{value}");
        assert_eq!(writing(&[("if-modified-since", value)]), Verdict::Go, "{value}");
    }
    assert_eq!(reading(&[("if-modified-since", AFTER), ("if-modified-since", BEFORE)]), Verdict::Go);
}

#[test]
fn tags_come_before_dates_and_matches_before_others() {
    assert_eq!(writing(&[("if-match", ETAG), ("if-unmodified-since", BEFORE)]), Verdict::Go);
    assert_eq!(writing(&[("if-match", "\"x\""), ("if-unmodified-since", AFTER)]), Verdict::Failed);
    assert_eq!(reading(&[("if-none-match", "\"x\""), ("if-modified-since", AFTER)]), Verdict::Go);
    assert_eq!(reading(&[("if-none-match", ETAG), ("if-modified-since", BEFORE)]), Verdict::NotModified);
    assert_eq!(reading(&[("if-match", "\"x\""), ("if-none-match", ETAG)]), Verdict::Failed);
    assert_eq!(reading(&[("if-match", ETAG), ("if-none-match", ETAG)]), Verdict::NotModified);
    assert_eq!(reading(&[("if-unmodified-since", BEFORE), ("if-none-match", ETAG)]), Verdict::Failed);
    assert_eq!(reading(&[("if-match", ETAG), ("if-modified-since", AFTER)]), Verdict::NotModified);
}

#[test]
fn ranges_of_what_changed_are_not_sent() {
    let range = |value: &str| if_range(&headers(&[("if-range", value)]), Some(ETAG), there().modified);
    assert!(if_range(&HeaderMap::new(), Some(ETAG), None));
    assert!(range(ETAG) && range(SAME) && range(" \"abc\" "));
    for value in ["", "\"x\"", "W/\"abc\"", "abc", "*", BEFORE, AFTER, "\"abc\", \"abc\""] {
        assert!(!range(value), "{value}");
    }
    assert!(!if_range(&headers(&[("if-range", ETAG), ("if-range", ETAG)]), Some(ETAG), None));
    assert!(!if_range(&headers(&[("if-range", ETAG)]), None, None));
    assert!(!if_range(&headers(&[("if-range", SAME)]), Some(ETAG), None));
    assert!(!if_range(&headers(&[("if-range", "W/\"abc\"")]), Some("W/\"abc\""), None));
}
