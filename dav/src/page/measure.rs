//! Sizes and dates as people read them.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::Lang;

/// A size in bytes as people read it: powers of a thousand, as file managers count; one decimal below ten.
pub(super) fn size(lang: Lang, bytes: u64) -> String {
    if bytes < 1000 {
        return lang.say_with("size-bytes", [("count", bytes.into())]);
    }
    let mut unit = 1000_u64;
    let mut names =
        ["size-kilobytes", "size-megabytes", "size-gigabytes", "size-terabytes", "size-petabytes"].into_iter();
    let mut name = names.next().unwrap_or_default();
    // Rounding can reach a thousand: 999,960 bytes are 1 MB.
    while bytes >= unit * 1000 - unit / 2 {
        let Some(larger) = names.next() else { break };
        (unit, name) = (unit * 1000, larger);
    }
    let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
    let number = if tenths < 100 {
        lang.say_with("decimal", [("whole", (tenths / 10).into()), ("tenth", (tenths % 10).into())])
    } else {
        (bytes.saturating_add(unit / 2) / unit).to_string()
    };
    lang.say_with(name, [("number", number.into())])
}

/// A moment as a `<time>` element: in UTC for programs, in `zone` for people. Nothing for years that calendars don't
/// write.
pub(super) fn moment(lang: Lang, zone: &TimeZone, at: SystemTime) -> Markup {
    let stamp =
        Timestamp::try_from(at).ok().filter(|stamp| (1..=9999).contains(&TimeZone::UTC.to_datetime(*stamp).year()));
    let Some(stamp) = stamp else { return html! {} };
    let local = zone.to_datetime(stamp);
    let two = |number: i8| format!("{number:02}").into();
    let said = lang.say_with(
        "moment",
        [
            ("year", format!("{:04}", local.year()).into()),
            ("month", two(local.month())),
            ("day", two(local.day())),
            ("hour", two(local.hour())),
            ("minute", two(local.minute())),
        ],
    );
    let utc = TimeZone::UTC.to_datetime(stamp);
    html! { time datetime=(utc.strftime("%Y-%m-%dT%H:%M:%SZ")) { (said) } }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use super::*;

    #[test]
    fn sizes_are_read_in_both_languages() {
        for (bytes, french, english) in [
            (0, "0\u{a0}octet", "0\u{a0}bytes"),
            (1, "1\u{a0}octet", "1\u{a0}byte"),
            (999, "999\u{a0}octets", "999\u{a0}bytes"),
            (1000, "1,0\u{a0}ko", "1.0\u{a0}KB"),
            (1549, "1,5\u{a0}ko", "1.5\u{a0}KB"),
            (9_949, "9,9\u{a0}ko", "9.9\u{a0}KB"),
            (9_950, "10\u{a0}ko", "10\u{a0}KB"),
            (999_499, "999\u{a0}ko", "999\u{a0}KB"),
            (999_500, "1,0\u{a0}Mo", "1.0\u{a0}MB"),
            (4_294_967_296, "4,3\u{a0}Go", "4.3\u{a0}GB"),
            (u64::MAX, "18446\u{a0}Po", "18446\u{a0}PB"),
        ] {
            assert_eq!(size(Lang::Fr, bytes), french);
            assert_eq!(size(Lang::En, bytes), english);
        }
    }

    #[test]
    fn moments_are_local_for_people_and_utc_for_programs() {
        let zone = TimeZone::fixed(jiff::tz::offset(4));
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_764_101_640);
        let french = moment(Lang::Fr, &zone, at).into_string();
        assert_eq!(french, "<time datetime=\"2025-11-25T20:14:00Z\">26/11/2025\u{a0}00:14</time>");
        let english = moment(Lang::En, &zone, at).into_string();
        assert!(english.contains("2025-11-26\u{a0}00:14"), "{english}");
    }

    #[test]
    fn moments_beyond_the_calendar_are_left_out() {
        let late = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX >> 2);
        let early = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(63_000_000_000)).unwrap();
        for at in [late, early] {
            assert_eq!(moment(Lang::Fr, &TimeZone::UTC, at).into_string(), "");
        }
    }
}
