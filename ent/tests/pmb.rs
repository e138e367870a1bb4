//! The connector of PMB against a library that misbehaves at every request.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "memory/sink.rs"]
mod sink;

use std::time::Duration;

use cartable_ent::connector::{Connector, Failure, Secret};
use cartable_ent::platform::http::Manners;
use cartable_ent::platform::pmb::Pmb;
use cartable_ent::record::{CourseFile, Loan, LoanState, Record, SchoolYear, SourceId};
use cartable_platforms::pmb::{self as fake, LOGIN, PASSWORD, PATH, PROGRAM, PROGRAM_PASSWORD};
use cartable_platforms::{Fault, Running};
use jiff::civil::date;
use serde_json::json;
use sink::Memory;

fn secret(login: &str, password: &str) -> Secret {
    Secret::Password { login: login.to_owned(), password: password.to_owned().into() }
}

fn connector(server: &Running<fake::Pmb>, password: &str, program: Option<&str>) -> Pmb {
    let url = format!("{}{PATH}", server.url()).parse().unwrap();
    let manners = Manners { gap: Duration::ZERO, patience: Duration::from_secs(5), ..Manners::default() };
    let program = program.map(|password| secret(PROGRAM, password));
    Pmb::new(url, &secret(LOGIN, password), program.as_ref(), manners).unwrap()
}

fn collect(server: &Running<fake::Pmb>, memory: &mut Memory) -> Result<(), Failure> {
    run(connector(server, PASSWORD, None), memory)
}

fn run(mut connector: Pmb, memory: &mut Memory) -> Result<(), Failure> {
    rerun(&mut connector, memory)
}

fn rerun(connector: &mut Pmb, memory: &mut Memory) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(connector.collect(memory))
}

fn start() -> Running<fake::Pmb> {
    Running::start(fake::Pmb::default(), 0)
}

fn loan<'a>(memory: &'a Memory, key: &str) -> &'a Loan {
    match &memory.pieces.get(key).unwrap_or_else(|| panic!("{key} of {:?}", memory.pieces.keys())).record {
        Record::Loan(loan) => loan,
        other => panic!("{other:?}"),
    }
}

fn file(memory: &Memory) -> &CourseFile {
    match &memory.pieces["document/41"].record {
        Record::CourseFile(file) => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_readers_books_are_collected() {
    let (server, mut memory) = (start(), Memory::default());
    collect(&server, &mut memory).unwrap();

    let current = loan(&memory, "loan/CDI00501/2026-05-12");
    assert_eq!((current.title.as_str(), current.state), ("L'\u{e9}t\u{e9} des jardins : roman", LoanState::Current));
    assert_eq!(
        (current.authors.as_slice(), current.isbn.as_deref()),
        (&["Zo\u{e9} Fictive".to_owned()][..], Some("9782070000005"))
    );
    assert_eq!((current.until, current.copy.as_deref()), (Some(date(2026, 6, 2)), Some("CDI00501")));
    let (notice, media_type) = &memory.sources[&current.notice.unwrap()];
    assert!(notice.starts_with(b"<notice>") && media_type == "application/xml");
    assert_eq!(memory.pieces["loan/CDI00501/2026-05-12"].year, Some(SchoolYear(2025)));

    assert_eq!(loan(&memory, "loan/CDI00502/2026-03-03").state, LoanState::Late);
    for (start, end) in [("2025-10-06", date(2025, 10, 20)), ("2026-01-12", date(2026, 1, 26))] {
        let past = loan(&memory, &format!("loan/CDI00503/{start}"));
        assert_eq!((past.state, past.until, past.title.as_str()), (LoanState::Past, Some(end), "Le pont de verre"));
    }
    let hold = loan(&memory, "hold/901");
    assert_eq!((hold.state, hold.title.as_str(), hold.until), (LoanState::Hold, "Lettres \u{e0} un phare", None));
    for (number, title) in [(11, "L'\u{e9}t\u{e9} des jardins : roman"), (14, "Lettres \u{e0} un phare")] {
        let listed = loan(&memory, &format!("list/Lectures de 2nde/{number}"));
        assert_eq!((listed.state, listed.title.as_str()), (LoanState::Listed, title));
        assert_eq!(listed.list.as_deref(), Some("Lectures de 2nde"));
    }
    let bytes = fake::document("41");
    let file = file(&memory);
    assert_eq!(
        (file.subject.as_str(), file.path.as_slice()),
        ("Biblioth\u{e8}que", &["Atlas des nuages".to_owned()][..])
    );
    assert_eq!(
        (file.name.as_str(), file.bytes, file.file),
        ("fiche: nuages.pdf", bytes.len() as u64, SourceId::of(&bytes))
    );
    assert_eq!(memory.notes["left-out"], "0");
    assert_eq!(memory.pieces.len(), 9);
    // One login and one logout; what is elsewhere is not asked for.
    let asked = server.platform.asked();
    assert_eq!(asked.iter().filter(|what| what.ends_with("_login")).count(), 1);
    assert_eq!(asked.last().unwrap(), "pmbesOPACEmpr_logout");
    assert!(!asked.contains(&"document 42".to_owned()));
}

#[test]
fn what_is_private_is_dropped_before_it_is_kept() {
    let (server, mut memory) = (start(), Memory::default());
    collect(&server, &mut memory).unwrap();
    for private in
        ["rue Invent", "Escalier", "35000", "Villefictive", "0200000000", "2010", "birthyear", "\"sex\"", PASSWORD]
    {
        assert!(!memory.knows(private), "{private}");
    }
    let reader = &memory.pieces["reader"];
    let Record::Person(person) = &reader.record else { panic!() };
    assert_eq!((person.name.as_str(), person.mail.as_deref()), ("Lou EXEMPLE", Some("lou.exemple@lycee.example")));
    let dropped: Vec<(&str, usize)> =
        reader.dropped.iter().map(|dropped| (dropped.what.as_str(), dropped.count)).collect();
    assert_eq!(dropped, [("own postal address", 4), ("own telephone", 2), ("own birth year", 1), ("own sex", 1)]);
}

#[test]
fn a_second_run_fetches_no_document_again() {
    let (server, mut memory) = (start(), Memory::default());
    collect(&server, &mut memory).unwrap();
    let before = memory.pieces.clone();
    server.platform.asked();
    collect(&server, &mut memory).unwrap();
    assert_eq!(memory.pieces, before);
    assert!(server.platform.asked().iter().all(|what| !what.starts_with("document")));
    // The book comes back: the same loan, in another state.
    server.platform.edit(|library| {
        let mut loan = library["loans"].as_array_mut().unwrap().remove(0);
        loan.as_object_mut().unwrap().remove("late");
        library["past"].as_array_mut().unwrap().push(loan);
    });
    collect(&server, &mut memory).unwrap();
    assert_eq!(loan(&memory, "loan/CDI00501/2026-05-12").state, LoanState::Past);
    assert_eq!(memory.pieces.len(), before.len());
}

#[test]
fn a_document_that_broke_off_comes_whole() {
    let (server, mut memory) = (start(), Memory::default());
    collect(&server, &mut memory).unwrap();
    memory.break_off("document/41", 100);
    collect(&server, &mut memory).unwrap();
    assert_eq!(memory.files["document/41"].bytes, fake::document("41"));
}

#[test]
fn wrong_passwords_are_told() {
    let server = start();
    assert!(matches!(run(connector(&server, "wrong", None), &mut Memory::default()), Err(Failure::BadLogin)));
    server.platform.guard();
    assert!(matches!(collect(&server, &mut Memory::default()), Err(Failure::BadLogin)));
    for (password, is_good) in [("wrong", false), (PROGRAM_PASSWORD, true)] {
        let result = run(connector(&server, PASSWORD, Some(password)), &mut Memory::default());
        assert_eq!(result.is_ok(), is_good, "{result:?}");
    }
}

#[test]
fn what_is_not_offered_is_not_asked_for() {
    let (server, mut memory) = (start(), Memory::default());
    for method in ["get_account_info", "list_resas", "getReadingLists", "fetchNoticeListFull"] {
        server.platform.hide(&format!("pmbesOPACEmpr_{method}"));
    }
    collect(&server, &mut memory).unwrap();
    assert_eq!(loan(&memory, "loan/CDI00501/2026-05-12").authors, ["Zo\u{e9} Fictive"]);
    assert!(!memory.pieces.contains_key("reader") && !memory.pieces.contains_key("document/41"));
    server.platform.hide("pmbesOPACEmpr_fetchNoticeList");
    let mut memory = Memory::default();
    collect(&server, &mut memory).unwrap();
    assert_eq!(loan(&memory, "loan/CDI00501/2026-05-12").title, "L'\u{e9}t\u{e9} des jardins / Zo\u{e9} Fictive");
    server.platform.hide("pmbesOPACEmpr_login");
    assert!(matches!(collect(&server, &mut Memory::default()), Err(Failure::Changed(_))));
}

/// Each fault at each request: the run ends in a failure or goes on; what came is true; the next run brings the rest.
#[test]
fn every_fault_at_every_request_leaves_what_came() {
    let server = start();
    let mut whole = Memory::default();
    let mut connector = connector(&server, PASSWORD, None);
    server.faults.plan([]);
    rerun(&mut connector, &mut whole).unwrap();
    let requests = server.faults.requests();
    assert_eq!(requests, 11);
    let faults = [
        Fault::Drop,
        Fault::Swallow,
        Fault::Half,
        Fault::Status(500),
        Fault::Status(404),
        Fault::Status(429),
        Fault::Delay(Duration::from_millis(5)),
        Fault::Own("credentials"),
        Fault::Own("session"),
        Fault::Own("field"),
        Fault::Own("error"),
        Fault::Own("login"),
    ];
    for fault in faults {
        for at in 0..requests {
            let mut memory = Memory::default();
            server.faults.plan([(at, fault.clone())]);
            let result = rerun(&mut connector, &mut memory);
            for (key, piece) in &memory.pieces {
                let known = whole.pieces.get(key).unwrap_or_else(|| panic!("{fault:?} at {at} makes up {key}"));
                assert_eq!(known.key, piece.key);
            }
            if let Err(failure) = result {
                assert!(!failure.to_string().contains(PASSWORD), "{failure}");
                let is_fit = match &fault {
                    Fault::Drop | Fault::Swallow | Fault::Half => matches!(failure, Failure::Unreachable(_)),
                    Fault::Status(429) => matches!(failure, Failure::TooMany { .. }),
                    Fault::Status(_) | Fault::Own("error") => matches!(failure, Failure::Platform(_)),
                    Fault::Own("credentials") => matches!(failure, Failure::BadLogin),
                    _ => false,
                };
                assert!(is_fit, "{fault:?} at {at}: {failure}");
            }
            server.faults.plan([]);
            rerun(&mut connector, &mut memory).unwrap();
            assert_eq!(memory.pieces, whole.pieces, "{fault:?} at {at}");
        }
    }
}

#[test]
fn a_session_that_is_lost_again_and_again_ends_the_run() {
    let server = start();
    server.faults.plan((0..100).map(|at| (at, Fault::Own("session"))));
    assert!(matches!(collect(&server, &mut Memory::default()), Err(Failure::SessionExpired)));
    assert!(server.faults.requests() < 12);
}

#[test]
fn answers_of_any_form_end_in_no_panic() {
    let strange = [json!(null), json!(1), json!("x"), json!([1, null, {}]), json!({ "a": [] }), json!([[[]]])];
    for name in ["reader", "loans", "past", "resas", "lists", "documents"] {
        for value in &strange {
            // The server itself reads these two.
            if (name == "loans" || name == "past" || name == "documents") && !value.is_array() {
                continue;
            }
            let server = start();
            server.platform.edit(|library| library[name] = value.clone());
            let _ = collect(&server, &mut Memory::default());
        }
    }
}
