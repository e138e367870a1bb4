//! What a command's tests work on.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A bag in a folder of its own, and the passphrase that opens it.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(desk.path("passphrase"), "quatre petits chats\n").unwrap();
        fs::create_dir(desk.path("drive")).unwrap();
        desk
    }

    pub fn with_bag() -> Self {
        let desk = Self::new();
        let made = desk.run(&["init", "bag", "--no-recovery", "--passphrase-file", "passphrase"]);
        assert!(made.status.success(), "{}", said(&made));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cartable"));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("CARTABLE_STATE", self.path("state")).env("LANG", "C").env("LC_ALL", "C");
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command().args(words).output().unwrap()
    }

    /// Runs what must fail, and returns what it says.
    pub fn fails(&self, words: &[&str], code: i32) -> String {
        let output = self.run(words);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text}");
        assert!(output.stdout.is_empty(), "{words:?}: a failure goes to standard error");
        assert!((1..=3).contains(&text.lines().count()), "{words:?}: {text}");
        assert!(!text.contains("panicked"), "{words:?}: {text}");
        text
    }

    pub fn mount(&self) {
        let mounted = self.run(&["mount", "bag", "drive", "--passphrase-file", "passphrase"]);
        assert!(mounted.status.success(), "{}", said(&mounted));
    }

    /// Sends a signal to the process behind the drive.
    pub fn signal(&self, signal: Signal) {
        let process: i32 = fs::read_to_string(self.path("bag/lock")).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
    }

    pub fn unmount(&self) {
        let unmounted = self.run(&["unmount", "drive"]);
        assert!(unmounted.status.success(), "{}", said(&unmounted));
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
