//! Commands about school platforms, with a portal that a browser logs in to.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::Arc;

use cartable_ent::account::Account;
use cartable_ent::connector;
use cartable_ent::record::{AccountId, Platform};
use cartable_fs::bag::{Bag, Opening, Passphrase, Secret, StateFolder};
use cartable_platforms::toutatice::Toutatice;
use cartable_platforms::{Pix, Running};
use desk::{Desk, PASSPHRASE, said};
use serde_json::Value;

/// Asks as a browser does; returns what it is shown.
fn browse(address: &str) -> String {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn accounts(desk: &Desk) -> Vec<Value> {
    let listed: Value = serde_json::from_str(&desk.does(&["ent", "status", "bag", "--json"])).unwrap();
    listed["accounts"].as_array().unwrap().clone()
}

fn add_portal(desk: &Desk, portal: &Running<Toutatice>) {
    let url = portal.url();
    let mut adding = desk
        .command()
        .args(["ent", "add", "bag", "portail", "--platform", "toutatice", "--url", &url])
        .args(PASSPHRASE)
        // No browser of this machine comes.
        .env("PATH", "/nonexistent")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(adding.stderr.take().unwrap()).lines();
    let address = lines.by_ref().find_map(|line| line.unwrap().split_once(": ").map(|(_, last)| last.to_owned()));
    let redirected = portal.platform.approve(&address.unwrap()).unwrap();
    let (place, _) = redirected.split_once('?').unwrap();
    assert!(browse(&format!("{place}favicon.ico")).starts_with("HTTP/1.1 404"));
    assert!(browse(&format!("{place}?code=1&state=of-another")).starts_with("HTTP/1.1 404"));
    assert!(browse(&redirected).ends_with("You are logged in. You can close this page."));
    assert!(adding.wait().unwrap().success(), "{:?}", lines.collect::<Vec<_>>());
}

#[test]
fn the_portal_is_logged_in_to_with_a_browser() {
    let desk = Desk::with_bag();
    let portal = Running::start(Toutatice::default(), 0);
    let refused = desk.run(
        &[&["ent", "add", "bag", "portail", "--platform", "toutatice", "--login", "lou"][..], &PASSPHRASE].concat(),
    );
    assert!(!refused.status.success() && said(&refused).contains("browser"), "{}", said(&refused));
    add_portal(&desk, &portal);
    // The token is changed at each use.
    for _ in 0..2 {
        desk.does(&["ent", "collect", "bag"]);
    }
    let account = &accounts(&desk)[0];
    assert_eq!((&account["name"], &account["last"]["failure"]), (&"portail".into(), &Value::Null), "{account}");
    assert_eq!(account["last"]["counts"]["new"], 0);
}

#[test]
fn what_can_be_no_account_is_refused_before_anything_is_asked() {
    let desk = Desk::with_bag();
    let refused = |words: &[&str], wanted: [&str; 2]| {
        for (locale, wanted) in ["en_US.UTF-8", "fr_FR.UTF-8"].into_iter().zip(wanted) {
            let mut command = desk.command();
            command.args(["ent", "add", "bag", "one"]).args(words).env("LC_ALL", locale).env("LANG", locale);
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(20), "{words:?}: {}", said(&output));
            assert!(said(&output).contains(wanted), "{words:?}: {}", said(&output));
        }
    };
    let named = ["is no address that begins with https://", "n'est pas une adresse qui commence par https://"];
    for url in ["cours.example", "http://cours.example/", "ftp://cours.example/"] {
        refused(&["--platform", "moodle", "--url", url, "--login", "lou"], named);
    }
    refused(&["--platform", "pix", "--url", "nowhere"], named);
    let other = "https://school.example/pronote/direction.html";
    refused(&["--platform", "pronote", "--url", other, "--login", "lou"], ["page where pupils", "page o\u{f9}"]);
    let school = "https://school.example/pronote/eleve.html";
    refused(&["--platform", "pronote", "--url", school], ["--login or --code-file", "--login ou --code-file"]);
    refused(&["--platform", "pmb", "--url", school], ["wants a login", "veut un identifiant"]);
    refused(&["--platform", "pix", "--code-file", "picture"], ["of PRONOTE only", "qu'un compte PRONOTE"]);
    fs::write(desk.path("address"), "P-ABCDEFGH\n").unwrap();
    let calendar = ["--platform", "calendar", "--password-file", "address", "--passphrase-file", "passphrase"];
    refused(&calendar, ["no address of a calendar", "l'adresse d'un agenda"]);
    assert!(accounts(&desk).is_empty());
}

/// Keeps an account in the bag as an older program may have.
fn keep_account(desk: &Desk, name: &str, platform: Platform, url: &str) {
    let state = Arc::new(StateFolder::open(&desk.path("state")).unwrap());
    let passphrase = Passphrase::new(b"quatre petits chats".to_vec().into()).unwrap();
    let bag = Bag::open(&desk.path("bag"), &Secret::Passphrase(passphrase), &state, Opening::default()).unwrap();
    let account = Account {
        name: AccountId(name.to_owned()),
        platform,
        url: url.to_owned(),
        uai: None,
        secret: connector::Secret::Code { code: "P-ABCDEFGH".to_owned().into() },
        added: 1,
        last: None,
        silent_until: 0,
    };
    let access = bag.access().unwrap();
    account.save(&bag.open_home().unwrap(), &access, &access.change().unwrap()).unwrap();
    bag.close_spaces().unwrap();
}

#[test]
fn one_account_that_fails_does_not_stop_the_others() {
    let desk = Desk::with_bag();
    let pix = Running::start(Pix::default(), 0);
    keep_account(&desk, "a school", Platform::Pronote, "nowhere");
    keep_account(&desk, "certificate", Platform::Pix, &pix.url());
    let collected = desk.run(&[&["ent", "collect", "bag", "--json"][..], &PASSPHRASE].concat());
    assert_eq!(collected.status.code(), Some(21), "{}", said(&collected));
    assert!(said(&collected).starts_with("2 accounts"), "{}", said(&collected));
    let shown: Value = serde_json::from_slice(&collected.stdout).unwrap();
    let [school, certificate] = shown["accounts"].as_array().unwrap().as_slice() else { panic!("{shown}") };
    assert!(school["ended"].is_null() && school["failed"].as_str().unwrap().contains("nowhere"), "{shown}");
    // It was asked, and does not know this code.
    assert_eq!((&certificate["failed"], &certificate["ended"]["failure"]["word"]), (&Value::Null, &"bad-login".into()));
    let collected = desk.run(&[&["ent", "collect", "bag"][..], &PASSPHRASE].concat());
    let shown = String::from_utf8(collected.stdout).unwrap();
    assert!(shown.contains("a school\n    The account can't be opened so: "), "{shown}");
    assert!(shown.contains("certificate\n    It is not asked again before "), "{shown}");
}

#[test]
fn collecting_by_itself_is_off_until_it_is_turned_on() {
    let desk = Desk::with_bag();
    fs::write(desk.path("token"), "https://ics.example/secret\n").unwrap();
    for name in ["one", "two"] {
        let add = ["ent", "add", "bag", name, "--platform", "calendar", "--url", "https://ics.example/"];
        desk.does(&[&add[..], &["--password-file", "token"]].concat());
    }
    let daily = || accounts(&desk).iter().map(|account| account["daily"] == true).collect::<Vec<_>>();
    assert_eq!(daily(), [false, false]);
    desk.does(&["ent", "schedule", "bag", "daily", "two"]);
    assert_eq!(daily(), [false, true]);
    assert!(desk.does(&["ent", "status", "bag"]).contains("by itself"));
    desk.does(&["ent", "schedule", "bag", "daily"]);
    assert_eq!(daily(), [true, true]);
    desk.does(&["ent", "remove", "bag", "one"]);
    desk.does(&["ent", "schedule", "bag", "never"]);
    assert_eq!(daily(), [false]);
    desk.fails(&[&["ent", "schedule", "bag", "daily", "three"][..], &PASSPHRASE].concat(), 20);
}

/// What opens the bag is asked for at once, not when the first file comes.
#[test]
fn watching_asks_before_it_waits() {
    let desk = Desk::with_bag();
    fs::create_dir(desk.path("downloads")).unwrap();
    let said = desk.fails(&["ent", "watch", "bag", "downloads"], 2);
    assert!(said.contains("terminal"), "{said}");
}
