//! Both forms against known dates, their bounds, and any text as a date.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn known_dates() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_799, "2000-02-29T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (1_795_612_508, "2026-11-25T13:15:08Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(iso(at(seconds)), text);
    }
    assert_eq!(http(at(1_795_612_508)), "Wed, 25 Nov 2026 13:15:08 GMT");
    assert_eq!(http(at(1_795_612_508) + Duration::from_millis(999)), "Wed, 25 Nov 2026 13:15:08 GMT");
}

#[test]
fn times_out_of_reach_are_bounded() {
    let before = UNIX_EPOCH - Duration::from_secs(86_400 * 400);
    assert_eq!(http(before), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(iso(before), "1970-01-01T00:00:00Z");
    for after in [at(253_402_300_800), at(1 << 40), at(i64::MAX as u64)] {
        assert_eq!(http(after), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(iso(after), "9999-12-31T23:59:59Z");
    }
}

#[test]
fn three_forms_are_read() {
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", " Sun Nov  6 08:49:37 1994 "] {
        assert_eq!(parse_http(text), Some(at(784_111_777)), "{text}");
    }
    for text in
        ["", "yesterday", "1994-11-06T08:49:37Z", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1000 08:49:37 GMT"]
    {
        assert_eq!(parse_http(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn dates_come_back(seconds in 0..=LAST_SECOND) {
        prop_assert_eq!(parse_http(&http(at(seconds))), Some(at(seconds)));
        prop_assert_eq!(iso(at(seconds)).len(), 20);
    }

    #[test]
    fn any_text_is_answered(
        text in "\\PC{0,40}",
        shaped in "(Sun|Mon|Xxx), ?[0-9]{2}[ -](Nov|Feb|abc)[ -][0-9]{2,4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
        old in "Sun Nov [ 0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}",
    ) {
        let _ = (parse_http(&text), parse_http(&shaped), parse_http(&old));
    }
}
