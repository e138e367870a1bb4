//! The desktop's keyring, in a session of its own: a real Secret Service (gnome-keyring) on a bus of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::process::Stdio;

use desk::Desk;

/// Starts an unlocked keyring, then remembers, opens without asking, changes, opens, forgets, and is asked again.
const SESSION: &str = r#"
set -e
printf login | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1
! "$cartable" mount bag drive 2> asked
"$cartable" remember bag --passphrase-file passphrase
! "$cartable" remember bag --passphrase-file wrong 2> refused
"$cartable" mount bag drive
"$cartable" passwd bag --passphrase-file passphrase --new-passphrase-file new
"$cartable" unmount drive
"$cartable" mount bag drive
"$cartable" unmount drive
"$cartable" check bag
"$cartable" forget bag
! "$cartable" mount bag drive 2> forgotten
"$cartable" forget bag
"#;

#[test]
fn a_remembered_bag_opens_without_asking() {
    let desk = Desk::with_bag();
    fs::write(desk.path("new"), "cinq petits chats\n").unwrap();
    fs::write(desk.path("wrong"), "six petits chats\n").unwrap();
    let mut command = std::process::Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", SESSION]).current_dir(desk.path("")).stdin(Stdio::null());
    for folder in ["HOME", "XDG_RUNTIME_DIR"] {
        let path = desk.path(folder);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        command.env(folder, path);
    }
    command
        .env("CARTABLE_STATE", desk.path("state"))
        .env("LC_ALL", "C")
        .env("cartable", env!("CARGO_BIN_EXE_cartable"));
    let output = command.output().expect("dbus-run-session is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for (file, words) in [("asked", "no terminal"), ("refused", "does not open"), ("forgotten", "no terminal")] {
        let text = fs::read_to_string(desk.path(file)).unwrap();
        assert!(text.contains(words), "{file}: {text}");
    }
    let kept = fs::read_dir(desk.path("HOME")).unwrap().count();
    assert!(kept > 0, "the keyring writes into its own home");
}

/// Without a session nothing is remembered, and it is said.
#[test]
fn without_a_session_nothing_is_remembered() {
    let desk = Desk::with_bag();
    let mut command = desk.command();
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", desk.path("nowhere"));
    let output = command.args(["remember", "bag", "--passphrase-file", "passphrase"]).output().unwrap();
    assert_eq!(output.status.code(), Some(16), "{}", desk::said(&output));
}
