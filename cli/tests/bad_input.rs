//! What people get wrong, and what the command says then: one clear failure, its exit code, and what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::path::Path;

use desk::{Desk, said};
use rustix::process::Signal;

fn alter(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_wrong_passphrase_is_one_clear_line() {
    let desk = Desk::with_bag();
    let mut messages = Vec::new();
    for wrong in ["quatre petits chatz\n", "x\n", "quatre petits chats et un chien\n"] {
        fs::write(desk.path("wrong"), wrong).unwrap();
        messages.push(desk.fails(&["mount", "bag", "drive", "--passphrase-file", "wrong"], 3));
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "no hint of what was wrong: {messages:?}");
}

#[test]
fn what_is_no_bag_is_said_to_be_none() {
    let desk = Desk::new();
    fs::create_dir(desk.path("photos")).unwrap();
    desk.fails(&["mount", "photos", "drive", "--passphrase-file", "passphrase"], 4);
    desk.fails(&["mount", "nowhere", "drive", "--passphrase-file", "passphrase"], 4);
    fs::write(desk.path("photos/one.jpg"), "x").unwrap();
    desk.fails(&["init", "photos", "--no-recovery", "--passphrase-file", "passphrase"], 4);
    assert!(desk.path("photos/one.jpg").exists());
}

#[test]
fn a_bag_of_a_newer_version_is_refused_politely() {
    let desk = Desk::with_bag();
    alter(&desk.path("bag/bag.json"), "\"cartable\": 1", "\"cartable\": 2");
    desk.fails(&["mount", "bag", "drive", "--passphrase-file", "passphrase"], 5);
}

#[test]
fn a_place_that_can_hold_no_drive_is_said_to_be_none() {
    let desk = Desk::with_bag();
    fs::write(desk.path("file"), "x").unwrap();
    fs::create_dir(desk.path("full")).unwrap();
    fs::write(desk.path("full/file"), "x").unwrap();
    for place in ["missing", "file", "full"] {
        desk.fails(&["mount", "bag", place, "--passphrase-file", "passphrase"], 7);
    }
    desk.fails(&["unmount", "drive"], 13);
}

#[test]
fn nobody_to_ask_is_misuse() {
    let desk = Desk::with_bag();
    desk.fails(&["mount", "bag", "drive"], 2);
    desk.fails(&["init", "other", "--passphrase-file", "passphrase"], 2);
    assert!(!desk.path("other/bag.json").exists());
    desk.fails(&["mount", "bag", "drive", "--passphrase-file", "missing"], 1);
}

#[test]
fn an_open_bag_is_in_use() {
    let desk = Desk::with_bag();
    desk.mount();
    fs::create_dir(desk.path("second")).unwrap();
    desk.fails(&["mount", "bag", "second", "--passphrase-file", "passphrase"], 6);
    desk.fails(&["check", "bag", "--repair", "--passphrase-file", "passphrase"], 6);
    let held = fs::File::create(desk.path("drive/letter")).unwrap();
    desk.fails(&["unmount", "drive"], 14);
    drop(held);
    desk.unmount();
    desk.mount();
    assert!(desk.path("drive/letter").exists());
    desk.unmount();
}

#[test]
fn a_stale_drive_is_cleared_by_the_next_mount() {
    let desk = Desk::with_bag();
    desk.mount();
    fs::write(desk.path("drive/letter"), "kept").unwrap();
    fs::File::open(desk.path("drive/letter")).unwrap().sync_all().unwrap();
    desk.signal(Signal::KILL);
    desk.mount();
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept");
    desk.unmount();
}

#[test]
fn signals_end_a_drive_with_everything_written() {
    let desk = Desk::with_bag();
    for (n, signal) in [Signal::TERM, Signal::INT].into_iter().enumerate() {
        desk.mount();
        let name = format!("drive/letter-{n}");
        fs::write(desk.path(&name), "kept").unwrap();
        desk.signal(signal);
        // The bag is free once the process ended; mounting before answers that it is in use.
        let mount = || desk.run(&["mount", "bag", "drive", "--passphrase-file", "passphrase"]).status.success();
        assert!((0..1000).any(|_| mount()), "{signal:?} did not end the drive");
        assert_eq!(fs::read_to_string(desk.path(&name)).unwrap(), "kept");
        desk.unmount();
    }
}

#[test]
fn messages_come_in_the_language_of_the_user() {
    let desk = Desk::new();
    let of = |language: &str| {
        let words = ["mount", "nowhere", "drive", "--passphrase-file", "passphrase"];
        said(&desk.command().args(words).env("LC_ALL", language).env("LANG", language).output().unwrap())
    };
    assert_ne!(of("fr_FR.UTF-8"), of("en_GB.UTF-8"));
}

#[test]
fn an_old_passphrase_and_a_removed_code_open_nothing() {
    let desk = Desk::new();
    fs::write(desk.path("new"), "cinq petits chats\n").unwrap();
    let made = desk.run(&["init", "bag", "--recovery-file", "sheet", "--passphrase-file", "passphrase"]);
    assert!(made.status.success(), "{}", said(&made));
    let changed = ["passwd", "bag", "--passphrase-file", "passphrase", "--new-passphrase-file", "new"];
    assert!(desk.run(&changed).status.success());
    desk.fails(&["check", "bag", "--passphrase-file", "passphrase"], 3);
    let listed = desk.run(&["slots", "list", "bag", "--json", "--passphrase-file", "new"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let slots = listed["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 2, "{listed}");
    let recovery = slots.iter().find(|slot| slot["kind"] == "recovery").unwrap();
    let recovery = recovery["slot"].as_str().unwrap();
    assert!(desk.run(&["slots", "remove", "bag", recovery, "--passphrase-file", "new"]).status.success());
    desk.fails(&["slots", "remove", "bag", recovery, "--passphrase-file", "new"], 15);
    assert!(desk.run(&["check", "bag", "--passphrase-file", "new"]).status.success());
}

#[test]
fn a_disk_that_cannot_be_written_is_said_to_be_one() {
    let desk = Desk::with_bag();
    for (words, code) in [("mount bag drive", 10), ("gc bag", 10), ("mount bag drive --read-only", 0), ("check bag", 0)]
    {
        let script = format!(
            "mount --bind bag bag && mount -o remount,ro,bind bag && exec {} {words} --passphrase-file passphrase",
            env!("CARGO_BIN_EXE_cartable")
        );
        // In a view of the mounts that ends with the command.
        let mut command = std::process::Command::new("unshare");
        command
            .args(["-rm", "sh", "-c", &script])
            .current_dir(desk.path("."))
            .env("CARTABLE_STATE", desk.path("state"));
        let output = command.env("LC_ALL", "C").output().unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(code), "{words}: {text}");
        assert!(code == 0 || text.contains("can't be written"), "{words}: {text}");
    }
}
