//! The timetable as iCalendar (RFC 5545), at an address that needs no login.

use std::fmt::Write;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::crypt;
use super::school::{Person, Year};

/// What opens a person's calendar: the same in each session of a server.
pub(crate) fn secret(salt: &[u8; 16], login: &str) -> String {
    let digest = crypt::md5(&[salt, login.as_bytes()].concat());
    data_encoding::HEXUPPER.encode(&digest)
}

/// The year's timetable of a person. What does not take place is said in the title, as PRONOTE does.
pub(crate) fn write(year: &Year, person: &Person) -> String {
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Fake PRONOTE//FR\r\n");
    for week in year.week_of(year.first)..=year.week_of(year.last) {
        for entry in year.timetable(person, week) {
            let prefix = entry.status.map(|status| format!("{status} - ")).unwrap_or_default();
            let summary = format!("{prefix}{} - {}", entry.subject.name, entry.subject.teacher);
            let lines = [
                "BEGIN:VEVENT".to_owned(),
                format!("UID:{}", data_encoding::HEXLOWER.encode(&crypt::md5(entry.key().as_bytes()))),
                format!("DTSTAMP:{}", instant(entry.start())),
                format!("DTSTART:{}", instant(entry.start())),
                format!("DTEND:{}", instant(entry.end())),
                format!("SUMMARY;LANGUAGE=fr:{}", escape(&summary)),
                format!("LOCATION;LANGUAGE=fr:{}", escape(entry.room)),
                format!("CATEGORIES:{}", if entry.cancelled { "Cours annul\u{e9}" } else { "Cours" }),
                "END:VEVENT".to_owned(),
            ];
            for line in lines {
                write!(out, "{}\r\n", fold(&line)).unwrap();
            }
        }
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

/// A moment of France, in UTC.
fn instant(time: DateTime) -> String {
    let france = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let instant = france.to_ambiguous_timestamp(time).compatible().unwrap();
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Breaks a line after 73 bytes, between letters.
fn fold(line: &str) -> String {
    let (mut out, mut width) = (String::new(), 0);
    for letter in line.chars() {
        if width + letter.len_utf8() > 73 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(letter);
        width += letter.len_utf8();
    }
    out
}
