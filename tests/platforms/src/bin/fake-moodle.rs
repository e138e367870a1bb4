//! Serves a made-up Moodle site for clients that others wrote: `fake-moodle [PORT]`. It says its address and ends with its input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};

use cartable_platforms::Running;
use cartable_platforms::moodle::Moodle;

fn main() {
    let port = std::env::args().nth(1).map_or(0, |port| port.parse().unwrap());
    let running = Running::start(Moodle::default(), port);
    let mut out = std::io::stdout();
    writeln!(out, "{}", running.url()).unwrap();
    out.flush().unwrap();
    // Whoever started it ends it by closing its input.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
