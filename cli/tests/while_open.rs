//! Commands that reach the process behind an open drive.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use desk::{Desk, said};

fn noise(seed: u32, bytes: usize) -> Vec<u8> {
    let mut state = seed;
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

/// Somebody writes and deletes all the while; nobody is asked for a passphrase.
#[test]
fn a_drive_in_use_is_checked_and_collected() {
    let desk = Desk::with_bag();
    desk.mount();
    let kept = noise(1, 3_000_000);
    fs::write(desk.path("drive/kept"), &kept).unwrap();
    let done = AtomicBool::new(false);
    let freed = std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                let path = desk.path(&format!("drive/file {}", n % 4));
                fs::write(&path, noise(n, 2_000_000)).unwrap();
                fs::File::open(&path).unwrap().sync_all().unwrap();
                assert_eq!(fs::read(&path).unwrap(), noise(n, 2_000_000));
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut freed = 0;
        for _ in 0..6 {
            std::thread::sleep(std::time::Duration::from_millis(300));
            let checked = desk.run(&["check", "bag"]);
            assert!(checked.status.success(), "{}", said(&checked));
            let collected = desk.run(&["gc", "bag", "--json"]);
            assert!(collected.status.success(), "{}", said(&collected));
            let report: serde_json::Value = serde_json::from_slice(&collected.stdout).unwrap();
            freed += report["packs_removed"].as_u64().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        freed
    });
    assert!(freed > 0, "what was overwritten gave no room back");
    assert_eq!(fs::read(desk.path("drive/kept")).unwrap(), kept);
    desk.unmount();
    let checked = desk.run(&["check", "bag", "--passphrase-file", "passphrase"]);
    assert!(checked.status.success(), "{}", said(&checked));
    desk.mount();
    assert_eq!(fs::read(desk.path("drive/kept")).unwrap(), kept);
    desk.unmount();
}

/// A killed process leaves its socket behind: the next one takes the place, and without one the bag is opened.
#[test]
fn a_socket_without_its_process_is_in_nobodys_way() {
    let desk = Desk::with_bag();
    desk.mount();
    desk.signal(rustix::process::Signal::KILL);
    while String::from_utf8(desk.run(&["status", "bag", "--json"]).stdout).unwrap().contains("\"open\":true") {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    desk.mount();
    let unverified = || {
        let status: serde_json::Value = serde_json::from_slice(&desk.run(&["status", "bag", "--json"]).stdout).unwrap();
        status["unverified_since"].clone()
    };
    assert!(unverified().is_string(), "it had no good end");
    desk.unmount();
    assert!(unverified().is_string(), "and nobody looked at it since");
    let checked = desk.run(&["check", "bag", "--passphrase-file", "passphrase"]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(unverified().is_null());
    desk.mount();
    assert!(desk.run(&["check", "bag"]).status.success());
    desk.unmount();
    assert!(unverified().is_null());
}

/// The passphrase is changed, a key added and one removed, while somebody writes to the drive; each by its owner's word.
#[test]
fn keys_change_while_the_drive_is_in_use() {
    let desk = Desk::with_bag();
    desk.mount();
    fs::write(desk.path("new"), "cinq petits chats\n").unwrap();
    fs::write(desk.path("wrong"), "six petits chats\n").unwrap();
    fs::write(desk.path("drive/before"), noise(1, 300_000)).unwrap();
    let open = fs::File::create(desk.path("drive/open")).unwrap();
    desk.fails(&["slots", "list", "bag", "--passphrase-file", "wrong"], 3);
    desk.fails(&["passwd", "bag", "--passphrase-file", "wrong", "--new-passphrase-file", "new"], 3);
    let changed = desk.run(&["passwd", "bag", "--passphrase-file", "passphrase", "--new-passphrase-file", "new"]);
    assert!(changed.status.success(), "{}", said(&changed));
    std::io::Write::write_all(&mut &open, &noise(2, 300_000)).unwrap();
    open.sync_all().unwrap();
    desk.fails(&["slots", "list", "bag", "--passphrase-file", "passphrase"], 3);

    let added = desk.run(&["slots", "add", "bag", "--passphrase-file", "new", "--recovery-file", "sheet", "--json"]);
    assert!(added.status.success(), "{}", said(&added));
    let slot: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
    let listed = desk.run(&["slots", "list", "bag", "--passphrase-file", "new", "--json"]);
    let slots: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(slots["slots"].as_array().unwrap().len(), 2);
    let removed = desk.run(&["slots", "remove", "bag", slot["slot"].as_str().unwrap(), "--passphrase-file", "new"]);
    assert!(removed.status.success(), "{}", said(&removed));
    fs::write(desk.path("drive/after"), noise(3, 300_000)).unwrap();
    drop(open);
    desk.unmount();

    desk.fails(&["check", "bag", "--passphrase-file", "passphrase"], 3);
    let checked = desk.run(&["check", "bag", "--passphrase-file", "new"]);
    assert!(checked.status.success(), "{}", said(&checked));
    let mounted = desk.run(&["mount", "bag", "drive", "--passphrase-file", "new"]);
    assert!(mounted.status.success(), "{}", said(&mounted));
    for (name, seed) in [("before", 1), ("open", 2), ("after", 3)] {
        assert_eq!(fs::read(desk.path("drive").join(name)).unwrap(), noise(seed, 300_000), "{name}");
    }
    desk.unmount();
}

/// The passphrase that was typed is the one that is replaced; a recovery code replaces the only one, not one of several.
#[test]
fn the_passphrase_that_was_given_is_replaced() {
    let desk = Desk::with_bag();
    for (name, words) in [("second", "un"), ("third", "deux"), ("fourth", "trois")] {
        fs::write(desk.path(name), words).unwrap();
    }
    let add = ["slots", "add", "bag", "--passphrase-file", "passphrase"];
    for more in [["--new-passphrase-file", "second"], ["--recovery-file", "sheet"]] {
        let added = desk.run(&[&add[..], &more[..]].concat());
        assert!(added.status.success(), "{}", said(&added));
    }
    let change =
        |by: &'static str, new: &'static str| ["passwd", "bag", "--passphrase-file", by, "--new-passphrase-file", new];
    assert!(desk.run(&change("second", "third")).status.success());
    assert!(desk.run(&["check", "bag", "--passphrase-file", "passphrase"]).status.success());
    desk.fails(&["check", "bag", "--passphrase-file", "second"], 3);
    let sheet = fs::read_to_string(desk.path("sheet")).unwrap();
    let code = sheet.lines().map(str::trim).find(|line| line.matches('-').count() == 6).unwrap();
    fs::write(desk.path("code"), code).unwrap();
    let said = desk.fails(&change("code", "fourth"), 15);
    assert!(said.contains("several passphrases"), "{said}");
}
