//! `cartable` alone, on a terminal: the bag is made, opened, and found among the programs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const WORDS: &str = "four words nobody joins";

/// A program on a terminal of its own, which script(1) makes.
struct Terminal {
    child: Child,
    seen: Vec<u8>,
}

impl Terminal {
    fn cartable(home: &Path) -> Self {
        let child = Command::new("script")
            .args(["-qec", env!("CARGO_BIN_EXE_cartable"), "/dev/null"])
            .env("HOME", home)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("CARTABLE_STATE")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, seen: Vec::new() }
    }

    /// Waits for a question and answers it.
    fn answer(&mut self, question: &str, answer: &str) {
        let mut byte = [0];
        while !self.seen.ends_with(question.as_bytes()) {
            let read = self.child.stdout.as_mut().unwrap().read(&mut byte).unwrap();
            assert_eq!(read, 1, "{question} was not asked: {}", String::from_utf8_lossy(&self.seen));
            self.seen.push(byte[0]);
        }
        writeln!(self.child.stdin.as_mut().unwrap(), "{answer}").unwrap();
    }

    /// All that was said, once the program ended well.
    fn end(mut self) -> String {
        self.child.stdout.as_mut().unwrap().read_to_end(&mut self.seen).unwrap();
        let said = String::from_utf8_lossy(&self.seen).into_owned();
        assert!(self.child.wait().unwrap().success(), "{said}");
        said
    }
}

fn unmount(folder: &Path) {
    assert!(Command::new(env!("CARGO_BIN_EXE_cartable")).arg("unmount").arg(folder).status().unwrap().success());
}

#[test]
fn the_first_time_and_the_next() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("Cartable");
    // An earlier attempt was killed while it made the bag.
    fs::create_dir_all(home.path().join(".local/share/cartable")).unwrap();
    fs::write(home.path().join(".local/share/cartable/lock"), "1\n").unwrap();
    let mut terminal = Terminal::cartable(home.path());
    terminal.answer("New passphrase: ", WORDS);
    terminal.answer("Once more: ", WORDS);
    terminal.answer("(Or write \"no sheet\".) ", "no sheet");
    let said = terminal.end();
    assert!(said.contains("Your schoolbag is open"), "{said}");
    assert_eq!(said.matches("assphrase: ").count(), 1, "asked once to choose it, and not again to open: {said}");
    for technical in ["slot", "chunk", "space", "mount"] {
        assert!(!said.to_lowercase().contains(technical), "{technical} in: {said}");
    }
    let entry = fs::read_to_string(home.path().join(".local/share/applications/cartable.desktop")).unwrap();
    assert!(entry.contains("Name[fr]=Mon cartable"));
    fs::write(folder.join("homework"), b"done").unwrap();
    unmount(&folder);

    let mut terminal = Terminal::cartable(home.path());
    terminal.answer("Passphrase: ", WORDS);
    terminal.end();
    assert_eq!(fs::read(folder.join("homework")).unwrap(), b"done");
    let said = Terminal::cartable(home.path()).end();
    assert!(said.contains("open already"), "{said}");
    unmount(&folder);
}
