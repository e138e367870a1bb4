//! App passwords: one for each device, removed one by one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_encoding::BASE64;
use desk::{Desk, FREE_PORT, PASSPHRASE};
use serde_json::Value;

fn listed(desk: &Desk) -> Vec<Value> {
    let list: Value = serde_json::from_str(&desk.does(&["device", "list", "bag", "--json"])).unwrap();
    list["devices"].as_array().unwrap().clone()
}

fn with_passphrase<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [words, &PASSPHRASE[..]].concat()
}

/// While nobody has the bag open, and while it is served: the same.
#[test]
fn devices_come_and_go() {
    for served in [false, true] {
        let desk = Desk::with_bag();
        fs::write(desk.path("wrong"), "six petits chats\n").unwrap();
        if served {
            desk.serve();
        }
        desk.fails(&["device", "add", "bag", "phone", "--passphrase-file", "wrong"], 3);
        let added: Value = serde_json::from_str(&desk.does(&["device", "add", "bag", "phone", "--json"])).unwrap();
        assert_eq!(added["login"].as_str().unwrap().len(), 10);
        assert_eq!(added["password"].as_str().unwrap().len(), 41);
        let url = desk.url().unwrap_or_else(|| "https://localhost:8843/".into());
        assert_eq!((added["url"].as_str().unwrap(), added["fingerprint"].is_string()), (url.as_str(), served));
        desk.fails(&with_passphrase(&["device", "add", "bag", "phone"]), 15);
        assert_eq!(desk.run(&with_passphrase(&["device", "add", "bag", " "])).status.code(), Some(2));
        desk.device("t\u{e9}l\u{e9}phone");
        let devices = listed(&desk);
        assert_eq!(devices.len(), 2);
        let phone = devices.iter().find(|device| device["name"] == "phone").unwrap();
        assert_eq!(phone["login"], added["login"]);
        assert!(phone["used"].is_null() && phone["address"].is_null() && phone["made"].as_u64().unwrap() > 0);
        // By its login, and by its name.
        desk.does(&["device", "remove", "bag", added["login"].as_str().unwrap()]);
        desk.fails(&with_passphrase(&["device", "remove", "bag", "phone"]), 15);
        desk.does(&["device", "remove", "bag", "t\u{e9}l\u{e9}phone"]);
        assert!(listed(&desk).is_empty());
        // Nor is it known any more when its slot was removed as one.
        desk.device("tablet");
        let slots: Value = serde_json::from_str(&desk.does(&["slots", "list", "bag", "--json"])).unwrap();
        let slot = slots["slots"].as_array().unwrap().iter().find(|slot| slot["kind"] == "device").unwrap().clone();
        desk.does(&["slots", "remove", "bag", slot["slot"].as_str().unwrap()]);
        assert!(listed(&desk).is_empty());
        if served {
            desk.close();
        }
        desk.does(&["check", "bag"]);
    }
}

/// What a person reads: all that an app asks for, and a code that says the same.
#[test]
fn a_person_reads_and_scans() {
    let desk = Desk::with_bag();
    let printed = desk.does(&["device", "add", "bag", "phone", "--url", "https://cartable.example/"]);
    let login = listed(&desk)[0]["login"].as_str().unwrap().to_owned();
    for line in ["URL: https://cartable.example/", &format!("Login: {login}"), "Password: ", "Fingerprint of"] {
        assert!(printed.lines().any(|printed| printed.starts_with(line)), "{line} in: {printed}");
    }
    assert!(printed.lines().filter(|line| line.contains('\u{2588}')).count() > 15, "{printed}");
    let password = printed.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap();
    let list = desk.does(&["device", "list", "bag"]);
    assert!(list.contains("Last used: never") && !list.contains(password), "{list}");
    // Its password is for apps: it opens no door.
    fs::write(desk.path("app"), password).unwrap();
    desk.fails(&["mount", "bag", "drive", "--passphrase-file", "app"], 3);
}

/// Each logs in with its own password; a removed one is out at once, the others stay.
#[test]
fn a_removed_device_is_out_at_once() {
    let desk = Desk::with_bag();
    desk.does(&["serve", "bag", "--listen", FREE_PORT, "--log", "requests"]);
    let (phone, tablet) = (desk.device("phone"), desk.device("tablet"));
    fs::write(desk.path("letter"), "kept").unwrap();
    assert_eq!(desk.curl(&["--user", &phone, "--upload-file", "letter"], "letter").0, 201);
    let devices = listed(&desk);
    let used = |name: &str| devices.iter().find(|device| device["name"] == name).unwrap()["used"].clone();
    assert!(used("phone").is_number() && used("tablet").is_null(), "{devices:?}");
    desk.does(&["device", "remove", "bag", "phone"]);
    assert_eq!(desk.curl(&["--user", &phone], "letter").0, 401);
    assert_eq!(desk.curl(&["--user", &tablet], "letter"), (200, b"kept".to_vec()));
    desk.close();
    let (login, password) = phone.split_once(':').unwrap();
    let log = fs::read_to_string(desk.path("requests")).unwrap();
    assert!(log.contains(login) && !log.contains(password) && !log.contains("letter"), "{log}");
    desk.mount();
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept");
    desk.unmount();
}

/// Who uses the share, by the names that their owner gave them; who is removed is cut off.
#[test]
fn status_names_who_is_there() {
    let desk = Desk::with_bag();
    desk.does(&["serve", "bag", "--listen", FREE_PORT, "--no-tls"]);
    let (phone, url) = (BASE64.encode(desk.device("phone").as_bytes()), desk.url().unwrap());
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    // A connection that stays, as those of apps do.
    let mut connection = TcpStream::connect(host).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = format!("OPTIONS / HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {phone}\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = [0; 4096];
    let count = connection.read(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer[..count]));
    let clients = desk.status()["clients"].clone();
    assert_eq!((&clients[0]["device"], &clients[0]["requests"]), (&"phone".into(), &1.into()), "{clients}");
    let told = String::from_utf8(desk.run(&["status", "bag"]).stdout).unwrap();
    assert!(told.contains("127.0.0.1: phone, since "), "{told}");
    desk.does(&["device", "remove", "bag", "phone"]);
    let ended = connection.read(&mut answer);
    assert!(matches!(ended, Ok(0)) || ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert!(desk.status()["clients"].as_array().unwrap().is_empty());
    desk.close();
}
