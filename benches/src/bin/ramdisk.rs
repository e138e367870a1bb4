//! Mounts a RAM disk that loses power when told so.
//!
//!     ramdisk FOLDER
//!
//! Takes commands from standard input, a line each, and answers `ok`: `off`; `on all SEED` (all that was not synced is
//! gone) or `on part SEED` (a random part of it). Unmounts at the end of its input, so also when whoever started it is
//! gone.
#![allow(clippy::print_stderr, reason = "a message for people, in a program of the house")]

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use cartable_benches::ramdisk::{Loss, RamDisk};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: ramdisk FOLDER");
        return ExitCode::from(2);
    };
    match serve(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ramdisk: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(folder: &std::path::Path) -> io::Result<()> {
    let disk = RamDisk::mount(folder)?;
    say("ok")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), words.last().and_then(|word| word.parse().ok())) {
            (["off"], _) => disk.power_off(),
            (["on", "all", _], Some(seed)) => disk.power_on(seed, Loss::All),
            (["on", "part", _], Some(seed)) => disk.power_on(seed, Loss::Part),
            _ => {
                say("unknown command")?;
                continue;
            }
        }
        say("ok")?;
    }
    disk.unmount()
}

fn say(answer: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}
