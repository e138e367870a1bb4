//! Ranges of a file of 100 bytes, and of none.

use super::*;

fn asked(text: &str) -> Ranged {
    range(&with("range", text), 100)
}

#[test]
fn ranges_within() {
    for (text, expected) in [
        ("bytes=0-", 0..100),
        ("bytes=0-0", 0..1),
        ("bytes=99-", 99..100),
        ("bytes=10-19", 10..20),
        ("bytes=10-1000", 10..100),
        ("bytes=10-99999999999999999999999", 10..100),
        ("bytes=0-18446744073709551615", 0..100),
        ("bytes=-1", 99..100),
        ("bytes=-1000", 0..100),
        ("bytes=-99999999999999999999999", 0..100),
        ("Bytes=5-6", 5..7),
        ("bytes= 5-6", 5..7),
    ] {
        assert_eq!(asked(text), Ranged::Part(expected), "{text}");
    }
}

#[test]
fn ranges_beyond() {
    for text in ["bytes=100-", "bytes=100-200", "bytes=99999999999999999999999-", "bytes=-0"] {
        assert_eq!(asked(text), Ranged::Unsatisfiable, "{text}");
    }
}

#[test]
fn what_is_no_single_range_is_ignored() {
    for text in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5",
        "bytes=6-5",
        "bytes=a-b",
        "bytes=0-1,3-4",
        "bytes=0-,",
        "lines=0-1",
        "bytes 0-1",
        "bytes=+1-2",
        "bytes=1--2",
        "bytes=--2",
        "bytes=1 - 2",
    ] {
        assert_eq!(asked(text), Ranged::Whole, "{text}");
    }
    assert_eq!(range(&HeaderMap::new(), 100), Ranged::Whole);
    assert_eq!(range(&with_all("range", &["bytes=0-1", "bytes=2-3"]), 100), Ranged::Whole);
}

#[test]
fn an_empty_file_is_sent_whole() {
    for text in ["bytes=0-", "bytes=0-0", "bytes=-5", "bytes=5-"] {
        assert_eq!(range(&with("range", text), 0), Ranged::Whole, "{text}");
    }
}
