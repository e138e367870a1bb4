//! Calendars as programs want them (RFC 5545): lessons as events, homework as tasks, times by the clock of Paris.
//!
//! A lesson's description has lines of a word and a value as PRONOTE's have, in the reader's language; [`super::read`] knows the words
//! of both languages, so that what is written here is read again as it was.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use crate::record::{Homework, Origin, TimetableEntry, TimetableState};
use crate::view::Lang;

/// An object of a calendar.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Where it comes from: what identifies it, and when it changed last.
    pub origin: &'a Origin,
    /// What it is.
    pub what: What<'a>,
}

/// What an object of a calendar is.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// An event.
    Lesson(&'a TimetableEntry),
    /// A task.
    Homework(&'a Homework),
}

/// Writes a calendar of that name, or, without a name, as CalDAV wants single objects (RFC 4791 section 4.1).
#[must_use]
pub fn calendar<'a>(name: Option<&str>, lang: Lang, items: impl IntoIterator<Item = Item<'a>>) -> String {
    let mut out = Lines::default();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cartable//Cartable//FR", "CALSCALE:GREGORIAN"] {
        out.line(line);
    }
    if let Some(name) = name {
        out.text("X-WR-CALNAME", name);
    }
    PARIS.lines().for_each(|line| out.line(line));
    for item in items {
        match item.what {
            What::Lesson(lesson) => event(&mut out, &item, lesson, lang),
            What::Homework(homework) => todo(&mut out, &item, homework, lang),
        }
    }
    out.line("END:VCALENDAR");
    out.0
}

/// The UID of an object: it stays the same as long as its account and its key do. Programs that show several calendars take two
/// objects of one UID for one, so the account is in it.
#[must_use]
pub fn uid(item: &Item<'_>) -> String {
    let kind = match item.what {
        What::Lesson(_) => "lesson",
        What::Homework(_) => "homework",
    };
    let key = format!("{}\u{1f}{kind}\u{1f}{}", item.origin.account.0, item.origin.key);
    let hash = blake3::derive_key("cartable 2026 uid of a calendar's object", key.as_bytes());
    let (short, _) = hash.split_at(16);
    format!("{}@cartable", data_encoding::HEXLOWER.encode(short))
}

fn event(out: &mut Lines, item: &Item<'_>, lesson: &TimetableEntry, lang: Lang) {
    begin(out, "VEVENT", item);
    let whole_days = lesson.start.time() == Time::midnight() && lesson.end.time() == Time::midnight();
    if whole_days && lesson.start < lesson.end {
        out.line(&format!("DTSTART;VALUE=DATE:{}", lesson.start.strftime("%Y%m%d")));
        out.line(&format!("DTEND;VALUE=DATE:{}", lesson.end.strftime("%Y%m%d")));
    } else {
        out.line(&format!("DTSTART;TZID=Europe/Paris:{}", clock(lesson.start)));
        out.line(&format!("DTEND;TZID=Europe/Paris:{}", clock(lesson.end.max(lesson.start))));
    }
    out.text("SUMMARY", &lesson.subject);
    out.text("LOCATION", &lesson.rooms.join(", "));
    let mut description = Vec::new();
    match &lesson.state {
        TimetableState::Planned => {}
        TimetableState::Cancelled => out.line("STATUS:CANCELLED"),
        TimetableState::Changed(how) => description.push(how.clone()),
    }
    description.extend(labelled(["calendar-teacher", "calendar-teachers"], &lesson.teachers, lang));
    description.extend(labelled(["calendar-group", "calendar-groups"], &lesson.groups, lang));
    description.extend(lesson.memo.clone());
    out.text("DESCRIPTION", &description.join("\n"));
    out.line("END:VEVENT");
}

fn todo(out: &mut Lines, item: &Item<'_>, homework: &Homework, lang: Lang) {
    begin(out, "VTODO", item);
    if let Some(given) = homework.given.filter(|given| *given < homework.due) {
        out.line(&format!("DTSTART;VALUE=DATE:{}", given.strftime("%Y%m%d")));
    }
    out.line(&format!("DUE;VALUE=DATE:{}", homework.due.strftime("%Y%m%d")));
    let text = plain_text(&homework.html);
    let first = text.lines().next().unwrap_or_default();
    let summary = match first {
        "" => homework.subject.clone(),
        first => lang.say_with("calendar-homework", &[("subject", &homework.subject), ("text", first)]),
    };
    out.text("SUMMARY", &summary);
    out.text("CATEGORIES", &homework.subject);
    out.text("DESCRIPTION", &text);
    out.line(if homework.done { "STATUS:COMPLETED" } else { "STATUS:NEEDS-ACTION" });
    out.line("END:VTODO");
}

fn begin(out: &mut Lines, kind: &str, item: &Item<'_>) {
    out.line(&format!("BEGIN:{kind}"));
    out.line(&format!("UID:{}", uid(item)));
    let changed = Timestamp::from_second(item.origin.fetched).unwrap_or(Timestamp::UNIX_EPOCH);
    out.line(&format!("DTSTAMP:{}", changed.strftime("%Y%m%dT%H%M%SZ")));
}

fn clock(time: DateTime) -> String {
    time.strftime("%Y%m%dT%H%M%S").to_string()
}

/// A value behind the word for one, or values behind the word for several.
fn labelled([one, several]: [&str; 2], values: &[String], lang: Lang) -> Option<String> {
    match values {
        [] => None,
        [value] => Some(lang.labelled(one, value)),
        many => Some(lang.labelled(several, &many.join(", "))),
    }
}

/// The text of HTML, for programs that show no HTML: without tags, with lines where blocks end.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            rest = "";
            break;
        };
        let name = tag
            .trim_start_matches('/')
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let ends_line = matches!(name.to_ascii_lowercase().as_str(), "br" | "p" | "div" | "li" | "tr" | "ul" | "ol");
        if ends_line && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let lines = text.lines().map(|line| entities(line).trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Text with the entities that platforms write.
fn entities(text: &str) -> String {
    let spaced = text.replace("&nbsp;", " ");
    quick_xml::escape::unescape(&spaced).map_or_else(|_| spaced.clone(), |text| text.into_owned())
}

/// Lines that end with CR LF and are folded at 75 octets (RFC 5545 section 3.1).
#[derive(Default)]
pub(crate) struct Lines(pub(crate) String);

impl Lines {
    /// A line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        const OCTETS: usize = 75;
        let mut used = 0;
        for letter in line.chars() {
            if used + letter.len_utf8() > OCTETS {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(letter);
            used += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A line of text, unless it is empty: escaped (RFC 5545 section 3.3.11), control characters left out.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut line = format!("{name}:");
        for letter in text.replace("\r\n", "\n").chars() {
            match letter {
                '\n' => line.push_str("\\n"),
                '\\' | ';' | ',' => line.extend(['\\', letter]),
                letter if letter.is_control() && letter != '\t' => {}
                letter => line.push(letter),
            }
        }
        self.line(&line);
    }
}

/// The rule of Paris since 1996.
const PARIS: &str = "\
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
END:VTIMEZONE";

#[cfg(test)]
mod tests;
