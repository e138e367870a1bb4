//! The timetable: a calendar for each week, and one for the school year, that any program of calendars opens.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Kept, Lang, ViewFile};
use crate::format::ics::write::{Item, What, calendar};
use crate::record::{Record, TimetableEntry};

type Entry<'a> = (&'a Kept, &'a TimetableEntry);

pub(super) fn files(kept: &[&Kept], lang: Lang) -> Vec<ViewFile> {
    let mut entries: Vec<Entry<'_>> = kept.iter().filter_map(|kept| Some((*kept, entry(kept)?))).collect();
    entries.sort_by_cached_key(|(kept, entry)| (entry.start, kept.id()));
    let Some((first, _)) = entries.first() else {
        return Vec::new();
    };
    let folders = first.folders(lang);
    let path = |below: Option<String>, title: &str| {
        folders.iter().cloned().chain(below).chain([format!("{title}.ics")]).collect()
    };
    let mut weeks: BTreeMap<Date, Vec<Entry<'_>>> = BTreeMap::new();
    for (kept, entry) in &entries {
        weeks.entry(monday(entry.start.date())).or_default().push((kept, entry));
    }
    let title = lang.say_with("timetable-of", &[("year", &first.year_folder(lang))]);
    let mut files = vec![file(path(None, &title), &first.named(&title, lang), &entries, lang)];
    for (monday, entries) in weeks {
        let number = monday.iso_week_date().week().to_string();
        let title = lang.say_with("timetable-week", &[("monday", &monday.to_string()), ("week", &number)]);
        files.push(file(path(Some(lang.say("folder-weeks")), &title), &first.named(&title, lang), &entries, lang));
    }
    files
}

fn entry(kept: &Kept) -> Option<&TimetableEntry> {
    match &kept.record {
        Record::TimetableEntry(entry) => Some(entry),
        _ => None,
    }
}

/// The first day of a day's week; the day itself at the calendar's beginning.
fn monday(day: Date) -> Date {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(day)
}

fn file(path: Vec<String>, title: &str, entries: &[Entry<'_>], lang: Lang) -> ViewFile {
    let items = entries.iter().map(|(kept, entry)| Item { origin: &kept.origin, what: What::Lesson(entry) });
    let bytes = calendar(Some(title), lang, items).into_bytes();
    let of: Vec<&Kept> = entries.iter().map(|(kept, _)| *kept).collect();
    ViewFile::made(path, bytes, &of)
}
