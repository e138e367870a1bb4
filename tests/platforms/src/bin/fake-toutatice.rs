//! Serves a made-up portal for clients that others wrote: `fake-toutatice [PORT]`. It says its address, a pupil's login and password, and
//! the program that may log in, one a line, and ends with its input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};

use cartable_platforms::Running;
use cartable_platforms::toutatice::{CLIENT, LOGIN, PASSWORD, Toutatice};

fn main() {
    let port = std::env::args().nth(1).map_or(0, |port| port.parse().unwrap());
    let running = Running::start(Toutatice::default(), port);
    let mut out = std::io::stdout();
    writeln!(out, "{}\n{LOGIN}\n{PASSWORD}\n{CLIENT}", running.url()).unwrap();
    out.flush().unwrap();
    // Whoever started it ends it by closing its input.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
