//! Logins that open, and those that don't.

use cartable_ent::connector::{Connector, Failure, Secret};
use cartable_ent::platform::pronote::Pronote;
use cartable_platforms::pronote::{Pronote as Server, School, Version, Wrap};
use cartable_platforms::{Fault, Running};

use super::{Memory, TODAY, account, collect, manners, password, run};

/// A QR code of Lina's, made by the server on a page of its own for tests.
fn enroll(server: &Running<Server>, pin: &str, memory: &mut Memory) -> Result<(), Failure> {
    let code = server.platform.qr_code(&server.url(), "lina.morel", "1234").unwrap();
    run(Pronote::enroll(&code, pin, "cartable-test", manners(), memory))
}

#[test]
fn a_code_opens_once_and_then_tokens_do() {
    for version in [Version::V2023, Version::V2025, Version::V2026] {
        let server = Running::start(Server::new(School::college()).version(version).wrap(Wrap::Page), 0);
        let mut memory = Memory::default();
        assert!(matches!(enroll(&server, "4321", &mut memory), Err(Failure::BadLogin)));
        enroll(&server, "1234", &mut memory).unwrap();
        let mut tokens = Vec::new();
        for _ in 0..3 {
            let secret = memory.secret.clone().unwrap();
            let Secret::Token { token, device, .. } = &secret else { panic!("no token") };
            assert_eq!(device, "cartable-test");
            assert!(!tokens.contains(token), "a token is used twice");
            tokens.push(token.clone());
            run(Pronote::new(account(&server, "eleve"), secret, TODAY, manners()).collect(&mut memory)).unwrap();
        }
        assert!(tokens.iter().all(|token| !memory.everything().contains(token.as_str())));
        let old = Secret::Token {
            login: "lina.morel".to_owned(),
            token: tokens[0].clone(),
            device: "cartable-test".to_owned(),
        };
        let failure = run(Pronote::new(account(&server, "eleve"), old, TODAY, manners()).collect(&mut memory));
        assert!(matches!(failure, Err(Failure::BadLogin)));
    }
}

#[test]
fn a_code_is_good_for_some_minutes() {
    let server = Running::start(Server::new(School::college()), 0);
    let code = server.platform.qr_code(&server.url(), "lina.morel", "1234").unwrap();
    server.platform.let_codes_expire();
    let failure = run(Pronote::enroll(&code, "1234", "cartable-test", manners(), &mut Memory::default()));
    assert!(matches!(failure, Err(Failure::BadLogin)));
    let failure = run(Pronote::enroll("no code", "1234", "cartable-test", manners(), &mut Memory::default()));
    assert!(matches!(failure, Err(Failure::Changed(_))));
}

#[test]
fn wrong_and_closed_accounts() {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    let wrong = Secret::Password { login: "lina.morel".to_owned(), password: "other".to_owned().into() };
    let failure = run(Pronote::new(account(&server, "eleve"), wrong, TODAY, manners()).collect(&mut memory));
    assert!(matches!(failure, Err(Failure::BadLogin)), "{failure:?}");
    let failure = collect(&server, "eleve", "parti.ailleurs", TODAY, &mut memory);
    assert!(matches!(failure, Err(Failure::Closed(_))), "{failure:?}");
    let failure = collect(&server, "parent", "lina.morel", TODAY, &mut memory);
    assert!(matches!(failure, Err(Failure::BadLogin)), "{failure:?}");
    assert!(memory.pieces.is_empty());
}

#[test]
fn a_second_proof_and_refusals() {
    let server = Running::start(Server::new(School::college()), 0);
    // Requests: the page, FonctionParametres, Identification, Authentification, ParametresUtilisateur.
    let at = |number: u64, fault: &'static str| {
        server.faults.plan([(number, Fault::Own(fault))]);
        collect(&server, "eleve", "lina.morel", TODAY, &mut Memory::default()).unwrap_err()
    };
    assert!(matches!(at(3, "second-proof"), Failure::SecondFactor));
    assert!(matches!(at(3, "closed"), Failure::Closed(_)));
    assert!(matches!(at(4, "too-many"), Failure::TooMany { .. }));
    assert!(matches!(at(0, "suspended"), Failure::Suspended { .. }));
    assert!(matches!(at(7, "suspended"), Failure::Suspended { .. }));
}

#[test]
fn a_token_is_saved_before_a_second_proof_is_asked() {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    enroll(&server, "1234", &mut memory).unwrap();
    let Some(secret) = memory.secret.take() else { panic!("no token") };
    server.faults.plan([(3, Fault::Own("second-proof"))]);
    let failure = run(Pronote::new(account(&server, "eleve"), secret, TODAY, manners()).collect(&mut memory));
    assert!(matches!(failure, Err(Failure::SecondFactor)));
    let secret = memory.secret.clone().expect("the new token");
    run(Pronote::new(account(&server, "eleve"), secret, TODAY, manners()).collect(&mut memory)).unwrap();
    assert!(format!("{:?}", password(&server.platform.school, "lina.morel")).len() < 10);
}

#[test]
fn a_session_that_ends_is_followed_by_one_with_the_new_token() {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    enroll(&server, "1234", &mut memory).unwrap();
    for _ in 0..2 {
        server.faults.plan([(9, Fault::Own("expired"))]);
        let secret = memory.secret.clone().unwrap();
        run(Pronote::new(account(&server, "eleve"), secret, TODAY, manners()).collect(&mut memory)).unwrap();
    }
    assert!(!memory.of_kind("mark").is_empty());
}
