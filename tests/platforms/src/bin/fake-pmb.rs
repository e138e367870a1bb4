//! Serves a made-up library for clients that others wrote: `fake-pmb [PORT]`. It says the address of its source, a reader's login and their
//! password, one a line, and ends with its input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};

use cartable_platforms::Running;
use cartable_platforms::pmb::{LOGIN, PASSWORD, PATH, Pmb};

fn main() {
    let port = std::env::args().nth(1).map_or(0, |port| port.parse().unwrap());
    let running = Running::start(Pmb::default(), port);
    let mut out = std::io::stdout();
    writeln!(out, "{}{PATH}\n{LOGIN}\n{PASSWORD}", running.url()).unwrap();
    out.flush().unwrap();
    // Whoever started it ends it by closing its input.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
