//! Serves a bag with made-up lessons, homework and contacts for clients that others wrote: `agenda-bag [LESSONS]`. It says address,
//! login and password, and ends with its input; each line that comes adds a lesson first.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, Write};

use cartable_tests::agenda::{feed, lesson, records};
use cartable_tests::share::{Doors, Served};

fn main() {
    let mut lessons = std::env::args().nth(1).map_or(200, |count| count.parse().unwrap());
    let served = Served::new(Doors::Share);
    feed(served.opened(), "lycee", records(lessons));
    let (login, password) = served.login();
    let mut out = std::io::stdout();
    writeln!(out, "http://{} {login} {password}", served.address()).unwrap();
    for _ in std::io::stdin().lock().lines() {
        feed(served.opened(), "lycee", lesson(lessons).into_iter().collect());
        lessons += 1;
        writeln!(out, "{lessons}").unwrap();
    }
}
