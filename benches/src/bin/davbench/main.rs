//! Runs the same WebDAV workloads on the share, on Apache's mod_dav over plain files, and on rclone serving a gocryptfs mount, in
//! turns, over HTTP and over HTTPS, and prints the median time of each, ratios, and peak memory.
//!
//!     davbench --work FOLDER --cartable BINARY [--rounds N] [--peers a,b] [--transports http,https] [--workloads a,b]
//!
//! Peers take turns within a round, and each round starts with another peer. What is read was written just before: caches are
//! warm, for all alike.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report for people, in a program of the house")]

mod apache;
mod client;
mod crowd;
mod peer;
mod processes;
mod report;
mod tls;
mod work;

use std::path::PathBuf;

use cartable_benches::turn::{Outcome, chosen};

use peer::{Peer, Place, Transport};
use report::Report;
use work::{Work, Workload};

struct Options {
    work: PathBuf,
    cartable: PathBuf,
    rounds: usize,
    peers: Vec<Peer>,
    transports: Vec<Transport>,
    workloads: Vec<Workload>,
}

fn main() -> Outcome<()> {
    let options = options()?;
    let pair = tls::Pair::make(&options.work)?;
    for transport in &options.transports {
        let mut report = Report::new(*transport, &options.peers, &options.workloads);
        for round in 0..options.rounds {
            for turn in 0..options.peers.len() {
                let peer = options.peers[(turn + round) % options.peers.len()];
                eprintln!("{} round {} of {}: {}", transport.name(), round + 1, options.rounds, peer.name());
                let place = Place { work: &options.work, cartable: &options.cartable, pair: &pair };
                let server = peer.start(*transport, &place)?;
                let work = Work::new(server.host(), round as u64 + 1);
                // Those before the last that was asked for are run as well: later ones need what they wrote.
                let last = Workload::ALL.iter().rposition(|workload| options.workloads.contains(workload)).unwrap_or(0);
                for workload in &Workload::ALL[..=last] {
                    let failed = |error| format!("{} with {}: {error}", workload.name(), peer.name());
                    server.forget_peak()?;
                    let seconds = workload.run(&work).map_err(failed)?;
                    report.add(peer, *workload, seconds, server.peak()?);
                }
                server.stop()?;
            }
        }
        print!("{report}");
    }
    Ok(())
}

fn options() -> Outcome<Options> {
    let mut arguments = std::env::args().skip(1);
    let (mut work, mut cartable) = (None, None);
    let mut rounds = 3;
    let mut peers = Peer::ALL.to_vec();
    let mut transports = Transport::ALL.to_vec();
    let mut workloads = Workload::ALL.to_vec();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        match name.as_str() {
            "--work" => work = Some(PathBuf::from(value)),
            "--cartable" => cartable = Some(PathBuf::from(value)),
            "--rounds" => rounds = value.parse()?,
            "--peers" => peers = chosen(&value, &Peer::ALL, Peer::name)?,
            "--transports" => transports = chosen(&value, &Transport::ALL, Transport::name)?,
            "--workloads" => workloads = chosen(&value, &Workload::ALL, Workload::name)?,
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    let wanted = "--work and --cartable are needed";
    let (work, cartable) = (work.ok_or(wanted)?, cartable.ok_or(wanted)?);
    Ok(Options { work, cartable, rounds, peers, transports, workloads })
}
