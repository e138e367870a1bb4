//! What is written is what RFC 5545 wants, and is read again as it was.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{date, datetime};
use proptest::prelude::*;

use super::*;
use crate::format::ics;
use crate::record::{AccountId, Platform, Record, SourceId, Turnin};

fn origin(account: &str, key: &str, fetched: i64) -> Origin {
    Origin {
        platform: Platform::Pronote,
        account: AccountId(account.into()),
        uai: None,
        school: None,
        pupil: None,
        year: None,
        fetched,
        key: key.into(),
        hash: String::new(),
        source: SourceId::of(b""),
        dropped: Vec::new(),
    }
}

fn lesson() -> TimetableEntry {
    TimetableEntry {
        subject: "Fran\u{E7}ais; langue, lettres".into(),
        start: datetime(2026, 1, 15, 8, 0, 0, 0),
        end: datetime(2026, 1, 15, 8, 55, 0, 0),
        teachers: vec!["FICTIVE A.".into(), "MODELE B.".into()],
        rooms: vec!["B12".into()],
        groups: vec!["[3B]".into()],
        state: TimetableState::Planned,
        memo: Some("Apporter le livre\\cahier\nde l'ann\u{E9}e".into()),
    }
}

fn homework(html: &str) -> Homework {
    Homework {
        subject: "Maths".into(),
        due: date(2026, 1, 20),
        given: Some(date(2026, 1, 15)),
        html: html.into(),
        done: true,
        turnin: Turnin::None,
        attachments: Vec::new(),
        handed_in: Vec::new(),
    }
}

fn again(text: &str) -> Vec<Record> {
    let reading = ics::read(text.as_bytes(), SourceId::of(b""), date(2026, 1, 1)).unwrap();
    assert_eq!(reading.remarks, []);
    reading.pieces.into_iter().map(|piece| piece.record).collect()
}

#[test]
fn a_calendar_is_written_as_the_rfc_wants() {
    let lesson = lesson();
    let origin = origin("a", "k", 1_768_000_000);
    let text = calendar(Some("L\u{E9}a"), Lang::Fr, [Item { origin: &origin, what: What::Lesson(&lesson) }]);
    assert!(text.split_inclusive("\r\n").all(|line| line.ends_with("\r\n") && line.len() <= 77), "{text}");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.contains("DTSTART;TZID=Europe/Paris:20260115T080000\r\n"), "{text}");
    assert!(text.contains("DTSTAMP:20260109T230640Z\r\n"), "{text}");
    assert!(text.contains("SUMMARY:Fran\u{E7}ais\\; langue\\, lettres\r\n"), "{text}");
}

#[test]
fn an_account_a_kind_and_a_key_have_one_uid() {
    let (lesson, work) = (lesson(), homework(""));
    let of = |account: &str, key: &str, fetched| {
        uid(&Item { origin: &origin(account, key, fetched), what: What::Lesson(&lesson) })
    };
    assert_eq!(of("a", "k", 1), of("a", "k", 2));
    assert_ne!(of("a", "k", 1), of("b", "k", 1));
    assert_ne!(of("a", "k", 1), of("a", "l", 1));
    assert_ne!(of("a", "k", 1), uid(&Item { origin: &origin("a", "k", 1), what: What::Homework(&work) }));
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let cancelled = TimetableEntry { state: TimetableState::Cancelled, teachers: vec!["SEULE A.".into()], ..lesson() };
    let (start, end) = (datetime(2026, 2, 14, 0, 0, 0, 0), datetime(2026, 3, 2, 0, 0, 0, 0));
    let holiday = TimetableEntry { start, end, teachers: Vec::new(), groups: Vec::new(), memo: None, ..lesson() };
    let lessons = [lesson(), cancelled, holiday];
    let origin = origin("a", "k", 0);
    let records: Vec<Record> = lessons.iter().cloned().map(Record::TimetableEntry).collect();
    let work = homework("Exercices 1 &amp; 2<br>page 10");
    for lang in [Lang::Fr, Lang::En] {
        let items = lessons.iter().map(|lesson| Item { origin: &origin, what: What::Lesson(lesson) });
        assert_eq!(again(&calendar(None, lang, items)), records);
        let text = calendar(None, lang, [Item { origin: &origin, what: What::Homework(&work) }]);
        assert_eq!(again(&text), [Record::Homework(work.clone())]);
    }
}

#[test]
fn a_calendar_speaks_its_readers_language() {
    let (lesson, work, origin) = (lesson(), homework("Lire"), origin("a", "k", 0));
    let items = [What::Lesson(&lesson), What::Homework(&work)].map(|what| Item { origin: &origin, what });
    let text = |lang| calendar(None, lang, items).replace("\r\n ", "");
    let (french, english) = (text(Lang::Fr), text(Lang::En));
    assert!(french.contains("Professeurs\u{a0}: FICTIVE A.\\, MODELE B.\\nGroupe\u{a0}: [3B]\\n"), "{french}");
    assert!(english.contains("Teachers: FICTIVE A.\\, MODELE B.\\nGroup: [3B]\\n"), "{english}");
    assert!(french.contains("SUMMARY:Maths\u{a0}: Lire\r\n"), "{french}");
    assert!(english.contains("SUMMARY:Maths: Lire\r\n"), "{english}");
}

#[test]
fn html_becomes_text() {
    assert_eq!(
        plain_text("<div>Lire&nbsp;:<ul><li>un</li><li>deux &lt;</li></ul></div>a<b>b</b>"),
        "Lire :\nun\ndeux <\nab"
    );
    assert_eq!(plain_text("x <img src="), "x");
}

proptest! {
    #[test]
    fn any_text_is_written_and_read(subject in "[^\\p{C}\\s][^\\p{C}]{0,90}", memo in "\\PC{0,90}") {
        let subject = subject.trim().to_owned();
        let lesson = TimetableEntry { subject: subject.clone(), memo: Some(memo), ..lesson() };
        let text = calendar(None, Lang::Fr, [Item { origin: &origin("a", "k", i64::MIN), what: What::Lesson(&lesson) }]);
        let records = again(&text);
        let [Record::TimetableEntry(read)] = records.as_slice() else { panic!("{records:?}") };
        prop_assert_eq!(&read.subject, &subject);
    }
}
