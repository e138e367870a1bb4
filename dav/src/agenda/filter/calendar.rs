//! Filters on events and tasks (RFC 4791 section 9.7), and the times that they overlap (section 9.9).
//!
//! Times of an object come with it, so a search by time, which is what phones ask for, looks at no text.

use std::cell::OnceCell;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Collation, PropFilter, attribute, invalid, named, unsupported};
use crate::agenda::content::Content;
use crate::agenda::{CALDAV, Holds, Object};
use crate::fault::Outcome;
use crate::xml::Element;

/// What is wanted of a calendar's objects.
#[derive(Debug)]
pub(in crate::agenda) struct CalendarFilter(CompFilter);

/// What is wanted of components of one name.
#[derive(Debug)]
struct CompFilter {
    name: String,
    none: bool,
    range: Option<Range>,
    properties: Vec<PropFilter>,
    components: Vec<CompFilter>,
}

/// From when on, and until when, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Range {
    from: i64,
    until: i64,
}

/// An object, of which the text is read where it must be.
struct Seen<'a> {
    object: &'a Object,
    holds: Holds,
    content: OnceCell<Content>,
}

impl CalendarFilter {
    /// Reads a `filter`.
    pub(in crate::agenda) fn read(filter: Option<&Element>) -> Outcome<Self> {
        let mut parts = filter.ok_or_else(|| invalid(CALDAV))?.elements();
        let (Some(whole), None) = (parts.next(), parts.next()) else { return Err(invalid(CALDAV)) };
        let read = CompFilter::read(whole)?;
        if read.name == "VCALENDAR" && read.range.is_none() { Ok(Self(read)) } else { Err(invalid(CALDAV)) }
    }

    pub(in crate::agenda) fn holds(&self, object: &Object, holds: Holds) -> bool {
        self.0.is_met("VCALENDAR", &Seen { object, holds, content: OnceCell::new() })
    }
}

impl CompFilter {
    /// Reads a `comp-filter`. The parser bounds how deep they stand in each other.
    fn read(element: &Element) -> Outcome<Self> {
        if !element.is(CALDAV, "comp-filter") {
            return Err(unsupported(CALDAV));
        }
        let mut read = Self {
            name: named(element, CALDAV)?,
            none: false,
            range: None,
            properties: Vec::new(),
            components: Vec::new(),
        };
        for part in element.elements() {
            if part.is(CALDAV, "is-not-defined") {
                read.none = true;
            } else if part.is(CALDAV, "time-range") {
                read.range = Some(Range::read(part)?);
            } else if part.is(CALDAV, "prop-filter") {
                read.properties.push(PropFilter::read(part, CALDAV, Collation::AsciiCasemap)?);
            } else {
                read.components.push(Self::read(part)?);
            }
        }
        let more = read.range.is_some() || !read.properties.is_empty() || !read.components.is_empty();
        if read.none && more { Err(invalid(CALDAV)) } else { Ok(read) }
    }

    fn is_met(&self, path: &str, seen: &Seen<'_>) -> bool {
        let there = seen.has(path);
        if self.none || !there {
            return self.none != there;
        }
        let in_time = self.range.is_none_or(|range| path == seen.own() && range.overlaps(seen.object, seen.holds));
        in_time
            && self.properties.iter().all(|wanted| wanted.holds(&seen.content().values(path, &wanted.name)))
            && self.components.iter().all(|wanted| wanted.is_met(&format!("{path}/{}", wanted.name), seen))
    }
}

impl Seen<'_> {
    /// The path of the component that the object is.
    fn own(&self) -> &'static str {
        match self.holds {
            Holds::Events => "VCALENDAR/VEVENT",
            Holds::Tasks => "VCALENDAR/VTODO",
            Holds::Cards => "VCARD",
        }
    }

    fn has(&self, path: &str) -> bool {
        path == "VCALENDAR" || path == self.own() || self.content().has(path)
    }

    fn content(&self) -> &Content {
        self.content.get_or_init(|| Content::of(&self.object.data))
    }
}

impl Range {
    fn read(element: &Element) -> Outcome<Self> {
        let side = |name| attribute(element, name).map(|text| instant(text).ok_or_else(|| invalid(CALDAV))).transpose();
        let (from, until) = (side("start")?, side("end")?);
        let range = Self { from: from.unwrap_or(i64::MIN), until: until.unwrap_or(i64::MAX) };
        let sound = (from.is_some() || until.is_some()) && range.from < range.until;
        if sound { Ok(range) } else { Err(invalid(CALDAV)) }
    }

    /// The tables of RFC 4791 section 9.9.
    fn overlaps(self, object: &Object, holds: Holds) -> bool {
        let Self { from, until } = self;
        match (object.start, object.end) {
            (None, None) => holds == Holds::Tasks,
            (None, Some(due)) => from < due && until >= due,
            (Some(start), Some(end)) if holds == Holds::Tasks => {
                (from < end || from <= start) && (until > start || until >= end)
            }
            (Some(start), Some(end)) if end > start => from < end && until > start,
            (Some(start), _) => from <= start && until > start,
        }
    }
}

/// A time in UTC, as `20261128T080000Z`.
fn instant(text: &str) -> Option<i64> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(TimeZone::UTC.to_timestamp(civil).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(start: Option<i64>, end: Option<i64>) -> Object {
        Object { name: "a.ics".into(), data: String::new(), start, end }
    }

    #[test]
    fn what_overlaps_is_told_as_the_standard_tells_it() {
        let range = Range { from: 10, until: 20 };
        let event = |start, end| range.overlaps(&object(Some(start), Some(end)), Holds::Events);
        assert!(event(5, 11) && event(19, 30) && event(0, 40) && event(12, 13));
        assert!(!event(5, 10) && !event(20, 30));
        assert!(event(10, 10) && !event(20, 20) && !event(9, 9));
        let task = |start, end| range.overlaps(&object(start, end), Holds::Tasks);
        assert!(task(None, None) && task(None, Some(20)) && task(Some(1), Some(11)) && task(Some(15), None));
        assert!(!task(None, Some(10)) && !task(None, Some(21)) && !task(Some(21), Some(30)) && !task(Some(1), Some(9)));
    }

    #[test]
    fn times_are_those_of_utc() {
        assert_eq!(instant("20261128T080000Z"), Some(1_795_852_800));
        for wrong in ["", "20261128", "20261128T080000", "20261328T080000Z", "20261128T080000Z "] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }
}
