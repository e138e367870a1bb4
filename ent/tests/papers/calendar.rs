//! A calendar is asked again and again, and kept when it says something new.

use cartable_ent::connector::{Failure, Secret};
use cartable_ent::platform::calendar::Calendar;
use cartable_platforms::{CALENDAR_PATH, Calendar as Server, Fault, Running};
use jiff::civil::{Date, date};

use crate::{Kept, collect, manners};

const PRONOTE: &[u8] = include_bytes!("../data/pronote.ics");
const TODAY: Date = date(2026, 1, 15);

fn at(address: String, today: Date) -> Calendar {
    Calendar::new(&Secret::Address { url: address.into() }, today, manners()).unwrap()
}

fn ask(server: &Running<Server>, kept: &mut Kept) -> Result<(), Failure> {
    collect(&mut at(server.url() + CALENDAR_PATH, TODAY), kept)
}

/// The same calendar, exported at another time.
fn exported_later() -> Vec<u8> {
    String::from_utf8(PRONOTE.to_vec()).unwrap().replace("20260115T1", "20260116T1").into_bytes()
}

#[test]
fn a_calendar_is_kept_once_until_it_says_something_new() {
    for has_validators in [true, false] {
        let server = Running::start(Server::new(PRONOTE, has_validators), 0);
        let mut kept = Kept::default();
        ask(&server, &mut kept).unwrap();
        assert_eq!((kept.sources.len(), kept.pieces.len()), (1, 5));
        ask(&server, &mut kept).unwrap();
        server.platform.put(&exported_later());
        ask(&server, &mut kept).unwrap();
        assert_eq!((kept.sources.len(), kept.pieces.len()), (1, 5), "an export of the same lessons is not kept");
        let moved = String::from_utf8(exported_later()).unwrap().replace("20250905T0725", "20250905T0715");
        server.platform.put(moved.as_bytes());
        ask(&server, &mut kept).unwrap();
        assert_eq!((kept.sources.len(), kept.pieces.len()), (2, 10));
    }
}

#[test]
fn a_calendar_that_could_not_be_kept_is_asked_for_again() {
    let server = Running::start(Server::new(PRONOTE, true), 0);
    let mut kept = Kept { room: Some(2), ..Kept::default() };
    assert!(matches!(ask(&server, &mut kept), Err(Failure::Keep(_))));
    kept.room = None;
    ask(&server, &mut kept).unwrap();
    assert_eq!(kept.pieces.len(), 2 + 5);
}

#[test]
fn what_repeats_goes_on_in_the_next_school_year() {
    let weekly =
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260601T080000Z\nRRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR";
    let server = Running::start(Server::new(weekly, true), 0);
    let mut kept = Kept::default();
    ask(&server, &mut kept).unwrap();
    assert_eq!(kept.pieces.len(), 9);
    collect(&mut at(server.url() + CALENDAR_PATH, date(2026, 9, 1)), &mut kept).unwrap();
    assert!(kept.pieces.len() > 50);
}

#[test]
fn failures_say_what_to_do() {
    let server = Running::start(Server::new(PRONOTE, true), 0);
    let mut kept = Kept::default();
    let mut faulty = |fault| {
        server.faults.plan([(0, fault)]);
        ask(&server, &mut kept).unwrap_err()
    };
    assert!(matches!(faulty(Fault::Own("login")), Failure::Changed(_)));
    assert!(matches!(faulty(Fault::Status(403)), Failure::BadLogin));
    assert!(matches!(faulty(Fault::Status(404)), Failure::Closed(_)));
    assert!(matches!(faulty(Fault::Status(503)), Failure::Platform(_)));
    assert!(matches!(faulty(Fault::Half), Failure::Unreachable(_)));
    assert!(matches!(faulty(Fault::Drop), Failure::Unreachable(_)));
    assert!(kept.sources.is_empty() && kept.notes.is_empty());
    let elsewhere = collect(&mut at(server.url() + "/other.ics", TODAY), &mut kept);
    assert!(matches!(elsewhere, Err(Failure::Closed(_))));
    let no_address = Secret::Address { url: "file:///etc/passwd".to_owned().into() };
    assert!(matches!(Calendar::new(&no_address, TODAY, manners()), Err(Failure::BadLogin)));
}

#[test]
fn a_failure_never_holds_the_address() {
    let address = format!("http://127.0.0.1:1{CALENDAR_PATH}");
    let failure = collect(&mut at(address, TODAY), &mut Kept::default()).unwrap_err();
    assert!(!format!("{failure} {failure:?}").contains("icalsecurise"));
}
