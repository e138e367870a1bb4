//! Serves a made-up school as a PRONOTE server at a port of loopback, until it is stopped: for the demo, and for clients that others wrote.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::process::ExitCode;
use std::time::Duration;

use cartable_platforms::pronote::{Pronote, School, Version, Wrap};
use cartable_platforms::{Fault, Running};

const USAGE: &str = "fake-pronote PORT [WORD...]
    college lycee lycee-2025    which school, and in which year
    2023 2024 2025 2026         which version
    encrypt compress            what is done to requests and answers
    page-key http-key           how the client's vector is wrapped
    qr                          prints QR codes as well
    FAULT@NUMBER                a fault of the server's own, at that request from 0";
/// Faults of the server's own.
const FAULTS: [&str; 6] = ["suspended", "too-many", "expired", "field", "second-proof", "closed"];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(port) = words.next().and_then(|port| port.parse().ok()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let (mut school, mut version, mut wrap) = (School::lycee(), Version::V2026, Wrap::Plain);
    let (mut encrypt, mut compress, mut codes) = (false, false, false);
    let mut faults = Vec::new();
    for word in words {
        if let Some(fault) = fault(&word) {
            faults.push(fault);
            continue;
        }
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
    running.faults.plan(faults);
    let school = &running.platform.school;
    println!("{}/pronote/ {} ({})", running.url(), school.name, version.text());
    for person in &school.people {
        println!("  {:?} {}: {} / {}", person.role, person.name, person.login, person.password);
        // Good for ten minutes.
        if codes && let Some(code) = running.platform.qr_code(&running.url(), &person.login, "1234") {
            println!("    QR code, PIN 1234: {code}");
        }
    }
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// Reads `FAULT@NUMBER`.
fn fault(word: &str) -> Option<(u64, Fault)> {
    let (name, number) = word.split_once('@')?;
    let name = FAULTS.into_iter().find(|fault| *fault == name)?;
    Some((number.parse().ok()?, Fault::Own(name)))
}
