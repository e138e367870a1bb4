//! Times of iCalendar (RFC 5545 sections 3.3.4 and 3.3.5): days, times of nowhere, of a zone, and UTC; and what the clock of Paris shows then.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Unit};

use super::line::Line;

/// The rule of Paris since 1996, as POSIX writes it: it needs no files of the machine.
const PARIS: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// A time as it was given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    /// What the clock shows, there.
    pub(super) civil: DateTime,
    /// Whether it is a day rather than a time.
    pub(super) all_day: bool,
    /// Where; none for days, and for times of nowhere or Paris.
    zone: Option<TimeZone>,
}

/// Reads a time that stands in a line.
///
/// # Errors
/// Why it is none.
pub(super) fn parse(line: &Line, value: &str) -> Result<Moment, String> {
    let value = value.trim();
    let wrong = || format!("{} is no time: {}", line.name, value.chars().take(40).collect::<String>());
    let (day, rest) = value.split_at_checked(8).ok_or_else(wrong)?;
    let day = parse_day(day).ok_or_else(wrong)?;
    if rest.is_empty() {
        return Ok(Moment { civil: day.to_datetime(Time::midnight()), all_day: true, zone: None });
    }
    let clock = rest.strip_prefix('T').ok_or_else(wrong)?;
    let (clock, utc) = clock.strip_suffix('Z').map_or((clock, false), |clock| (clock, true));
    let time = parse_clock(clock).ok_or_else(wrong)?;
    let zone = match line.parameter("TZID") {
        _ if utc => Some(TimeZone::UTC),
        Some(name) => zone(name)?,
        None => None,
    };
    Ok(Moment { civil: day.to_datetime(time), all_day: false, zone })
}

impl Moment {
    /// What the clock of Paris shows then.
    pub(super) fn in_paris(&self) -> Option<DateTime> {
        let Some(zone) = &self.zone else { return Some(self.civil) };
        let instant = zone.to_timestamp(self.civil).ok()?;
        Some(TimeZone::posix(PARIS).ok()?.to_datetime(instant))
    }

    /// The same time of another day.
    pub(super) fn on(&self, day: Date) -> Self {
        Self { civil: day.to_datetime(self.civil.time()), ..self.clone() }
    }

    /// That much later.
    pub(super) fn plus(&self, length: Span) -> Option<Self> {
        let civil = self.civil.checked_add(length).ok()?;
        Some(Self { civil, ..self.clone() })
    }

    /// How long it is until another time; none when that is earlier.
    pub(super) fn until(&self, end: &Self) -> Option<Span> {
        let span = match (&self.zone, &end.zone) {
            _ if self.all_day || end.all_day || self.zone == end.zone => self.civil.until((Unit::Day, end.civil)),
            _ => self.in_paris()?.until((Unit::Day, end.in_paris()?)),
        };
        span.ok().filter(|span| !span.is_negative())
    }
}

/// When the clock of Paris shows that, in seconds since 1970.
pub(super) fn instant(civil: DateTime) -> Option<i64> {
    Some(TimeZone::posix(PARIS).ok()?.to_timestamp(civil).ok()?.as_second())
}

/// Reads `20260131`.
pub(super) fn parse_day(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let year = i16::from(number(year.get(..2)?)?) * 100 + i16::from(number(year.get(2..)?)?);
    Date::new(year, number(month)?, number(day)?).ok()
}

/// Reads `235959`; some write no seconds. A leap second is the second before it.
fn parse_clock(text: &str) -> Option<Time> {
    let (hour, rest) = text.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    let second = if second.is_empty() { 0 } else { number(second)?.min(59) };
    Time::new(number(hour)?, number(minute)?, second, 0).ok()
}

/// Two digits.
fn number(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The zone of that name; none for Paris. Some calendars use Microsoft's names.
fn zone(name: &str) -> Result<Option<TimeZone>, String> {
    let name = name.trim_start_matches('/');
    let paris = name.ends_with("Europe/Paris") || matches!(name, "Romance Standard Time" | "W. Europe Standard Time");
    if paris {
        return Ok(None);
    }
    let known = matches!(name, "UTC" | "GMT" | "Etc/UTC").then_some(TimeZone::UTC);
    let zone = known.or_else(|| TimeZone::get(name).ok());
    zone.map(Some).ok_or_else(|| format!("its time zone is not known: {}", name.chars().take(40).collect::<String>()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn moment(parameters: &[(&str, &str)], value: &str) -> Result<Moment, String> {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        parse(&Line { name: "DTSTART".into(), parameters, value: value.to_owned() }, value)
    }

    #[test]
    fn times_are_shown_by_the_clock_of_paris() {
        let shown = |parameters: &[_], value| moment(parameters, value).unwrap().in_paris().unwrap().to_string();
        assert_eq!(shown(&[], "20250904T115500Z"), "2025-09-04T13:55:00");
        assert_eq!(shown(&[], "20251204T115500Z"), "2025-12-04T12:55:00");
        assert_eq!(shown(&[("TZID", "Europe/Paris")], "20251204T115500"), "2025-12-04T11:55:00");
        assert_eq!(shown(&[("TZID", "Romance Standard Time")], "20251204T1155"), "2025-12-04T11:55:00");
        assert_eq!(shown(&[("VALUE", "DATE")], "20251204"), "2025-12-04T00:00:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for value in
            ["", "2025", "20251304", "20250904T", "20250904T2500Z", "2025\u{E9}904", "20250904T1\u{E9}5500", "+1250904"]
        {
            assert!(moment(&[], value).is_err(), "{value}");
        }
        assert!(moment(&[("TZID", "Nowhere/At all")], "20250904T115500").is_err());
    }
}
