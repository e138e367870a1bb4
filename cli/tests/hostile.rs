//! What hostile and clumsy people do at the command line: nothing is lost, promised wrongly or left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use desk::{Desk, PASSPHRASE, said, until};
use rustix::process::Signal;

fn run(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(&[words, &PASSPHRASE].concat());
    assert!(output.status.success(), "{words:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said_by(desk: &Desk, words: &[&str]) -> String {
    String::from_utf8_lossy(&desk.run(words).stdout).into_owned()
}

fn is_open(desk: &Desk) -> bool {
    said_by(desk, &["status", "bag", "--json"]).contains("\"open\":true")
}

/// It would be taken for a recovery code ever after, and open nothing.
#[test]
fn a_recovery_code_is_no_passphrase() {
    let desk = Desk::new();
    fs::write(desk.path("code"), "C7W4C-8MZCP-4MEDP-DZMJF-DJYKK-7YH3Y-T2SAF\n").unwrap();
    desk.fails(&["init", "bag", "--no-recovery", "--passphrase-file", "code"], 3);
    let desk = Desk::with_bag();
    fs::write(desk.path("code"), "c7w4c 8mzcp 4medp dzmjf djykk 7yh3y t2saf").unwrap();
    let new = ["--new-passphrase-file", "code", "--passphrase-file", "passphrase"];
    desk.fails(&[&["passwd", "bag"], &new[..]].concat(), 3);
    desk.fails(&[&["slots", "add", "bag"], &new[..]].concat(), 3);
    run(&desk, &["check", "bag"]);
}

/// A copy has the id of the original: each answers for itself, and looking at one does not make the other an older copy.
#[test]
fn a_copy_is_not_taken_for_the_original() {
    let desk = Desk::with_bag();
    desk.mount();
    fs::write(desk.path("drive/file"), vec![7; 300_000]).unwrap();
    desk.unmount();
    let copied = std::process::Command::new("cp").args(["-a", "bag", "copy"]).current_dir(desk.path("")).status();
    assert!(copied.unwrap().success());
    run(&desk, &["check", "copy"]);
    desk.mount();
    desk.unmount();
    // While the copy is open, a pack of the original is damaged.
    run(&desk, &["mount", "copy", "drive", "--danger-accept-older-copy"]);
    let packs = desk.path("bag/spaces");
    let space = fs::read_dir(packs).unwrap().next().unwrap().unwrap().path().join("packs");
    let folder = fs::read_dir(space).unwrap().next().unwrap().unwrap().path();
    let pack = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&pack).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&pack, bytes).unwrap();
    let found = desk.run(&[&["check", "bag"], &PASSPHRASE[..]].concat());
    assert_eq!(found.status.code(), Some(11), "{}", said(&found));
    run(&desk, &["check", "copy"]);
    desk.unmount();
}

/// Told to end while a program holds a file open: what it wrote is kept, though the kernel had not handed it over.
#[test]
fn a_signal_takes_what_open_files_hold_along() {
    let desk = Desk::with_bag();
    desk.mount();
    let mut held = fs::File::create(desk.path("drive/held")).unwrap();
    held.write_all(&vec![b'x'; 100_000]).unwrap();
    desk.signal(Signal::TERM);
    until("the drive ends", || !is_open(&desk));
    drop(held);
    desk.mount();
    assert!(fs::read(desk.path("drive/held")).unwrap() == vec![b'x'; 100_000]);
    desk.unmount();
}

/// Names that a list of options can't hold, a bag that was renamed, a place given through a link, a mount of others that is
/// no text.
#[test]
fn every_drive_is_found_again() {
    let desk = Desk::with_bag();
    let odd = "a,b \\ c\nd";
    fs::rename(desk.path("bag"), desk.path(odd)).unwrap();
    symlink(desk.path("drive"), desk.path("link")).unwrap();
    for place in ["drive", "link"] {
        run(&desk, &["mount", odd, place]);
        fs::write(desk.path("drive/file"), b"essay").unwrap();
        assert!(said_by(&desk, &["status", odd]).contains("/drive\n"), "{place}");
        let unmounted = desk.run(&["unmount", place]);
        assert!(unmounted.status.success(), "{}", said(&unmounted));
    }
    run(&desk, &["mount", odd, "drive"]);
    assert_eq!(fs::read(desk.path("drive/file")).unwrap(), b"essay");
    fs::rename(desk.path(odd), desk.path("bag")).unwrap();
    let unmounted = desk.run(&["unmount", "drive"]);
    assert!(unmounted.status.success(), "{}", said(&unmounted));
    desk.mount();
    desk.unmount();
}

/// Whoever opens two bags at one place at once gets one of them.
#[test]
fn one_place_holds_one_drive() {
    let desk = Desk::with_bag();
    let made = desk.run(&[&["init", "other", "--no-recovery"], &PASSPHRASE[..]].concat());
    assert!(made.status.success());
    let start = |bag: &str| desk.command().args(["mount", bag, "drive"]).args(PASSPHRASE).spawn().unwrap();
    let mut started = [start("bag"), start("other")];
    let codes: Vec<_> = started.iter_mut().map(|child| child.wait().unwrap().code().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    desk.unmount();
}

/// Options of mount(8) count; unknown ones are refused. A copy of the program under the helper's name works, too.
#[test]
fn the_mount_helper_passes_options_on() {
    let desk = Desk::with_bag();
    fs::copy(env!("CARGO_BIN_EXE_cartable"), desk.path("mount.fuse.cartable")).unwrap();
    let mount = |options: &str| {
        let mut command = std::process::Command::new(desk.path("mount.fuse.cartable"));
        let options = format!("{options},passphrase-file={}", desk.path("passphrase").display());
        command.current_dir(desk.path("")).env("CARTABLE_STATE", desk.path("state"));
        command.args(["bag", "drive", "-o", &options]).output().unwrap()
    };
    let mounted = mount("rw,nosuid,nodev,noexec,x-systemd.automount");
    assert!(mounted.status.success(), "{}", said(&mounted));
    let table = fs::read_to_string("/proc/self/mounts").unwrap();
    let line = table.lines().find(|line| line.contains(desk.path("drive").to_str().unwrap())).unwrap();
    for option in ["nosuid", "nodev", "noexec"] {
        assert!(line.contains(option), "{line}");
    }
    desk.unmount();
    assert_eq!(mount("rw,context=odd").status.code(), Some(2));
}

/// A pipe that is closed, a disk that is full: no panic, and what was changed is changed.
#[test]
fn nobody_needs_to_listen() {
    let desk = Desk::with_bag();
    fs::write(desk.path("new"), "cinq petits chats").unwrap();
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let status = desk.command().args(["status", "bag", "--json"]).stdout(full()).status().unwrap();
    assert_eq!(status.code(), Some(9));
    let status = desk.command().args(["status", "nothing"]).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(4));
    let change = ["passwd", "bag", "--passphrase-file", "passphrase", "--new-passphrase-file", "new"];
    let status = desk.command().args(change).stdout(full()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let mount = ["mount", "--foreground", "bag", "drive", "--passphrase-file", "new"];
    let mut drive = desk.command().args(mount).stdout(full()).spawn().unwrap();
    until("the drive is there", || desk.run(&["unmount", "drive"]).status.success());
    assert!(drive.wait().unwrap().success());
}

/// Nothing of the caller's stays open in the drive, and a folder of others keeps its permissions.
#[test]
fn the_drive_holds_nothing_of_the_callers() {
    let desk = Desk::with_bag();
    let shared = desk.path("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    let script =
        format!("exec 7>held; exec {} mount bag drive --passphrase-file passphrase", env!("CARGO_BIN_EXE_cartable"));
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).current_dir(desk.path("")).env("CARTABLE_STATE", &shared).stdin(Stdio::null());
    assert!(command.status().unwrap().success());
    let process = fs::read_to_string(desk.path("bag/lock")).unwrap();
    let open: Vec<_> = fs::read_dir(format!("/proc/{}/fd", process.trim()))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .filter(|target| *target == desk.path("held"))
        .collect();
    assert!(open.is_empty());
    assert_eq!(fs::metadata(&shared).unwrap().permissions().mode() & 0o777, 0o777);
    let unmounted = desk.command().args(["unmount", "drive"]).env("CARTABLE_STATE", &shared).output().unwrap();
    assert!(unmounted.status.success(), "{}", said(&unmounted));
}

/// Broken off while the passphrase is being stretched: no drive appears afterwards.
#[test]
fn a_mount_that_is_broken_off_leaves_no_drive() {
    let desk = Desk::with_bag();
    let mut mount = desk.command().args(["mount", "bag", "drive"]).args(PASSPHRASE).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    mount.kill().unwrap();
    mount.wait().unwrap();
    until("the bag is free", || !is_open(&desk));
    std::thread::sleep(Duration::from_secs(1));
    let table = fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!table.contains(desk.path("drive").to_str().unwrap()));
    desk.mount();
    desk.unmount();
}

/// Each kind of damage is said to be one.
#[test]
fn damage_has_its_exit_code() {
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    type Damage<'a> = &'a dyn Fn(&Path);
    let damages: [(&str, Damage<'_>); 5] = [
        ("a flipped bit", &|path| flip(path)),
        ("half", &|path| fs::write(path, &fs::read(path).unwrap()[..40_000]).unwrap()),
        ("none", &|path| fs::remove_file(path).unwrap()),
        ("a folder", &|path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
        ("no packs", &|path| fs::remove_dir_all(path.with_file_name("packs")).unwrap()),
    ];
    for (what, damage) in damages {
        let desk = Desk::with_bag();
        let space = fs::read_dir(desk.path("bag/spaces")).unwrap().next().unwrap().unwrap().path();
        damage(&space.join("space.1.db"));
        let found = desk.run(&[&["check", "bag"], &PASSPHRASE[..]].concat());
        assert_eq!(found.status.code(), Some(11), "check, {what}: {}", said(&found));
        let mounted = desk.run(&[&["mount", "bag", "drive"], &PASSPHRASE[..]].concat());
        assert_eq!(mounted.status.code(), Some(11), "mount, {what}: {}", said(&mounted));
    }
    let desk = Desk::new();
    fs::write(desk.path("file"), "").unwrap();
    desk.fails(&[&["init", "file", "--no-recovery"], &PASSPHRASE[..]].concat(), 4);
}

/// Few descriptors: an error, not a wait for ever.
#[test]
fn few_descriptors_end_in_an_error() {
    let desk = Desk::with_bag();
    for most in 4..24 {
        let script = format!(
            "ulimit -n {most}; exec timeout 20 {} mount bag drive --passphrase-file passphrase",
            env!("CARGO_BIN_EXE_cartable")
        );
        let mut command = std::process::Command::new("sh");
        command.arg0("sh").args(["-c", &script]).current_dir(desk.path("")).env("CARTABLE_STATE", desk.path("state"));
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let code = child.wait().unwrap().code();
        assert_ne!(code, Some(124), "{most} descriptors");
        if code == Some(0) {
            desk.unmount();
        }
        let mut said = String::new();
        let _ = child.stderr.take().unwrap().read_to_string(&mut said);
        assert!(!said.contains("panicked"), "{most} descriptors: {said}");
    }
}
