//! Runs the same workloads on the drive, on other encrypted drives, on the floor and on the disk itself, in turns, and prints
//! the median time of each and its ratio to gocryptfs.
//!
//!     bench --work FOLDER --cartable BINARY --floor BINARY [--rounds N] [--peers a,b] [--workloads a,b]
//!
//! Peers take turns within a round, and each round starts with another peer. Kernel caches are dropped before reading.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report for people, in a program of the house")]

mod peer;
mod report;
mod work;

use std::path::PathBuf;

use cartable_benches::turn::{Outcome, chosen};

use peer::Peer;
use report::Report;
use work::{Work, Workload};

struct Options {
    work: PathBuf,
    binaries: peer::Binaries,
    rounds: usize,
    peers: Vec<Peer>,
    workloads: Vec<Workload>,
}

fn main() -> Outcome<()> {
    let options = options()?;
    let mut report = Report::new(&options.peers, &options.workloads);
    for round in 0..options.rounds {
        for turn in 0..options.peers.len() {
            let peer = options.peers[(turn + round) % options.peers.len()];
            eprintln!("round {} of {}: {}", round + 1, options.rounds, peer.name());
            let drive = peer.start(&options.work, &options.binaries)?;
            let work = Work::new(drive.folder(), round as u64 + 1)?;
            // Those before the last that was asked for are run as well: later ones need what they wrote.
            let last = Workload::ALL.iter().rposition(|workload| options.workloads.contains(workload)).unwrap_or(0);
            for workload in &Workload::ALL[..=last] {
                let time = workload.run(&work).map_err(|error| format!("{}: {error}", workload.name()))?;
                report.add(peer, *workload, time);
            }
            drive.stop()?;
        }
    }
    print!("{report}");
    Ok(())
}

fn options() -> Outcome<Options> {
    let mut arguments = std::env::args().skip(1);
    let (mut work, mut cartable, mut floor) = (None, None, None);
    let mut rounds = 3;
    let mut peers = Peer::ALL.to_vec();
    let mut workloads = Workload::ALL.to_vec();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        match name.as_str() {
            "--work" => work = Some(PathBuf::from(value)),
            "--cartable" => cartable = Some(PathBuf::from(value)),
            "--floor" => floor = Some(PathBuf::from(value)),
            "--rounds" => rounds = value.parse()?,
            "--peers" => peers = chosen(&value, &Peer::ALL, Peer::name)?,
            "--workloads" => workloads = chosen(&value, &Workload::ALL, Workload::name)?,
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    let wanted = "--work, --cartable and --floor are needed";
    let binaries = peer::Binaries { cartable: cartable.ok_or(wanted)?, floor: floor.ok_or(wanted)? };
    Ok(Options { work: work.ok_or(wanted)?, binaries, rounds, peers, workloads })
}
