//! The timetable (`PageEmploiDuTemps`).

use serde_json::Value;

use crate::platform::pronote::calendar::Calendar;
use crate::platform::pronote::found::{Found, Keys};
use crate::platform::pronote::json;
use crate::record::{Record, TimetableEntry, TimetableState};

/// Reads a week. Of two entries at the same time, as a lesson and what replaces it, both are read.
pub(in super::super) fn timetable(answer: &Value, calendar: &Calendar, pupil: Option<&str>) -> Found {
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "ListeCours", &mut found) {
        let Some(start) = json::datetime(of, "DateDuCours") else {
            found.missing.push("DateDuCours");
            continue;
        };
        let Some(subject) = subject(of) else {
            found.missing.push("ListeCours: ListeContenus, motif");
            continue;
        };
        let places = json::number(of, "place").zip(json::number(of, "duree"));
        let end = json::datetime(of, "DateDuCoursFin")
            .or_else(|| places.and_then(|(place, places)| calendar.end_of_lesson(start, place, places)))
            .filter(|end| *end >= start)
            .unwrap_or(start);
        let entry = TimetableEntry {
            start,
            end,
            teachers: [contents(of, TEACHER), contents(of, STAFF)].concat(),
            rooms: contents(of, ROOM),
            groups: contents(of, GROUP),
            state: state(of),
            memo: json::text(of, "memo"),
            subject,
        };
        let key = keys.key("timetable", &[&start.to_string(), &entry.subject]);
        found.facts.push((key, Record::TimetableEntry(entry)));
    }
    found
}

/// The subject; of an outing its reason, of a detention its title; else the first thing that is said.
fn subject(of: &Value) -> Option<String> {
    let contents = || json::list(of, "ListeContenus").iter();
    let titled = || contents().find(|content| json::flag(content, "estHoraire"));
    self::contents(of, SUBJECT)
        .into_iter()
        .next()
        .or_else(|| json::text(of, "motif"))
        .or_else(|| json::text(titled()?, "L"))
        .or_else(|| contents().find_map(|content| json::text(content, "L")))
}

fn state(of: &Value) -> TimetableState {
    if json::flag(of, "estAnnule") {
        return TimetableState::Cancelled;
    }
    json::text(of, "Statut").map_or(TimetableState::Planned, TimetableState::Changed)
}

fn contents(of: &Value, kind: i64) -> Vec<String> {
    let of_kind = json::list(of, "ListeContenus").iter().filter(|content| json::number(content, "G") == Some(kind));
    of_kind.filter_map(|content| json::text(content, "L")).collect()
}

const GROUP: i64 = 2;
const TEACHER: i64 = 3;
const SUBJECT: i64 = 16;
const ROOM: i64 = 17;
const STAFF: i64 = 34;
