//! The doors of a bag: a drive and a share, opened and closed in any order, by one process.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::net::TcpListener;

use desk::{Desk, FREE_PORT, PASSPHRASE, said};
use rustix::process::Signal;

/// The process that has the bag open.
fn process(desk: &Desk) -> String {
    assert!(desk.is_open());
    fs::read_to_string(desk.path("bag/lock")).unwrap()
}

#[test]
fn a_share_is_served_until_it_is_closed() {
    let desk = Desk::with_bag();
    let printed = desk.does(&["serve", "bag", "--listen", FREE_PORT]);
    let status = desk.status();
    assert_eq!((&status["open"], &status["locked"]), (&true.into(), &false.into()), "{status}");
    assert!(status["drive"].is_null() && status["free_bytes"].as_u64().unwrap() > 0, "{status}");
    let url = desk.url().unwrap();
    assert!(url.starts_with("https://127.0.0.1:") && printed.contains(&url), "{printed}");
    assert!(printed.contains(status["fingerprint"].as_str().unwrap()), "{printed}");
    assert!(desk.path("state/tls").is_dir() && fs::metadata(status["certificate"].as_str().unwrap()).is_ok());
    desk.fails(&["serve", "bag", "--listen", FREE_PORT, PASSPHRASE[0], PASSPHRASE[1]], 6);
    assert!(desk.run(&["check", "bag"]).status.success(), "the process checks, and asks nobody");
    desk.close();
    assert_eq!(desk.url(), None);
    desk.fails(&["close", "bag"], 13);
    desk.does(&["check", "bag"]);
}

#[test]
fn both_doors_are_of_one_process() {
    let desk = Desk::with_bag();
    desk.does(&["open", "bag", "--mount", "drive", "--listen", FREE_PORT]);
    let first = process(&desk);
    assert!(desk.url().is_some() && desk.status()["drive"].is_string());
    fs::write(desk.path("drive/letter"), "kept").unwrap();
    // A drive that goes leaves the share, and may come back.
    desk.unmount();
    assert!(desk.url().is_some() && desk.status()["drive"].is_null());
    desk.mount();
    assert_eq!(process(&desk), first);
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept");
    // In use by a program: nothing is closed.
    let held = fs::File::open(desk.path("drive/letter")).unwrap();
    desk.fails(&["close", "bag"], 14);
    assert!(desk.url().is_some() && desk.path("drive/letter").exists());
    drop(held);
    desk.close();
    assert!(!desk.path("drive/letter").exists());
    assert_eq!(desk.run(&["open", "bag"]).status.code(), Some(2), "neither door");
}

/// Each of them first; the second needs a secret of the owner.
#[test]
fn the_other_door_is_opened_by_the_running_process() {
    let desk = Desk::with_bag();
    fs::write(desk.path("wrong"), "six petits chats\n").unwrap();
    desk.mount();
    let first = process(&desk);
    desk.fails(&["serve", "bag", "--listen", FREE_PORT, "--passphrase-file", "wrong"], 3);
    assert_eq!(desk.url(), None);
    desk.serve();
    assert_eq!(process(&desk), first);
    desk.unmount();
    assert!(desk.url().is_some(), "the drive was the first door, and not the last");
    desk.fails(&["mount", "bag", "drive", "--passphrase-file", "wrong"], 3);
    // What stands already is left as it is.
    desk.does(&["mount", "bag", "drive"]);
    desk.fails(&["open", "bag", "--mount", "drive", "--listen", FREE_PORT, PASSPHRASE[0], PASSPHRASE[1]], 6);
    desk.close();
    desk.mount();
    desk.does(&["open", "bag", "--mount", "drive", "--listen", FREE_PORT]);
    assert!(desk.url().is_some());
    desk.close();
}

/// A drive for reading only, beside a share that writes.
#[test]
fn a_drive_may_be_for_reading_only() {
    let desk = Desk::with_bag();
    desk.serve();
    desk.does(&["mount", "bag", "drive", "--read-only"]);
    assert!(fs::write(desk.path("drive/letter"), "x").is_err());
    desk.close();
    desk.does(&["mount", "bag", "drive", "--read-only"]);
    desk.fails(&["serve", "bag", "--listen", FREE_PORT, PASSPHRASE[0], PASSPHRASE[1]], 6);
    desk.unmount();
}

#[test]
fn a_share_that_can_not_be_served_leaves_nothing_open() {
    let desk = Desk::with_bag();
    let taken = TcpListener::bind(FREE_PORT).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let both = ["open", "bag", "--mount", "drive", "--listen", &address, PASSPHRASE[0], PASSPHRASE[1]];
    let told = desk.fails(&both, 17);
    assert!(told.contains(&address), "{told}");
    assert!(!desk.is_open());
    let serve = ["serve", "bag", "--listen", FREE_PORT, PASSPHRASE[0], PASSPHRASE[1]];
    let with = |more: &[&str], code| desk.fails(&[&serve[..], more].concat(), code);
    fs::write(desk.path("no.pem"), "no certificate").unwrap();
    with(&["--tls-cert", "no.pem", "--tls-key", "no.pem"], 18);
    with(&["--tls-cert", "missing.pem", "--tls-key", "no.pem"], 18);
    with(&["--no-tls", "--listen", "0.0.0.0:0"], 19);
    for misuse in [&["--tls-cert", "no.pem"][..], &["--danger-plain-http"], &["--listen", "nowhere"], &["--locked"]] {
        let output = desk.run(&[&serve[..], misuse].concat());
        assert_eq!(output.status.code(), Some(2), "{misuse:?}: {}", said(&output));
    }
    assert!(!desk.is_open());
    // A drive that is open stays, when its share can't be.
    desk.mount();
    desk.fails(&["serve", "bag", "--listen", &address, PASSPHRASE[0], PASSPHRASE[1]], 17);
    assert!(desk.is_open() && desk.status()["drive"].is_string());
    desk.unmount();
    // A share is not left behind by a drive that can't be.
    fs::write(desk.path("drive/full"), "").unwrap();
    desk.fails(&["open", "bag", "--mount", "drive", "--listen", FREE_PORT, PASSPHRASE[0], PASSPHRASE[1]], 7);
    assert!(!desk.is_open());
}

/// A certificate that somebody else cares for, with its fingerprint.
#[test]
fn a_given_certificate_is_shown() {
    let desk = Desk::with_bag();
    desk.serve();
    let own = desk.status()["fingerprint"].clone();
    desk.close();
    for (made, given) in [("certificate.pem", "given.pem"), ("key.pem", "given.key")] {
        fs::rename(desk.path("state/tls").join(made), desk.path(given)).unwrap();
    }
    desk.serve();
    assert_ne!(desk.status()["fingerprint"], own, "another one was made");
    desk.close();
    desk.does(&["serve", "bag", "--listen", FREE_PORT, "--tls-cert", "given.pem", "--tls-key", "given.key"]);
    assert_eq!(desk.status()["fingerprint"], own);
    desk.close();
}

#[test]
fn plain_http_is_for_this_machine_or_for_who_asks_for_danger() {
    let desk = Desk::with_bag();
    desk.does(&["serve", "bag", "--listen", FREE_PORT, "--no-tls"]);
    assert!(desk.url().unwrap().starts_with("http://127.0.0.1:"));
    assert!(desk.status()["fingerprint"].is_null());
    desk.close();
    desk.does(&["serve", "bag", "--listen", "0.0.0.0:0", "--no-tls", "--danger-plain-http"]);
    assert!(!desk.url().unwrap().contains("0.0.0.0"), "nobody is at that address");
    desk.close();
}

/// Told to end: the share ends, and the drive with everything written.
#[test]
fn signals_close_both_doors() {
    let desk = Desk::with_bag();
    desk.does(&["open", "bag", "--mount", "drive", "--listen", FREE_PORT]);
    fs::write(desk.path("drive/letter"), "kept").unwrap();
    desk.signal(Signal::TERM);
    desk::until("both doors are closed", || !desk.is_open());
    desk.mount();
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept");
    desk.unmount();
}

#[test]
fn a_bag_that_is_not_open_is_said_to_be_closed() {
    let desk = Desk::with_bag();
    desk.fails(&["close", "bag"], 13);
    desk.fails(&["close", "nowhere"], 4);
    let status = desk.status();
    assert_eq!(status["share"], serde_json::json!([]));
    assert!(status["locked"].is_null() && status["clients"].as_array().unwrap().is_empty(), "{status}");
}
