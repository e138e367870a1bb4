//! The connector of Toutatice, and its login, against a portal that misbehaves at every request.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "memory/sink.rs"]
mod sink;

use std::time::Duration;

use cartable_ent::connector::{Connector, Failure, Secret};
use cartable_ent::platform::http::{Http, Manners};
use cartable_ent::platform::toutatice::{Login, Portal, Toutatice};
use cartable_ent::record::{Group, Person, PersonRole, Record, SchoolYear};
use cartable_platforms::toutatice::{self as fake, CLIENT, PERSON};
use cartable_platforms::{Fault, Running};
use serde_json::json;
use sink::Memory;

const REDIRECT: &str = "http://127.0.0.1:4713/";

fn start() -> Running<fake::Toutatice> {
    Running::start(fake::Toutatice::default(), 0)
}

fn manners() -> Manners {
    Manners { gap: Duration::ZERO, patience: Duration::from_secs(5), ..Manners::default() }
}

fn portal(server: &Running<fake::Toutatice>) -> Portal {
    Portal { site: server.url().parse().unwrap(), client: CLIENT.to_owned() }
}

fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Logs in; `bend` changes the address that the browser is sent to.
fn log_in(server: &Running<fake::Toutatice>, bend: impl Fn(String) -> String) -> Result<Secret, Failure> {
    let mut http = Http::new(manners()).unwrap();
    block(async {
        let login = Login::begin(&mut http, &portal(server), REDIRECT).await?;
        let redirected = server.platform.approve(login.address().as_str()).unwrap();
        login.finish(&mut http, &bend(redirected)).await
    })
}

fn collect(server: &Running<fake::Toutatice>, secret: &Secret, memory: &mut Memory) -> Result<(), Failure> {
    // The last form of the secret that was kept.
    let secret = memory.secrets.last().unwrap_or(secret).clone();
    let mut connector = Toutatice::new(portal(server), secret, manners()).unwrap();
    block(connector.collect(memory))
}

fn person<'a>(memory: &'a Memory, id: &str) -> &'a Person {
    match &memory.pieces[&format!("person/{id}")].record {
        Record::Person(person) => person,
        other => panic!("{other:?}"),
    }
}

fn group<'a>(memory: &'a Memory, name: &str) -> (&'a Group, Option<SchoolYear>) {
    let piece = &memory.pieces[&format!("group/0350001a/{name}")];
    match &piece.record {
        Record::Group(group) => (group, piece.year),
        other => panic!("{other:?}"),
    }
}

fn token(secret: &Secret) -> String {
    match secret {
        Secret::Token { token, .. } => token.to_string(),
        _ => panic!(),
    }
}

#[test]
fn people_and_groups_of_each_year_are_collected() {
    let (server, mut memory) = (start(), Memory::default());
    let secret = log_in(&server, |address| address).unwrap();
    let Secret::Token { login, device, .. } = &secret else { panic!() };
    assert_eq!((login.as_str(), device.as_str()), (PERSON, CLIENT));
    collect(&server, &secret, &mut memory).unwrap();

    let teacher = person(&memory, "u-ens-1");
    assert_eq!((teacher.name.as_str(), teacher.role), ("Maud INVENT\u{c9}E", PersonRole::Teacher));
    assert_eq!(teacher.mail.as_deref(), Some("maud.inventee@ent.example"));
    assert_eq!(
        (person(&memory, "u-ele-2").role, person(&memory, "u-ele-2").mail.as_deref()),
        (PersonRole::Pupil, None)
    );
    assert_eq!(person(&memory, "u-adm-1").role, PersonRole::Staff);
    let (class, year) = group(&memory, "2025-2026 1A");
    assert_eq!((class.name.as_str(), class.school.as_deref()), ("2025-2026 1A", Some("LYCEE EXEMPLE")));
    assert_eq!(
        (class.members.as_slice(), year),
        (&["u-ens-1", "u-ele-1", "u-ele-2"].map(String::from)[..], Some(SchoolYear(2025)))
    );
    assert_eq!(group(&memory, "2024-2025 2B").1, Some(SchoolYear(2024)));
    assert_eq!(group(&memory, "Club nature").1, None);
    assert_eq!((memory.pieces.len(), memory.notes["left-out"].as_str()), (7, "0"));
    // Where others keep their files is nobody's business.
    assert!(!memory.knows("cloud.example"));
    let dropped = &memory.pieces["person/u-ele-1"].dropped;
    assert_eq!((dropped[0].what.as_str(), dropped[0].count), ("others' cloud addresses", 2));
}

#[test]
fn a_group_that_is_made_anew_stays_the_same() {
    let (server, mut memory) = (start(), Memory::default());
    let secret = log_in(&server, |address| address).unwrap();
    collect(&server, &secret, &mut memory).unwrap();
    let before = memory.pieces.keys().cloned().collect::<Vec<_>>();
    server.platform.edit(|people| people["structures"][0]["groups"][0]["gid"] = json!(9001));
    collect(&server, &secret, &mut memory).unwrap();
    assert_eq!(memory.pieces.keys().cloned().collect::<Vec<_>>(), before);
}

#[test]
fn each_refresh_token_is_kept_before_it_is_used() {
    let (server, mut memory) = (start(), Memory::default());
    let secret = log_in(&server, |address| address).unwrap();
    // The connection breaks right after the tokens came: the new one is kept already.
    server.faults.plan([(2, Fault::Drop)]);
    assert!(matches!(collect(&server, &secret, &mut memory), Err(Failure::Unreachable(_))));
    assert_eq!(memory.secrets.len(), 1);
    assert_eq!(Some(token(&memory.secrets[0])), server.platform.refresh_token());
    assert_ne!(token(&memory.secrets[0]), token(&secret));
    server.faults.plan([]);
    collect(&server, &secret, &mut memory).unwrap();
    assert_eq!(memory.secrets.len(), 2);
    // The first one opens nothing any more.
    assert!(matches!(collect(&server, &secret, &mut Memory::default()), Err(Failure::BadLogin)));
}

#[test]
fn a_redirect_that_answers_another_login_is_refused() {
    let server = start();
    let bends: [fn(String) -> String; 7] = [
        |address| address.replace("state=", "state=x"),
        |address| address.replace("code=", "code=x"),
        |address| format!("{address}&code=second"),
        |address| address.replace("iss=http", "iss=https"),
        |_| format!("{REDIRECT}?error=access_denied"),
        |address| format!("{address}&error=access_denied"),
        |_| String::new(),
    ];
    for bend in bends {
        assert!(matches!(log_in(&server, bend), Err(Failure::BadLogin)));
    }
    // The query alone is enough.
    log_in(&server, |address| address.split_once('?').unwrap().1.to_owned()).unwrap();
}

#[test]
fn the_address_for_the_browser_holds_no_secret() {
    let server = start();
    let mut http = Http::new(manners()).unwrap();
    let login = block(Login::begin(&mut http, &portal(&server), REDIRECT)).unwrap();
    let address = login.address();
    let names: Vec<String> = address.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert!(names.contains(&"code_challenge".to_owned()) && !names.iter().any(|name| name.contains("verifier")));
    assert_ne!(address, block(Login::begin(&mut http, &portal(&server), REDIRECT)).unwrap().address());
    assert!(server.platform.approve(&address.as_str().replace("S256", "plain")).is_err());
}

/// Each fault at each request of a run: it ends in a fit failure or goes on, and what came is true.
#[test]
fn every_fault_at_every_request_leaves_what_came() {
    let server = start();
    let mut whole = Memory::default();
    let secret = log_in(&server, |address| address).unwrap();
    server.faults.plan([]);
    collect(&server, &secret, &mut whole).unwrap();
    let requests = server.faults.requests();
    assert_eq!(requests, 4);
    let faults = [
        Fault::Drop,
        Fault::Swallow,
        Fault::Half,
        Fault::Status(500),
        Fault::Status(403),
        Fault::Status(429),
        Fault::Delay(Duration::from_millis(5)),
        Fault::Own("expired"),
        Fault::Own("grant"),
        Fault::Own("field"),
        Fault::Own("issuer"),
    ];
    for fault in faults {
        for at in 0..requests {
            server.faults.plan([]);
            let secret = log_in(&server, |address| address).unwrap();
            let mut memory = Memory::default();
            server.faults.plan([(at, fault.clone())]);
            let result = collect(&server, &secret, &mut memory);
            assert!(memory.pieces.keys().all(|key| whole.pieces.contains_key(key)), "{fault:?} at {at}");
            if let Err(failure) = &result {
                assert!(!failure.to_string().contains(&token(&secret)), "{failure}");
                let is_fit = match &fault {
                    Fault::Drop | Fault::Swallow | Fault::Half => matches!(failure, Failure::Unreachable(_)),
                    Fault::Status(429) => matches!(failure, Failure::TooMany { .. }),
                    Fault::Status(_) => matches!(failure, Failure::Platform(_)),
                    Fault::Own("expired") => matches!(failure, Failure::SessionExpired),
                    Fault::Own("grant") => matches!(failure, Failure::BadLogin),
                    Fault::Own("issuer" | "field") => matches!(failure, Failure::Changed(_)),
                    _ => false,
                };
                assert!(is_fit, "{fault:?} at {at}: {failure}");
            }
            server.faults.plan([]);
            let again = collect(&server, &secret, &mut memory);
            // Tokens that were given and never came can't be had again: the person logs in anew.
            if at == 1 && matches!(fault, Fault::Swallow | Fault::Half) {
                assert!(matches!(again, Err(Failure::BadLogin)), "{fault:?}: {again:?}");
                continue;
            }
            again.unwrap_or_else(|failure| panic!("{fault:?} at {at}: {failure}"));
            assert_eq!(memory.pieces, whole.pieces, "{fault:?} at {at}");
        }
    }
}

#[test]
fn every_fault_during_the_login_is_told() {
    let server = start();
    for at in 0..3 {
        for (fault, is_swallowed) in
            [(Fault::Drop, true), (Fault::Half, true), (Fault::Status(503), true), (Fault::Own("grant"), at != 1)]
        {
            server.faults.plan([(at, fault.clone())]);
            let result = log_in(&server, |address| address);
            if fault == Fault::Own("grant") {
                assert_eq!(result.is_ok(), is_swallowed, "{at}");
            } else {
                assert!(matches!(result, Err(Failure::Unreachable(_) | Failure::Platform(_))), "{fault:?} at {at}");
            }
        }
    }
}

#[test]
fn answers_of_any_form_end_in_no_panic() {
    let server = start();
    let mut secret = log_in(&server, |address| address).unwrap();
    for people in [
        json!(null),
        json!([]),
        json!({ "contacts": 1, "structures": "x" }),
        json!({ "contacts": [null, 1, {}, { "uuid": 5 }, { "uuid": "a" }], "structures": [null, {}, { "name": "S", "groups": [null, {}, { "name": 1 }] }] }),
        json!({ "contacts": [[[[]]]], "structures": { "name": "S" } }),
    ] {
        server.platform.edit(|known| *known = people.clone());
        let mut memory = Memory::default();
        collect(&server, &secret, &mut memory).unwrap();
        assert!(memory.pieces.is_empty() && memory.notes["left-out"] != "0", "{people}");
        secret = memory.secrets.pop().unwrap();
    }
}
