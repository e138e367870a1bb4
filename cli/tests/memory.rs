//! What the memory and the files of a locked share's process hold: no key before a login, and nothing of the bag once it is locked
//! again. All of its memory is searched, as whoever runs the machine could.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/memory.rs"]
mod memory;
#[path = "support/slot.rs"]
mod slot;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use data_encoding::{BASE64, HEXLOWER};
use desk::{Desk, FREE_PORT, said, until};
use memory::{Needle, search};
use slot::{Slot, bytes_of};

const NAME: &str = "bulletin-de-camille.txt";
const CONTENTS: &str = "contenu que personne d'autre ne lit";

/// A served bag, and everything of it that is secret.
struct Locked {
    desk: Desk,
    phone: String,
    needles: Vec<Needle>,
    process: Child,
}

impl Locked {
    fn serve() -> Self {
        let desk = Desk::new();
        let made = desk.run(&["init", "bag", "--recovery-file", "sheet", "--passphrase-file", "passphrase"]);
        assert!(made.status.success(), "{}", said(&made));
        let sheet = fs::read_to_string(desk.path("sheet")).unwrap();
        let recovery = sheet.split_whitespace().find(|word| word.len() == 41 && word.matches('-').count() == 6);
        let phone = desk.device("phone");
        let needles = needles(&desk.path("bag"), recovery.unwrap(), &phone);
        let words = ["serve", "bag", "--locked", "--lock-after", "2", "--foreground", "--listen", FREE_PORT];
        // A child of this process, so that it may look into its memory.
        let process = desk.command().args(words).stdout(Stdio::null()).spawn().unwrap();
        until("the share is served", || desk.url().is_some());
        Self { desk, phone, needles, process }
    }

    fn search(&self) -> BTreeMap<String, Vec<String>> {
        search(self.process.id(), &self.needles)
    }

    fn is_locked(&self) -> bool {
        self.desk.status()["locked"] == true
    }

    /// What a device does.
    fn use_as_app(&self, version: &str) {
        let login = [version, "--user", self.phone.as_str()];
        fs::write(self.desk.path("large"), CONTENTS.repeat(100_000)).unwrap();
        for file in [NAME, "large"] {
            let put = ["--upload-file", if file == NAME { "small" } else { file }];
            fs::write(self.desk.path("small"), CONTENTS).unwrap();
            assert!([201, 204].contains(&self.desk.curl(&[&login[..], &put].concat(), file).0));
            assert_eq!(self.desk.curl(&login, file).0, 200);
        }
        assert_eq!(self.desk.curl(&[&login[..], &["--request", "PROPFIND"]].concat(), "").0, 207);
    }

    /// An app that keeps its connection when it has what it asked for.
    fn stay_connected(&self) -> Child {
        let url = format!("{}{NAME}", self.desk.url().unwrap());
        let mut curl = Command::new("curl");
        // The second request would follow half a minute later.
        curl.args(["--silent", "--insecure", "--rate", "2/m", "--user", &self.phone, &url, &url]);
        let app = curl.stdout(Stdio::null()).spawn().unwrap();
        until("an app is connected", || self.desk.status()["clients"][0]["requests"] == 1);
        app
    }

    /// What a person does, with the passphrase.
    fn use_as_person(&self) {
        let jar = ["--cookie-jar", "jar", "--cookie", "jar"];
        let page = String::from_utf8(self.desk.curl(&jar, ".cartable/login").1).unwrap();
        let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let form = format!("csrf={token}&after=/&passphrase=quatre+petits+chats");
        let sent = [&jar[..], &["--data", &form]].concat();
        assert_eq!(self.desk.curl(&sent, ".cartable/login").0, 303);
        assert_eq!(self.desk.curl(&jar, "").0, 200);
    }

    /// What the owner does at the machine itself.
    fn use_as_drive(&self) {
        self.desk.mount();
        assert_eq!(fs::read_to_string(self.desk.path("drive").join(NAME)).unwrap(), CONTENTS);
        fs::write(self.desk.path("drive/other"), CONTENTS).unwrap();
        self.desk.unmount();
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if !self.desk.run(&["close", "bag"]).status.success() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

fn needles(bag: &Path, recovery: &str, phone: &str) -> Vec<Needle> {
    let (login, password) = phone.split_once(':').unwrap();
    let (device, owner) = (Slot::open(bag, login, password), Slot::open(bag, "", recovery));
    let database = device.derived("database key");
    vec![
        Needle::new("the space key", &device.key),
        Needle::new("the bag key", &owner.key),
        Needle::new("the key of the database", &database),
        Needle::new("the key of the database, as text", HEXLOWER.encode(&database).as_bytes()),
        Needle::new("the convergence key", &device.derived("convergence key")),
        Needle::new("the key of pack headers", &device.derived("pack header key")),
        Needle::new("the seed of the drop key", &device.derived("drop key pair")),
        Needle::new("the seed of the device's slot", &device.seed),
        Needle::new("the password", password.as_bytes()),
        Needle::new("the password's bytes", &bytes_of(password)),
        // Behind the login, which is no secret: what base 64 makes of it depends on where it begins.
        Needle::new("the password as it is sent", &BASE64.encode(phone.as_bytes()).as_bytes()[16..60]),
        Needle::new("the passphrase", b"quatre petits chats"),
        Needle::new("the passphrase as it is sent", b"quatre+petits+chats"),
        Needle::new("a name", NAME.as_bytes()),
        Needle::new("contents", CONTENTS.as_bytes()),
    ]
}

/// Files that the process has open, or that lie in its folders.
fn files(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    fn below(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                below(&entry.path(), files);
            } else if entry.file_type().unwrap().is_file() {
                let mut bytes = Vec::new();
                File::open(entry.path()).unwrap().read_to_end(&mut bytes).unwrap();
                files.push((entry.path().display().to_string(), bytes));
            }
        }
    }
    let mut files = Vec::new();
    below(&desk.path("bag"), &mut files);
    below(&desk.path("state"), &mut files);
    assert!(files.len() > 5, "{files:?}");
    files
}

/// No key is there that nobody brought, and none stays once nobody uses the bag any more.
#[test]
fn a_locked_share_holds_no_key() {
    let locked = Locked::serve();
    assert!(locked.is_locked());
    assert_eq!(locked.search(), BTreeMap::new(), "before any login");
    // Wrong ones change nothing.
    assert_eq!(locked.desk.curl(&["--user", "0123456789:wrong"], "").0, 401);
    assert_eq!(locked.search(), BTreeMap::new(), "after a wrong login");
    for by in ["an app", "a person", "a drive"] {
        match by {
            "an app" => locked.use_as_app("--http2"),
            "a person" => {
                locked.use_as_person();
                locked.use_as_app("--http1.1");
            }
            _ => locked.use_as_drive(),
        }
        let mut idle = locked.stay_connected();
        let open = locked.search();
        // Otherwise the search would be blind.
        assert!(open.contains_key("the space key"), "{by}: {open:?}");
        assert_eq!(by != "an app", open.contains_key("the bag key"), "a device never brings it; {by}: {open:?}");
        until("the bag is locked again", || locked.is_locked());
        // Connections end then; threads end later, and may still hold what they moved last.
        until("nobody is connected", || locked.desk.status()["clients"].as_array().unwrap().is_empty());
        let mut left = locked.search();
        let moved =
            |left: &BTreeMap<String, Vec<String>>| left.keys().all(|name| name == "a name" || name == "contents");
        assert!(moved(&left), "keys and secrets are gone at once after {by}: {left:?}");
        until("the rest is gone, too", || {
            left = locked.search();
            left.is_empty()
        });
        idle.kill().unwrap();
        idle.wait().unwrap();
    }
    for (path, bytes) in files(&locked.desk) {
        for needle in &locked.needles {
            assert!(!needle.is_in(&bytes), "{} is in {path}", needle.name);
        }
    }
}
