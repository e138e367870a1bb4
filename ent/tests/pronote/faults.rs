//! Whatever goes wrong at whichever request: what came stays, and the next run ends in the same.

use cartable_ent::connector::Failure;
use cartable_ent::record::Record;
use cartable_platforms::pronote::{Pronote as Server, School};
use cartable_platforms::{Fault, Running};
use jiff::civil::{Date, date};

use super::{Memory, collect};

/// A day at which few weeks have passed, for the sake of time.
const EARLY: Date = date(2024, 9, 12);

fn whole() -> (Running<Server>, Memory, u64) {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    server.faults.plan([]);
    collect(&server, "eleve", "lina.morel", EARLY, &mut memory).unwrap();
    let requests = server.faults.requests();
    (server, memory, requests)
}

/// Plans a fault at each request in turn, and lets a second run mend it.
fn each(fault: &Fault, is_right: impl Fn(u64, &Result<(), Failure>) -> bool) {
    let (server, whole, requests) = whole();
    assert!((20..60).contains(&requests), "{requests}");
    for number in 0..requests {
        let mut memory = Memory::default();
        server.faults.plan([(number, fault.clone())]);
        let ended = collect(&server, "eleve", "lina.morel", EARLY, &mut memory);
        assert!(is_right(number, &ended), "{fault:?} at {number}: {ended:?}");
        server.faults.plan([]);
        collect(&server, "eleve", "lina.morel", EARLY, &mut memory).unwrap();
        assert!(memory.facts() == whole.facts(), "{fault:?} at {number}");
    }
}

#[test]
fn connections_that_break_before() {
    each(&Fault::Drop, |_, ended| matches!(ended, Err(Failure::Unreachable(_))));
}

#[test]
fn connections_that_break_after() {
    each(&Fault::Swallow, |_, ended| matches!(ended, Err(Failure::Unreachable(_))));
}

#[test]
fn connections_that_break_in_the_middle() {
    // The page that says that a file is gone is not read: its end is not missed.
    each(&Fault::Half, |_, ended| matches!(ended, Ok(()) | Err(Failure::Unreachable(_))));
}

#[test]
fn a_server_in_trouble() {
    each(&Fault::Status(503), |_, ended| matches!(ended, Err(Failure::Platform(_))));
}

#[test]
fn fields_with_another_name() {
    // Where a field has no need to be there, the answer just holds less.
    each(&Fault::Own("field"), |_, ended| matches!(ended, Ok(()) | Err(Failure::Changed(_) | Failure::BadLogin)));
}

#[test]
fn a_session_that_ends_goes_on_in_a_second_one_and_no_third() {
    each(&Fault::Own("expired"), |_, ended| ended.is_ok());
    let (server, _, requests) = whole();
    let mut memory = Memory::default();
    server.faults.plan((0..2 * requests).map(|number| (number, Fault::Own("expired"))));
    let ended = collect(&server, "eleve", "lina.morel", EARLY, &mut memory);
    assert!(matches!(ended, Err(Failure::SessionExpired)));
    assert!(server.faults.requests() <= 4, "{}", server.faults.requests());
}

#[test]
fn a_fault_stops_all_requests() {
    for (fault, requests) in [(Fault::Own("too-many"), 8), (Fault::Own("suspended"), 8), (Fault::Drop, 8)] {
        let (server, _, _) = whole();
        server.faults.plan([(7, fault)]);
        collect(&server, "eleve", "lina.morel", EARLY, &mut Memory::default()).unwrap_err();
        assert_eq!(server.faults.requests(), requests);
    }
}

/// Two answers to the same question are two files: half of each would be none.
#[test]
fn a_report_card_that_broke_off_is_one_whole_generation() {
    let (server, whole, requests) = whole();
    let mut halves = 0;
    for number in 0..requests {
        let mut memory = Memory::default();
        server.faults.plan([(number, Fault::Half)]);
        let _ = collect(&server, "eleve", "lina.morel", EARLY, &mut memory);
        if !memory.has_half_of("report-card") {
            continue;
        }
        halves += 1;
        server.faults.plan([]);
        collect(&server, "eleve", "lina.morel", EARLY, &mut memory).unwrap();
        for (key, record) in memory.of_kind("report-card") {
            let Record::ReportCard(report) = record else { unreachable!() };
            let pdf = &memory.sources[&report.pdf.unwrap()];
            assert!(cartable_platforms::pronote::of_no_generation(pdf).is_some(), "{key}");
        }
        assert!(memory.facts() == whole.facts(), "at {number}");
    }
    assert_eq!(halves, 2, "one for each report card");
}

#[test]
fn weeks_that_could_not_be_read_are_asked_for_again() {
    let server = Running::start(Server::new(School::college()), 0);
    let mut whole = Memory::default();
    server.faults.plan([]);
    collect(&server, "eleve", "lina.morel", super::TODAY, &mut whole).unwrap();
    let requests = server.faults.requests();
    // The first lessons are far from the day; their answers stand in the run's last part.
    for number in requests - 12..requests {
        let mut memory = Memory::default();
        server.faults.plan([(number, Fault::Own("field"))]);
        let _ = collect(&server, "eleve", "lina.morel", super::TODAY, &mut memory);
        server.faults.plan([]);
        collect(&server, "eleve", "lina.morel", super::TODAY, &mut memory).unwrap();
        assert!(memory.facts() == whole.facts(), "at {number}");
    }
}
