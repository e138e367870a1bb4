//! Rules by which events repeat (RFC 5545 section 3.3.10): those that schools and people use. Days are tried one after the other, which is
//! bounded by the end that the caller gives; a rule with parts beyond these is refused rather than read wrongly.

use jiff::civil::{Date, Weekday};

use super::line::Line;
use super::time::{self, Moment};

/// The most days that are tried for one rule: some 40 years.
const DAYS: usize = 15_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    frequency: Frequency,
    interval: i64,
    count: Option<usize>,
    until: Option<Date>,
    /// Days of the week; with a number, the n-th of the month, from its end when negative.
    weekdays: Vec<(Option<i8>, Weekday)>,
    month_days: Vec<i8>,
    months: Vec<i8>,
    week_start: Weekday,
}

impl Rule {
    /// Reads a rule of an event that begins then.
    ///
    /// # Errors
    /// Why it can't be read.
    pub(super) fn parse(text: &str, start: &Moment) -> Result<Self, String> {
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut frequency = None;
        for part in text.trim().split(';').filter(|part| !part.is_empty()) {
            let wrong = || format!("its rule is not understood: {}", part.chars().take(40).collect::<String>());
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            match name.to_ascii_uppercase().as_str() {
                "FREQ" => frequency = Some(parse_frequency(value).ok_or_else(wrong)?),
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|n| (1..=1000).contains(n)).ok_or_else(wrong)?
                }
                "COUNT" => rule.count = Some(value.parse().map_err(|_| wrong())?),
                "UNTIL" => rule.until = Some(parse_until(value, start).ok_or_else(wrong)?),
                "BYDAY" => rule.weekdays = list(value, parse_weekday).ok_or_else(wrong)?,
                "BYMONTHDAY" => rule.month_days = list(value, |day| small(day, 31)).ok_or_else(wrong)?,
                "BYMONTH" => rule.months = list(value, |month| small(month, 12)).ok_or_else(wrong)?,
                "WKST" => rule.week_start = parse_weekday(value).ok_or_else(wrong)?.1,
                _ => return Err(wrong()),
            }
        }
        rule.frequency = frequency.ok_or_else(|| "its rule has no frequency".to_owned())?;
        let numbered = rule.weekdays.iter().any(|(number, _)| number.is_some());
        // The n-th day of the week of a year that names no months is counted in the year.
        let of_year = rule.frequency == Frequency::Yearly && rule.months.is_empty() && !rule.weekdays.is_empty();
        let of_week = matches!(rule.frequency, Frequency::Daily | Frequency::Weekly);
        if (numbered && of_week) || of_year || (rule.frequency == Frequency::Weekly && !rule.month_days.is_empty()) {
            return Err("its rule is not understood".to_owned());
        }
        Ok(rule)
    }

    /// The days of an event that begins on `start`, up to `end` at most. The first day counts even where the rule leaves it out.
    pub(super) fn days(&self, start: Date, end: Date) -> Vec<Date> {
        let end = self.until.map_or(end, |until| until.min(end));
        let count = self.count.unwrap_or(usize::MAX);
        let mut days = Vec::new();
        let mut day = start;
        for _ in 0..DAYS {
            if day > end || days.len() >= count {
                break;
            }
            if day == start || (self.in_interval(start, day) && self.fits(start, day)) {
                days.push(day);
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        days
    }

    /// Whether the day, week, month or year of `day` is one in which the event takes place.
    fn in_interval(&self, start: Date, day: Date) -> bool {
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let apart = match self.frequency {
            Frequency::Daily => day_number(day) - day_number(start),
            Frequency::Weekly => (self.week(day) - self.week(start)) / 7,
            Frequency::Monthly => months(day) - months(start),
            Frequency::Yearly => i64::from(day.year()) - i64::from(start.year()),
        };
        apart % self.interval == 0
    }

    /// The number of the day with which the week of `day` begins.
    fn week(&self, day: Date) -> i64 {
        day_number(day) - i64::from(day.weekday().since(self.week_start))
    }

    fn fits(&self, start: Date, day: Date) -> bool {
        let fits_month = self.months.is_empty() || self.months.contains(&day.month());
        let from_end = day.day() - day.days_in_month() - 1;
        let by_month_day = self.month_days.contains(&day.day()) || self.month_days.contains(&from_end);
        let by_weekday = self.weekdays.iter().any(|(number, weekday)| {
            let nth = (day.day() - 1) / 7 + 1;
            let nth_from_end = -((day.days_in_month() - day.day()) / 7 + 1);
            *weekday == day.weekday() && number.is_none_or(|number| number == nth || number == nth_from_end)
        });
        let fits_day = match (self.frequency, self.weekdays.is_empty(), self.month_days.is_empty()) {
            (Frequency::Daily, true, _) => true,
            (Frequency::Weekly, true, _) => day.weekday() == start.weekday(),
            (Frequency::Monthly, true, true) => day.day() == start.day(),
            (Frequency::Yearly, true, true) => {
                day.day() == start.day() && (!self.months.is_empty() || day.month() == start.month())
            }
            (_, false, false) => by_weekday && by_month_day,
            (_, false, true) => by_weekday,
            (_, true, false) => by_month_day,
        };
        fits_month && fits_day
    }
}

/// Days since a day long ago.
fn day_number(day: Date) -> i64 {
    const FIRST: Date = jiff::civil::date(-9000, 1, 1);
    day.duration_since(FIRST).as_hours() / 24
}

fn parse_frequency(text: &str) -> Option<Frequency> {
    match text.to_ascii_uppercase().as_str() {
        "DAILY" => Some(Frequency::Daily),
        "WEEKLY" => Some(Frequency::Weekly),
        "MONTHLY" => Some(Frequency::Monthly),
        "YEARLY" => Some(Frequency::Yearly),
        _ => None,
    }
}

/// The last day: of a time in UTC, the day that it is where the event begins, unless the event is later in that day.
fn parse_until(text: &str, start: &Moment) -> Option<Date> {
    let line = Line { name: "UNTIL".into(), parameters: Vec::new(), value: String::new() };
    let until = time::parse(&line, text).ok()?;
    let last = until.in_paris()?;
    if until.all_day || start.on(last.date()).in_paris()? <= last {
        Some(last.date())
    } else {
        last.date().yesterday().ok()
    }
}

fn parse_weekday(text: &str) -> Option<(Option<i8>, Weekday)> {
    let text = text.trim().to_ascii_uppercase();
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    if number.is_empty() { Some((None, weekday)) } else { Some((Some(small(number, 5)?), weekday)) }
}

/// A number that is not 0, at most `most` from it.
fn small(text: &str, most: i8) -> Option<i8> {
    let number: i8 = text.trim().parse().ok()?;
    (number != 0 && (-most..=most).contains(&number)).then_some(number)
}

fn list<T>(text: &str, part: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    const PARTS: usize = 62;
    let parts: Option<Vec<T>> = text.split(',').take(PARTS).map(part).collect();
    parts.filter(|parts| !parts.is_empty())
}

#[cfg(test)]
mod tests;
