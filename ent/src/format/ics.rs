//! Calendars (iCalendar, RFC 5545): read from platforms and files, and written for programs that show them.
//!
//! Times become civil times of the school: the clock of Paris. Events that repeat become one entry for each time, up to the end of the school
//! year. What Index Education's programs (PRONOTE, HYPERPLANNING) and ADE write into events is taken apart; for others the event's title is
//! the subject and its place the room. One wrong event is remarked, the others are read.

mod component;
mod known;
mod line;
mod repeat;
mod time;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};

use super::reading::{Reading, Remark, Unreadable};
use crate::record::{Homework, Piece, Record, SchoolYear, SourceId, TimetableEntry, TimetableState, Turnin};
use component::{Component, Kind};
use known::Maker;

/// The largest calendar that is read, in bytes.
pub const LIMIT_BYTES: usize = 32 << 20;
/// The most entries that are read of one calendar.
const ENTRIES: usize = 50_000;
/// The most times that one event may repeat.
const TIMES: usize = 2_000;
/// The most events that may repeat.
const RULES: usize = 2_000;

/// When the clock of Paris shows a time, in seconds since 1970; none outside what can be counted.
pub(crate) fn instant(civil: DateTime) -> Option<i64> {
    time::instant(civil)
}

/// Reads a calendar. Events that repeat for ever end with the school year of `today`, or with their own first one when that is later.
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], source: SourceId, today: Date) -> Result<Reading, Unreadable> {
    if bytes.len() > LIMIT_BYTES {
        return Err(Unreadable::TooLarge { limit_bytes: LIMIT_BYTES });
    }
    let mut reading = Reading::default();
    let calendar = component::read(bytes, &mut reading)?;
    let maker = Maker::of(&calendar);
    let mut file =
        File { maker, source, today, keys: BTreeMap::new(), rules: 0, moved: moved(&calendar.components), reading };
    for component in &calendar.components {
        match component.kind {
            Kind::Event => file.event(component),
            Kind::Todo => file.todo(component),
        }
        if file.reading.pieces.len() >= ENTRIES {
            file.reading.remark(Remark::TooMany { what: "entries", limit: ENTRIES });
            break;
        }
    }
    Ok(file.reading)
}

struct File {
    maker: Maker,
    source: SourceId,
    today: Date,
    /// How often each key was used.
    keys: BTreeMap<String, usize>,
    /// How many events repeat.
    rules: usize,
    /// Times of repeated events that have an event of their own, by the event's UID.
    moved: BTreeSet<(String, DateTime)>,
    reading: Reading,
}

impl File {
    fn event(&mut self, event: &Component) {
        let title = event.text("SUMMARY").unwrap_or_default();
        let start = match event.time("DTSTART") {
            Ok(Some(start)) => start,
            Ok(None) => return self.reading.bad(title, "it has no beginning"),
            Err(why) => return self.reading.bad(title, why),
        };
        let length = match event.length(&start) {
            Ok(length) => length,
            Err(why) => return self.reading.bad(title, why),
        };
        let times = match self.times(event, &start) {
            Ok(times) => times,
            Err(why) => {
                self.reading.bad(title.clone(), why);
                vec![start.clone()]
            }
        };
        for time in times {
            let (Some(begin), Some(end)) = (time.in_paris(), time.plus(length).and_then(|end| end.in_paris())) else {
                return self.reading.bad(title, "its time is out of bounds");
            };
            if self.maker.is_homework(event) {
                self.homework(event, begin.date(), begin);
            } else {
                self.entry(event, begin, end);
            }
        }
    }

    fn times(&mut self, event: &Component, start: &time::Moment) -> Result<Vec<time::Moment>, String> {
        let Some(rule) = event.value("RRULE") else { return Ok(vec![start.clone()]) };
        self.rules += 1;
        if self.rules > RULES {
            return Err("too many events repeat".into());
        }
        let rule = repeat::Rule::parse(rule, start)?;
        let last_year = SchoolYear::of(self.today).0.max(SchoolYear::of(start.civil.date()).0);
        let end = Date::new(last_year.saturating_add(1), 7, 31).map_err(|error| error.to_string())?;
        let mut days = rule.days(start.civil.date(), end);
        if days.len() > TIMES {
            self.reading.remark(Remark::TooMany { what: "times of one event", limit: TIMES });
            days.truncate(TIMES);
        }
        let uid = event.text("UID").unwrap_or_default();
        let left_out: BTreeSet<DateTime> = event.times("EXDATE").filter_map(|time| time.in_paris()).collect();
        let whole_days: BTreeSet<Date> =
            event.times("EXDATE").filter(|time| time.all_day).map(|time| time.civil.date()).collect();
        let times = days.into_iter().map(|day| start.on(day));
        Ok(times
            .filter(|time| {
                let Some(begin) = time.in_paris() else { return false };
                let is_moved = self.moved.contains(&(uid.clone(), begin));
                !is_moved && !left_out.contains(&begin) && !whole_days.contains(&begin.date())
            })
            .collect())
    }

    fn entry(&mut self, event: &Component, start: DateTime, end: DateTime) {
        let entry = self.maker.entry(event, start, end);
        let natural = format!("lesson/{start}/{}/{}", entry.subject, entry.teachers.join(", "));
        let key = self.key(event, start, natural);
        self.piece(key, start.date(), Record::TimetableEntry(entry));
    }

    fn homework(&mut self, event: &Component, due: Date, start: DateTime) {
        let homework = self.maker.homework(event, due);
        let natural = format!("homework/{due}/{}/{}", homework.subject, SourceId::of(homework.html.as_bytes()).text());
        let key = self.key(event, start, natural);
        self.piece(key, due, Record::Homework(homework));
    }

    fn todo(&mut self, todo: &Component) {
        let title = todo.text("SUMMARY").unwrap_or_default();
        let due = match todo.time("DUE").and_then(|due| Ok(due.or(todo.time("DTSTART")?))) {
            Ok(due) => due.and_then(|due| due.in_paris()),
            Err(why) => return self.reading.bad(title, why),
        };
        match due {
            Some(due) => self.homework(todo, due.date(), due),
            None => self.reading.bad(title, "it is for no day"),
        }
    }

    /// What identifies an entry: its UID and time. Index Education's UIDs hold the time of the export: there it is its own words.
    fn key(&mut self, event: &Component, start: DateTime, natural: String) -> String {
        let uid = event.text("UID").filter(|_| !self.maker.is_index_education());
        let key = match uid {
            Some(uid) if event.value("RRULE").is_some() => format!("uid/{uid}/{start}"),
            Some(uid) => match event.time("RECURRENCE-ID").ok().flatten().and_then(|time| time.in_paris()) {
                Some(time) => format!("uid/{uid}/{time}"),
                None => format!("uid/{uid}"),
            },
            None => natural,
        };
        let used = self.keys.entry(key.clone()).or_default();
        *used += 1;
        if *used == 1 { key } else { format!("{key}/{used}") }
    }

    fn piece(&mut self, key: String, day: Date, record: Record) {
        let year = Some(SchoolYear::of(day));
        let (source, dropped) = (self.source, Vec::new());
        self.reading.pieces.push(Piece { key, year, school: None, pupil: None, record, source, dropped });
    }
}

/// Times of repeated events that were given an event of their own.
fn moved(components: &[Component]) -> BTreeSet<(String, DateTime)> {
    let times = components.iter().filter_map(|event| {
        let time = event.time("RECURRENCE-ID").ok()??.in_paris()?;
        Some((event.text("UID").unwrap_or_default(), time))
    });
    times.collect()
}

#[cfg(test)]
mod tests;
