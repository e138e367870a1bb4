//! A device that was removed: its transfers end, and its password opens nothing that was written since, with an older header neither.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/slot.rs"]
mod slot;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use desk::{Desk, FREE_PORT, said};
use slot::Slot;

const LARGE_BYTES: usize = 20 << 20;
const OLD: &str = "written while the device was there";
const NEW: &str = "written since";

/// Begins a request on a connection of its own.
fn begin(desk: &Desk, login: &str, request: &str, body: &[u8]) -> TcpStream {
    let url = desk.url().unwrap();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://").trim_end_matches('/')).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let login = BASE64.encode(login.as_bytes());
    write!(stream, "{request}\r\nHost: localhost\r\nAuthorization: Basic {login}\r\n\r\n").unwrap();
    stream.write_all(body).unwrap();
    stream
}

fn is_answered(stream: &mut TcpStream, status: &str) {
    let mut line = [0; 12];
    stream.read_exact(&mut line).unwrap();
    assert_eq!(line, format!("HTTP/1.1 {status}").as_bytes());
}

/// What still comes, to the end of the connection, however it ends.
fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    rest
}

/// In the middle of a download, of an upload, and between two requests; those of others go on.
#[test]
fn transfers_of_a_removed_device_end_at_once() {
    let desk = Desk::with_bag();
    desk.does(&["serve", "bag", "--listen", FREE_PORT, "--no-tls"]);
    let (phone, tablet) = (desk.device("phone"), desk.device("tablet"));
    fs::write(desk.path("large"), vec![7; LARGE_BYTES]).unwrap();
    assert_eq!(desk.curl(&["--user", &phone, "--upload-file", "large"], "large").0, 201);
    let mut download = begin(&desk, &phone, "GET /large HTTP/1.1", b"");
    is_answered(&mut download, "200");
    let mut others = begin(&desk, &tablet, "GET /large HTTP/1.1\r\nConnection: close", b"");
    is_answered(&mut others, "200");
    let mut upload = begin(&desk, &phone, "PUT /half HTTP/1.1\r\nContent-Length: 1000000", &vec![7; 900_000]);
    let mut idle = begin(&desk, &phone, "OPTIONS / HTTP/1.1", b"");
    is_answered(&mut idle, "200");

    let start = Instant::now();
    desk.does(&["device", "remove", "bag", "phone"]);
    assert!(rest(&mut download).len() < LARGE_BYTES, "the download went on");
    let _ = upload.write_all(&[7; 100_000]);
    assert!(!String::from_utf8_lossy(&rest(&mut upload)).contains("HTTP/1.1 2"), "the upload went on");
    rest(&mut idle);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());

    assert!(rest(&mut others).len() >= LARGE_BYTES, "others go on");
    assert_eq!(desk.curl(&["--user", &phone], "large").0, 401);
    assert_eq!(desk.curl(&["--user", &tablet], "half").0, 404);
    assert_eq!(desk.curl(&["--user", &tablet, "--head"], "large").0, 200);
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success());
}

fn database(bag: &Path, epoch: u32) -> PathBuf {
    let space = fs::read_dir(bag.join("spaces")).unwrap().next().unwrap().unwrap().path();
    space.join(format!("space.{epoch}.db"))
}

/// What a device reads of a copy of the bag, on a machine that never saw it: status and body of an old file and of new ones.
fn read_there(bag: &Path, login: &str) -> [(u16, Vec<u8>); 3] {
    let elsewhere = Desk::new();
    copy(bag, &elsewhere.path("bag"));
    let served = elsewhere.run(&["serve", "bag", "--locked", "--listen", FREE_PORT, "--no-tls"]);
    assert!(served.status.success(), "{}", said(&served));
    ["old", "new", "new-large"].map(|name| elsewhere.curl(&["--user", login], name))
}

/// Whoever has the password, and everything that a host could keep or put back.
#[test]
fn an_older_header_opens_nothing_that_was_written_since() {
    let desk = Desk::with_bag();
    let (phone, tablet) = (desk.device("phone"), desk.device("tablet"));
    let put = |login: &str, name: &str, text: &str| {
        fs::write(desk.path("body"), text).unwrap();
        assert_eq!(desk.curl(&["--user", login, "--upload-file", "body"], name).0, 201);
    };
    desk.serve();
    put(&phone, "old", OLD);
    desk.close();
    let (bag, before) = (desk.path("bag"), desk.path("before"));
    copy(&bag, &before);
    desk.serve();
    desk.does(&["device", "remove", "bag", "phone"]);
    put(&tablet, "new", NEW);
    put(&tablet, "new-large", &NEW.repeat(50_000));
    // As it is served: the process does not even look at the header that was put back.
    let header = fs::read(bag.join("bag.json")).unwrap();
    fs::copy(before.join("bag.json"), bag.join("bag.json")).unwrap();
    assert_eq!(desk.curl(&["--user", &phone], "old").0, 401);
    fs::write(bag.join("bag.json"), &header).unwrap();
    desk.close();

    let (login, password) = phone.split_once(':').unwrap();
    let had = Slot::open(&before, login, password);
    let (login, password) = tablet.split_once(':').unwrap();
    let has = Slot::open(&bag, login, password);
    assert!(has.epoch() > had.epoch() && has.key != had.key);
    assert!(!database(&bag, had.epoch()).exists(), "the old database is gone");
    assert_eq!(read_there(&bag, &tablet).map(|(status, _)| status), [200; 3]);
    assert_eq!(read_there(&bag, &phone).map(|(status, _)| status), [401; 3]);

    // The header alone; with the database of now under the name of then; with all of then but the packs.
    let names = |bag: &Path| fs::read_dir(bag).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    let keyring = names(&before).into_iter().find(|name| name.to_string_lossy().starts_with("keyring.")).unwrap();
    let (old, new) = (database(&before, had.epoch()), database(&bag, has.epoch()));
    for (what, from) in [("header", None), ("new database", Some(&new)), ("old database", Some(&old))] {
        let mixed = desk.path("mixed");
        copy(&bag, &mixed);
        fs::copy(before.join("bag.json"), mixed.join("bag.json")).unwrap();
        fs::copy(before.join(&keyring), mixed.join(&keyring)).unwrap();
        if let Some(from) = from {
            fs::copy(from, database(&mixed, had.epoch())).unwrap();
        }
        let read = read_there(&mixed, &phone);
        for (status, body) in &read[1..] {
            assert!(![200, 206].contains(status), "{what}: {status}");
            assert!(!String::from_utf8_lossy(body).contains(NEW), "{what}");
        }
        // What it could read before it still can, where somebody kept it.
        assert_eq!(read[0].0 == 200, what == "old database", "{what}: {read:?}");
        fs::remove_dir_all(mixed).unwrap();
    }

    // Where the bag was open since, an older header is refused, with any device.
    fs::copy(before.join("bag.json"), bag.join("bag.json")).unwrap();
    fs::copy(before.join(&keyring), bag.join(&keyring)).unwrap();
    fs::copy(old, database(&bag, had.epoch())).unwrap();
    let served = desk.run(&["serve", "bag", "--locked", "--listen", FREE_PORT, "--no-tls"]);
    assert!(served.status.success(), "{}", said(&served));
    for login in [&phone, &tablet] {
        let (status, body) = desk.curl(&["--user", login], "old");
        assert!((400..600).contains(&status) && !String::from_utf8_lossy(&body).contains(OLD), "{status}");
    }
}
