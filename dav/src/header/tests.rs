//! Each header as clients send it, and as none should.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod content;
mod destination;
mod range;

use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

fn with(name: &str, value: &str) -> HeaderMap {
    with_all(name, &[value])
}

fn with_all(name: &str, values: &[&str]) -> HeaderMap {
    let name: HeaderName = name.parse().unwrap();
    values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap())).collect()
}

#[test]
fn depths() {
    assert_eq!(depth(&HeaderMap::new()), Ok(None));
    for (text, expected) in [
        ("0", Depth::Zero),
        ("1", Depth::One),
        ("infinity", Depth::Infinity),
        ("Infinity", Depth::Infinity),
        (" 1 ", Depth::One),
    ] {
        assert_eq!(depth(&with("depth", text)), Ok(Some(expected)), "{text}");
    }
    for text in ["", "2", "-1", "00", "1,noroot", "infinite", "0, 1", "99999999999999999999", "\u{e9}"] {
        assert_eq!(depth(&with("depth", text)), Err(BadHeader("depth")), "{text}");
    }
    assert!(depth(&with_all("depth", &["0", "infinity"])).is_err());
}

#[test]
fn timeouts() {
    assert_eq!(timeout(&HeaderMap::new()), None);
    for (text, expected) in [
        ("Second-3600", Some(Timeout::Seconds(3600))),
        ("second-0", Some(Timeout::Seconds(0))),
        ("Infinite", Some(Timeout::Infinite)),
        ("Infinite, Second-4100000000", Some(Timeout::Infinite)),
        ("Extend, Second-60", Some(Timeout::Seconds(60))),
        ("Second-4294967295", Some(Timeout::Seconds(u32::MAX))),
        ("Second-99999999999999999999", Some(Timeout::Seconds(u32::MAX))),
        ("Second-", None),
        ("Second--1", None),
        ("Second-+1", None),
        ("Second-1x, Second-2", Some(Timeout::Seconds(2))),
        ("3600", None),
        ("", None),
        ("S\u{e9}cond-1", None),
    ] {
        assert_eq!(timeout(&with("timeout", text)), expected, "{text}");
    }
    assert_eq!(timeout(&with_all("timeout", &["nonsense", "Second-5"])), Some(Timeout::Seconds(5)));
}

#[test]
fn lock_tokens() {
    let token = "urn:uuid:e71d4fae-5dec-22d6-fea5-00a0c91e6be4";
    assert_eq!(lock_token(&with("lock-token", &format!("<{token}>"))).unwrap(), token);
    assert_eq!(lock_token(&with("lock-token", token)).unwrap(), token);
    for text in ["", "<>", "<a", "a>", "<a> <b>", "a b", "<<a>>", "<\u{e9}>"] {
        assert_eq!(lock_token(&with("lock-token", text)), Err(BadHeader("lock-token")), "{text}");
    }
    assert!(lock_token(&HeaderMap::new()).is_err());
    assert!(lock_token(&with_all("lock-token", &["<a:a>", "<b:b>"])).is_err());
}

proptest! {
    #[test]
    fn any_value_is_answered(
        text in "[ -~\u{80}-\u{ff}]{0,60}",
        shaped in "(bytes[= ]|<|http://|Second-|-|/)?[0-9*/,:@.-]{0,24}>?",
        size: u64,
    ) {
        for value in [&text, &shaped] {
            for name in [
                "depth", "overwrite", "destination", "timeout", "lock-token", "content-range", "x-update-range", "range",
                "x-oc-mtime", "x-expected-entity-length",
            ] {
                let headers = with(name, value);
                let _ = (depth(&headers), overwrite(&headers), destination(&headers, Some("h")), timeout(&headers));
                let _ = (lock_token(&headers), oc_mtime(&headers), expected_length(&headers));
                if let Ok(Some(range)) = content_range(&headers) {
                    prop_assert!(range.start < range.end);
                }
                if let Ok(UpdateRange::Part { start, end }) = update_range(&headers) {
                    prop_assert!(start < end);
                }
                if let Ranged::Part(range) = range(&headers, size) {
                    prop_assert!(range.start < range.end && range.end <= size);
                }
            }
        }
    }
}
