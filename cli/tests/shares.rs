//! A folder is shared, read by a guest while the owner's process is away, and no longer shared.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Command;

use desk::{Desk, FREE_PORT, PASSPHRASE, said};
use serde_json::Value;

/// Somebody with a login and a password.
struct Guest {
    login: String,
    password: String,
}

impl Guest {
    fn of(printed: &str) -> Self {
        let said: Value = serde_json::from_str(printed).unwrap();
        let word = |name: &str| said[name].as_str().unwrap().to_owned();
        Self { login: word("login"), password: word("password") }
    }

    /// The status and the body of what curl(1) gets.
    fn ask(&self, desk: &Desk, words: &[&str], path: &str) -> (u16, Vec<u8>) {
        let out = desk.path("out");
        let _ = fs::remove_file(&out);
        let status = Command::new("curl")
            .args(["--silent", "--insecure", "--path-as-is", "--write-out", "%{http_code}", "--output"])
            .arg(&out)
            .args(["--user", &format!("{}:{}", self.login, self.password)])
            .args(words)
            .arg(format!("{}{path}", desk.url().unwrap()))
            .output()
            .unwrap();
        let status = String::from_utf8(status.stdout).unwrap().parse().unwrap();
        (status, fs::read(out).unwrap_or_default())
    }

    fn get(&self, desk: &Desk, path: &str) -> (u16, Vec<u8>) {
        self.ask(desk, &[], path)
    }
}

fn shares(desk: &Desk) -> Vec<Value> {
    let listed: Value = serde_json::from_str(&desk.does(&["shares", "bag", "--json"])).unwrap();
    listed["shares"].as_array().unwrap().clone()
}

fn locked(desk: &Desk) {
    let opened = desk.run(&["serve", "bag", "--listen", FREE_PORT, "--locked", "--lock-after", "1"]);
    assert!(opened.status.success(), "{}", said(&opened));
}

#[test]
fn a_folder_is_given_read_and_taken_back() {
    let desk = Desk::with_bag();
    desk.mount();
    fs::create_dir_all(desk.path("drive/Devoirs/Maths")).unwrap();
    fs::write(desk.path("drive/Devoirs/Maths/dm1.txt"), "devoir maison").unwrap();
    fs::write(desk.path("drive/Journal.txt"), "for nobody").unwrap();
    let missing = [&["share", "bag", "Devoirs/Physique", "--with", "Nour"][..], &PASSPHRASE].concat();
    desk.fails(&missing, 22);
    let nour = Guest::of(&desk.does(&["share", "bag", "Devoirs", "--with", "Nour", "--json"]));
    let ali = Guest::of(&desk.does(&["share", "bag", "Devoirs", "--with", "Ali", "--until", "2999-12-31", "--json"]));
    desk.fails(&[&["share", "bag", "Devoirs", "--with", "Nour"][..], &PASSPHRASE].concat(), 22);
    let past = ["share", "bag", "Devoirs", "--with", "Lou", "--until", "2020-01-01"];
    desk.fails(&[&past[..], &PASSPHRASE].concat(), 22);
    let listed = shares(&desk);
    let with: Vec<_> = listed.iter().map(|share| share["with"].as_str().unwrap()).collect();
    assert_eq!(with, ["Ali", "Nour"]);
    assert!(listed.iter().all(|share| share["folder"] == "Devoirs"));
    // The owner goes on working in it.
    fs::write(desk.path("drive/Devoirs/Maths/dm2.txt"), "le second").unwrap();
    desk.close();

    locked(&desk);
    assert_eq!(nour.get(&desk, "Maths/dm1.txt"), (200, b"devoir maison".to_vec()));
    assert_eq!(ali.get(&desk, "Maths/dm2.txt"), (200, b"le second".to_vec()));
    assert_eq!(nour.get(&desk, "Journal.txt").0, 404);
    assert_eq!(nour.get(&desk, "../Journal.txt").0, 400);
    let file = desk.path("passphrase");
    assert_eq!(nour.ask(&desk, &["-T", file.to_str().unwrap()], "Maths/dm1.txt").0, 403);
    desk.close();

    desk.serve();
    desk.does(&["revoke", "bag", "Devoirs", "--with", "Nour"]);
    assert_eq!(nour.get(&desk, "Maths/dm1.txt").0, 401);
    assert_eq!(ali.get(&desk, "Maths/dm1.txt").0, 200, "the others stay");
    desk.close();
    // The owner's devices have the key of home alone: they find the new key there.
    desk.serve();
    let phone = Guest::of(&desk.does(&["device", "add", "bag", "phone", "--json"]));
    desk.close();
    locked(&desk);
    assert_eq!(phone.get(&desk, "Devoirs/Maths/dm1.txt"), (200, b"devoir maison".to_vec()));
    desk.close();
    desk.does(&["revoke", "bag", "Devoirs"]);
    assert!(shares(&desk).is_empty());
    desk.fails(&[&["revoke", "bag", "Devoirs"][..], &PASSPHRASE].concat(), 22);
    desk.does(&["check", "bag"]);
}
