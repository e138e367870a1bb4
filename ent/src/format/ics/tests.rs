//! Calendars as known programs write them, with made-up lessons.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{date, datetime};
use proptest::prelude::*;

use super::*;

const PRONOTE: &[u8] = include_bytes!("../../../tests/data/pronote.ics");
const ADE: &[u8] = include_bytes!("../../../tests/data/ade.ics");

fn today() -> Date {
    date(2026, 1, 15)
}

fn entries(bytes: &[u8]) -> (Vec<(String, TimetableEntry)>, Vec<Remark>) {
    let reading = read(bytes, SourceId::of(bytes), today()).unwrap();
    let entries = reading.pieces.into_iter().filter_map(|piece| match piece.record {
        Record::TimetableEntry(entry) => Some((piece.key, entry)),
        _ => None,
    });
    (entries.collect(), reading.remarks)
}

fn event(lines: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").into_bytes()
}

#[test]
fn lessons_of_pronote_are_taken_apart() {
    let (lessons, remarks) = entries(PRONOTE);
    assert_eq!(remarks, []);
    let (key, science) = &lessons[0];
    assert_eq!(key, "lesson/2025-09-04T13:55:00/SCIENCES VIE & TERRE/FICTIVE A.");
    assert_eq!((science.start, science.end), (datetime(2025, 9, 4, 13, 55, 0, 0), datetime(2025, 9, 4, 14, 50, 0, 0)));
    assert_eq!((&science.teachers[..], &science.rooms[..]), (&["FICTIVE A.".into()][..], &["201".into()][..]));
    assert_eq!(science.groups, ["[4EME SC1]", "<4EME> SC1"]);
    assert_eq!((&science.state, &science.memo), (&TimetableState::Planned, &None));
    let music = &lessons[1].1;
    assert_eq!((music.subject.as_str(), &music.state), ("MUSIQUE", &TimetableState::Cancelled));
    assert_eq!((&music.teachers.len(), &music.memo), (&2, &None));
    assert_eq!(lessons[2].1.state, TimetableState::Changed("Prof. absent".into()));
    let holiday = &lessons[3].1;
    assert_eq!(
        (holiday.subject.as_str(), holiday.start, holiday.end),
        ("Vacances d'\u{E9}t\u{E9}", datetime(2026, 7, 4, 0, 0, 0, 0), datetime(2026, 9, 1, 0, 0, 0, 0))
    );
}

#[test]
fn work_to_do_is_told_from_lessons() {
    let reading = read(PRONOTE, SourceId::of(b""), today()).unwrap();
    let Some(Record::Homework(work)) = reading.pieces.last().map(|piece| &piece.record) else { panic!("{reading:?}") };
    assert_eq!((work.subject.as_str(), work.due), ("FRANCAIS", date(2025, 9, 8)));
    assert_eq!(work.html, "Lire le chapitre 2 &lt;en entier&gt;<br>Pages : 10 \u{E0} 20");
    let todo = b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:Lire\nCATEGORIES:Fran\xC3\xA7ais\nDUE;VALUE=DATE:20260120\nSTATUS:COMPLETED\nEND:VTODO\nEND:VCALENDAR";
    let reading = read(todo, SourceId::of(b""), today()).unwrap();
    let Record::Homework(work) = &reading.pieces[0].record else { panic!("{reading:?}") };
    assert_eq!((work.subject.as_str(), work.html.as_str(), work.done), ("Fran\u{E7}ais", "Lire", true));
}

#[test]
fn lessons_of_ade_tell_people_from_groups() {
    let (lessons, _) = entries(ADE);
    let (key, lesson) = &lessons[0];
    assert_eq!(key, "uid/ADE6000");
    assert_eq!(lesson.subject, "Traitement du signal");
    assert_eq!(lesson.teachers, ["EXEMPLE Flora", "DE MODELE Jean Paul"]);
    assert_eq!(lesson.groups, ["TD", "2A GR1", "MASTER INFO"]);
    assert_eq!(lesson.rooms, ["Amphi A", "S112"]);
}

#[test]
fn events_that_repeat_are_single_lessons() {
    let weekly = "UID:w\r\nSUMMARY:Club\r\nDTSTART;TZID=Europe/Paris:20260316T170000\r\nDURATION:PT1H30M\r\nRRULE:FREQ=WEEKLY\r\n\
                  EXDATE;TZID=Europe/Paris:20260323T170000,20260330T170000\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:w\r\nSUMMARY:Club d\u{E9}plac\u{E9}\r\n\
                  RECURRENCE-ID;TZID=Europe/Paris:20260406T170000\r\nDTSTART;TZID=Europe/Paris:20260407T180000\r\nDTEND;TZID=Europe/Paris:20260407T190000";
    let (clubs, remarks) = entries(&event(weekly));
    assert_eq!(remarks, []);
    let days: Vec<Date> = clubs.iter().map(|(_, club)| club.start.date()).collect();
    assert_eq!(days[..3], [date(2026, 3, 16), date(2026, 4, 13), date(2026, 4, 20)]);
    assert_eq!((days[days.len() - 2], days[days.len() - 1]), (date(2026, 7, 27), date(2026, 4, 7)));
    assert_eq!(clubs[0].1.end, datetime(2026, 3, 16, 18, 30, 0, 0));
    assert_eq!(clubs.last().unwrap().0, "uid/w/2026-04-06T17:00:00");
}

#[test]
fn one_wrong_event_does_not_stop_the_others() {
    let text = "SUMMARY:sans date\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:fin avant d\u{E9}but\r\nDTSTART:20260101T100000Z\r\nDTEND:20260101T090000Z\r\n\
                END:VEVENT\r\nnot a line\r\nBEGIN:VEVENT\r\nSUMMARY:r\u{E8}gle\r\nDTSTART:20260101T100000Z\r\nRRULE:FREQ=SECONDLY\r\n\
                BEGIN:VALARM\r\nDTSTART:1\r\nEND:VALARM";
    let (good, remarks) = entries(&event(text));
    assert_eq!((good.len(), remarks.len()), (1, 4), "{remarks:?}");
    assert_eq!(read(b"hello:world", SourceId::of(b""), today()), Err(Unreadable::NotThis("calendar")));
}

#[test]
fn equal_events_keep_keys_of_their_own() {
    let text = "UID:a\r\nDTSTART:20260101\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260102";
    let keys: Vec<String> = entries(&event(text)).0.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["uid/a", "uid/a/2"]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read(&bytes, SourceId::of(b""), today());
    }

    #[test]
    fn any_event_is_read_or_remarked(lines in "((DTSTART|DTEND|RRULE|DURATION|EXDATE|DUE|SUMMARY|DESCRIPTION)(;TZID=[A-Z/a-z]{0,5})?:[0-9TZP;=\\-, :\\\\n]{0,18}\r\n){0,6}") {
        let _ = read(&event(&lines), SourceId::of(b""), today());
    }
}
