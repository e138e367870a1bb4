//! A share that is started without the passphrase: the bag is open only for who logs in.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::{Child, Stdio};
use std::time::Duration;

use desk::{Desk, FREE_PORT, PASSPHRASE, said, until};
use rustix::process::{Pid, Signal, kill_process};

const LOCKED: [&str; 5] = ["serve", "bag", "--locked", "--listen", FREE_PORT];

fn serve(desk: &Desk, more: &[&str]) {
    let served = desk.run(&[&LOCKED[..], more].concat());
    assert!(served.status.success(), "{}", said(&served));
}

fn is_locked(desk: &Desk) -> bool {
    desk.status()["locked"] == true
}

/// Neither keys nor the bag's lock: whoever has the passphrase opens it beside.
#[test]
fn commands_open_a_locked_bag_themselves() {
    let desk = Desk::with_bag();
    serve(&desk, &[]);
    assert!(is_locked(&desk) && !desk.is_open());
    desk.fails(&["check", "bag"], 2);
    for words in [&["check", "bag"][..], &["check", "bag", "--repair"], &["gc", "bag"], &["slots", "list", "bag"]] {
        desk.does(words);
    }
    desk.device("phone");
    assert!(desk.does(&["device", "list", "bag"]).contains("phone"));
    desk.does(&["device", "remove", "bag", "phone"]);
    assert!(is_locked(&desk) && !desk.is_open());
    desk.fails(&LOCKED, 6);
    desk.fails(&["serve", "bag", "--listen", FREE_PORT, PASSPHRASE[0], PASSPHRASE[1]], 6);
    desk.close();
    desk.fails(&["close", "bag"], 13);
}

/// The owner's drive opens it, in the same process; with the drive go the keys.
#[test]
fn a_drive_opens_a_locked_bag_as_long_as_it_is_there() {
    let desk = Desk::with_bag();
    fs::write(desk.path("wrong"), "six petits chats\n").unwrap();
    serve(&desk, &["--lock-after", "1"]);
    desk.fails(&["mount", "bag", "drive", "--passphrase-file", "wrong"], 3);
    assert!(is_locked(&desk) && !desk.is_open());
    desk.mount();
    assert!(!is_locked(&desk) && desk.is_open() && desk.url().is_some());
    fs::write(desk.path("drive/letter"), "kept").unwrap();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept", "it is open as long as the drive");
    desk.unmount();
    until("the bag is locked again", || is_locked(&desk) && !desk.is_open());
    desk.mount();
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept");
    desk.close();
    assert!(!desk.is_open() && desk.url().is_none());
}

/// A drive that is open is nobody's to lock.
#[test]
fn an_open_bag_is_not_served_locked() {
    let desk = Desk::with_bag();
    desk.mount();
    desk.fails(&LOCKED, 6);
    desk.unmount();
}

/// A device's login opens the bag, and an idle time closes it.
#[test]
fn a_login_opens_a_locked_bag() {
    let desk = Desk::with_bag();
    let login = desk.device("phone");
    serve(&desk, &["--lock-after", "2"]);
    assert_eq!(desk.curl(&["--user", "0123456789:wrong"], "").0, 401);
    assert!(is_locked(&desk) && !desk.is_open());
    fs::write(desk.path("letter"), "kept").unwrap();
    assert_eq!(desk.curl(&["--user", &login, "--upload-file", "letter"], "letter").0, 201);
    assert!(!is_locked(&desk) && desk.is_open());
    // What it holds is enough to check, and the owner's word makes more of it.
    assert!(desk.run(&["check", "bag"]).status.success());
    assert!(desk.does(&["device", "list", "bag"]).contains("127.0.0.1"), "from where it was used");
    until("the bag is locked again", || is_locked(&desk) && !desk.is_open());
    assert_eq!(desk.curl(&["--user", &login], "letter"), (200, b"kept".to_vec()));
    // The owner's drive, while a device has the bag open.
    desk.mount();
    assert_eq!(fs::read_to_string(desk.path("drive/letter")).unwrap(), "kept");
    desk.unmount();
    until("the bag is locked again", || is_locked(&desk) && !desk.is_open());
    desk.close();
    desk.does(&["check", "bag"]);
}

/// Of two that start at once, one serves.
#[test]
fn one_process_serves_a_locked_bag() {
    let desk = Desk::with_bag();
    let start = || desk.command().args(LOCKED).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut started = [start(), start(), start()];
    let codes: Vec<_> = started.iter_mut().map(|child| child.wait().unwrap().code().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    desk.close();
}

/// A service, told of on a socket in a file and on an abstract one (sd_notify(3)).
#[test]
fn the_service_manager_is_told() {
    let desk = Desk::with_bag();
    let name = format!("cartable-test-{}", std::process::id());
    let in_file = (UnixDatagram::bind(desk.path("notify")).unwrap(), desk.path("notify").display().to_string());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let abstract_one = (UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}"));
    for (socket, name) in [in_file, abstract_one] {
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let heard = || {
            let mut words = [0; 64];
            let count = socket.recv(&mut words).unwrap();
            String::from_utf8(words[..count].to_vec()).unwrap()
        };
        let mut command = desk.command();
        command.args(LOCKED).arg("--foreground").env("NOTIFY_SOCKET", &name).stdout(Stdio::null());
        let mut service: Child = command.spawn().unwrap();
        assert_eq!(heard(), "READY=1");
        assert!(desk.url().is_some(), "it is ready when it says so");
        kill_process(Pid::from_child(&service), Signal::TERM).unwrap();
        assert_eq!(heard(), "STOPPING=1");
        assert!(service.wait().unwrap().success());
    }
}
