//! Serves a made-up school as a PRONOTE server at a port of loopback, until it is stopped: for the demo, and for clients that others wrote.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::process::ExitCode;
use std::time::Duration;

use cartable_platforms::Running;
use cartable_platforms::pronote::{Pronote, School, Version, Wrap};

const USAGE: &str =
    "fake-pronote PORT [college|lycee|lycee-2025] [2023|2024|2025|2026] [encrypt] [compress] [page-key|http-key] [qr]";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(port) = words.next().and_then(|port| port.parse().ok()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let (mut school, mut version, mut wrap) = (School::lycee(), Version::V2026, Wrap::Plain);
    let (mut encrypt, mut compress, mut codes) = (false, false, false);
    for word in words {
        match word.as_str() {
            "college" => school = School::college(),
            "lycee" => school = School::lycee(),
            "lycee-2025" => school = School::lycee().in_year(2025),
            "2023" => version = Version::V2023,
            "2024" => version = Version::V2024,
            "2025" => version = Version::V2025,
            "2026" => version = Version::V2026,
            "encrypt" => encrypt = true,
            "compress" => compress = true,
            "page-key" => wrap = Wrap::Page,
            "http-key" => wrap = Wrap::Http,
            "qr" => codes = true,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let running = Running::start(Pronote::new(school).version(version).sealed(encrypt, compress).wrap(wrap), port);
    let school = &running.platform.school;
    println!("{}/pronote/ {} ({})", running.url(), school.name, version.text());
    for person in &school.people {
        println!("  {:?} {}: {} / {}", person.role, person.name, person.login, person.password);
        // Good for ten minutes.
        if let Some(code) = running.platform.qr_code(&running.url(), &person.login, "1234").filter(|_| codes) {
            println!("    QR code, PIN 1234: {code}");
        }
    }
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}
