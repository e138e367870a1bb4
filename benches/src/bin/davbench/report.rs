//! The table of one transport: medians, ratios of the share to the others, their geometric means, and peak memory.

use std::fmt;

use cartable_benches::numbers::{geometric_mean, median};

use crate::crowd::CLIENTS;
use crate::peer::{Peer, Transport};
use crate::work::Workload;

pub(crate) struct Report {
    transport: Transport,
    peers: Vec<Peer>,
    workloads: Vec<Workload>,
    runs: Vec<Run>,
}

struct Run {
    peer: Peer,
    workload: Workload,
    seconds: f64,
    peak_bytes: u64,
}

impl Report {
    pub(crate) fn new(transport: Transport, peers: &[Peer], workloads: &[Workload]) -> Self {
        Self { transport, peers: peers.to_vec(), workloads: workloads.to_vec(), runs: Vec::new() }
    }

    /// Notes the seconds that a workload took, and the server's most resident memory in it.
    pub(crate) fn add(&mut self, peer: Peer, workload: Workload, seconds: f64, peak_bytes: u64) {
        self.runs.push(Run { peer, workload, seconds, peak_bytes });
    }

    fn median(&self, peer: Peer, workload: Workload) -> f64 {
        let of_both = |run: &&Run| (run.peer, run.workload) == (peer, workload);
        median(self.runs.iter().filter(of_both).map(|run| run.seconds).collect())
    }

    /// The most memory in any round, in MiB, of workloads of a kind.
    fn peak(&self, peer: Peer, of_kind: impl Fn(Workload) -> bool) -> u64 {
        let runs = self.runs.iter().filter(|run| run.peer == peer && of_kind(run.workload));
        runs.map(|run| run.peak_bytes >> 20).max().unwrap_or(0)
    }

    /// Those that the share is compared with.
    fn others(&self) -> impl Iterator<Item = Peer> {
        let compared = self.peers.contains(&Peer::Cartable);
        self.peers.iter().copied().filter(move |peer| compared && *peer != Peer::Cartable)
    }

    fn ratio(&self, workload: Workload, to: Peer) -> f64 {
        self.median(Peer::Cartable, workload) / self.median(to, workload)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, name: &str, figures: impl Fn(Peer) -> String) -> fmt::Result {
        write!(f, "{name:<18}")?;
        for peer in &self.peers {
            write!(f, "{:>10}", figures(*peer))?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.transport.name();
        self.line(f, &format!("{name}, s (median)"), |peer| peer.name().to_owned())?;
        for to in self.others() {
            write!(f, "   cartable/{}", to.name())?;
        }
        writeln!(f)?;
        for work in &self.workloads {
            self.line(f, work.name(), |peer| format!("{:.3}", self.median(peer, *work)))?;
            for to in self.others() {
                write!(f, "{:>width$.2}", self.ratio(*work, to), width = to.name().len() + 12)?;
            }
            writeln!(f)?;
        }
        for to in self.others() {
            let ratios: Vec<f64> = self.workloads.iter().map(|work| self.ratio(*work, to)).collect();
            let worst = ratios.iter().zip(&self.workloads).max_by(|a, b| a.0.total_cmp(b.0));
            let (ratio, work) = worst.map_or((f64::NAN, ""), |(ratio, work)| (*ratio, work.name()));
            let mean = geometric_mean(&ratios);
            writeln!(f, "cartable / {}: geometric mean {mean:.2}, worst {ratio:.2} ({work})", to.name())?;
        }
        self.line(f, "peak memory, MiB", |peer| peer.name().to_owned())?;
        writeln!(f)?;
        self.line(f, "one client", |peer| self.peak(peer, |work| !work.is_crowd()).to_string())?;
        writeln!(f)?;
        self.line(f, &format!("{CLIENTS} clients"), |peer| self.peak(peer, Workload::is_crowd).to_string())?;
        writeln!(f, "\n")
    }
}
