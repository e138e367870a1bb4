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
    let checked = desk.run(&["check", "bag", "--passphrase-file", "passphrase"]);
    assert!(checked.status.success(), "{}", said(&checked));
    desk.mount();
    assert!(desk.run(&["check", "bag"]).status.success());
    desk.unmount();
}
