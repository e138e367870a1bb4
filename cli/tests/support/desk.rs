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
use std::time::{Duration, Instant};

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

    /// Runs what must succeed, with the passphrase; returns what it prints.
    pub fn does(&self, words: &[&str]) -> String {
        let output = self.run(&[words, &PASSPHRASE].concat());
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Opens the bag as a share at a free port.
    pub fn serve(&self) {
        self.does(&["serve", "bag", "--listen", FREE_PORT]);
    }

    /// Closes all doors.
    pub fn close(&self) {
        let closed = self.run(&["close", "bag"]);
        assert!(closed.status.success(), "{}", said(&closed));
        assert!(!self.is_open());
    }

    pub fn status(&self) -> serde_json::Value {
        let output = self.run(&["status", "bag", "--json"]);
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn is_open(&self) -> bool {
        self.status()["open"] == true
    }

    /// Where the share is; none when there is none.
    pub fn url(&self) -> Option<String> {
        self.status()["share"][0].as_str().map(str::to_owned)
    }

    /// What curl(1) gets from the share: the status, and the body.
    pub fn curl(&self, words: &[&str], path: &str) -> (u16, Vec<u8>) {
        let url = format!("{}{path}", self.url().unwrap());
        let mut command = Command::new("curl");
        command.args(["--silent", "--insecure", "--output", "body", "--write-out", "%{http_code}"]);
        let output = command.args(words).arg(url).current_dir(self.path("")).output().unwrap();
        let status = String::from_utf8(output.stdout).unwrap().parse().unwrap();
        let body = fs::read(self.path("body")).unwrap_or_default();
        let _ = fs::remove_file(self.path("body"));
        (status, body)
    }

    /// Adds a device; returns what it logs in with, as curl takes it.
    pub fn device(&self, name: &str) -> String {
        let added: serde_json::Value =
            serde_json::from_str(&self.does(&["device", "add", "bag", name, "--json"])).unwrap();
        format!("{}:{}", added["login"].as_str().unwrap(), added["password"].as_str().unwrap())
    }

    pub fn unmount(&self) {
        let unmounted = self.run(&["unmount", "drive"]);
        assert!(unmounted.status.success(), "{}", said(&unmounted));
    }
}

/// Whoever still has doors open is told to close them.
impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.run(&["close", "bag"]);
    }
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub const PASSPHRASE: [&str; 2] = ["--passphrase-file", "passphrase"];
/// The system chooses the port.
pub const FREE_PORT: &str = "127.0.0.1:0";

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
