//! Dates as HTTP and WebDAV write them, in whole seconds: fractions make Windows refuse a whole listing.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second that four digits of a year can name: 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;
const DAY_SECONDS: u64 = 86_400;

/// `Wed, 25 Nov 2026 13:15:08 GMT` (RFC 9110 section 5.6.7), for `getlastmodified` and `Last-Modified`.
///
/// A time that the form can't name, before 1970 or after 9999, becomes the nearest one it can.
#[must_use]
pub(crate) fn http(time: SystemTime) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds(time)))
}

/// `2026-11-25T13:15:08Z` (RFC 3339), for `creationdate`. Bounded like [`http()`].
#[must_use]
pub(crate) fn iso(time: SystemTime) -> String {
    let seconds = seconds(time);
    let (year, month, day) = civil(seconds / DAY_SECONDS);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Reads a date of HTTP, in any of its three forms.
#[must_use]
pub(crate) fn parse_http(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

/// Whole seconds since 1970, within what a date can name.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().min(LAST_SECOND))
}

/// Year, month and day of a day since 1970, by Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day
/// comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}
