//! Parts that are sent, and what is said about them.

use super::*;

#[test]
fn content_ranges() {
    let max = u64::MAX;
    assert_eq!(content_range(&HeaderMap::new()), Ok(None));
    for (text, start, end, total) in [
        ("bytes 0-99/200", 0, 100, Some(200)),
        ("bytes 0-0/1", 0, 1, Some(1)),
        ("bytes 100-199/*", 100, 200, None),
        ("Bytes 5-5/6", 5, 6, Some(6)),
        ("bytes=5-5/6", 5, 6, Some(6)),
        (&format!("bytes 0-{}/{max}", max - 1), 0, max, Some(max)),
    ] {
        assert_eq!(content_range(&with("content-range", text)), Ok(Some(ContentRange { start, end, total })), "{text}");
    }
    for text in [
        "",
        "bytes",
        "bytes ",
        "0-99/200",
        "bytes 0-99",
        "bytes 0-99/",
        "bytes */200",
        "bytes 0-/200",
        "bytes -5/200",
        "bytes 5-4/200",
        "bytes 0-200/200",
        "lines 0-1/2",
        "bytes 0 - 1/2",
        "bytes +0-1/2",
        "bytes 0-1/-2",
        "bytes 0-1/2/3",
        "bytes 0-1,2-3/4",
        "bytes 0-18446744073709551615/*",
        "bytes 99999999999999999999-99999999999999999999/*",
        "bytesx 0-1/2",
    ] {
        assert_eq!(content_range(&with("content-range", text)), Err(BadHeader("content-range")), "{text}");
    }
    assert!(content_range(&with_all("content-range", &["bytes 0-1/4", "bytes 2-3/4"])).is_err());
}

#[test]
fn update_ranges() {
    for (text, expected) in [
        ("bytes=3-6", UpdateRange::Part { start: 3, end: 7 }),
        ("bytes=3-3", UpdateRange::Part { start: 3, end: 4 }),
        ("bytes=4-", UpdateRange::From(4)),
        ("bytes=0-", UpdateRange::From(0)),
        ("bytes=-9", UpdateRange::Last(9)),
        ("bytes=-0", UpdateRange::Last(0)),
        ("append", UpdateRange::Append),
        ("APPEND", UpdateRange::Append),
    ] {
        assert_eq!(update_range(&with("x-update-range", text)), Ok(expected), "{text}");
    }
    for text in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=6-3",
        "bytes=a-b",
        "bytes=1",
        "3-6",
        "bytes=1-2,4-5",
        "bytes=--1",
        "bytes=1--2",
        "bytes=+1-2",
        "bytes=0-18446744073709551615",
        "bytes=99999999999999999999-",
        "appendix",
    ] {
        assert_eq!(update_range(&with("x-update-range", text)), Err(BadHeader("x-update-range")), "{text}");
    }
    assert!(update_range(&HeaderMap::new()).is_err());
}

#[test]
fn times_of_files() {
    for (text, expected) in [
        ("1700000000", Some(1_700_000_000)),
        ("1700000000.123456789", Some(1_700_000_000)),
        ("1700000000.", Some(1_700_000_000)),
        ("0", Some(0)),
        ("-86400", Some(-86_400)),
        ("253402300799", Some(253_402_300_799)),
        ("253402300800", None),
        ("-62135596801", None),
        ("99999999999999999999", None),
        ("", None),
        (".5", None),
        ("-", None),
        ("+1", None),
        ("1e9", None),
        ("0x5f5e100", None),
        ("1.-5", None),
        ("1.5.5", None),
        ("Wed, 25 Nov 2026 13:15:08 GMT", None),
    ] {
        assert_eq!(oc_mtime(&with("x-oc-mtime", text)), expected, "{text}");
    }
    assert_eq!(oc_mtime(&HeaderMap::new()), None);
}

#[test]
fn lengths_to_come() {
    for (text, expected) in [("0", Some(0)), ("4096", Some(4096)), ("", None), ("-1", None), ("+1", None), ("1k", None)]
    {
        assert_eq!(expected_length(&with("x-expected-entity-length", text)), expected, "{text}");
    }
    assert_eq!(expected_length(&HeaderMap::new()), None);
}
