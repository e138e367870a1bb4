//! The table: medians, ratios to gocryptfs, and their geometric mean.

use std::fmt;

use cartable_benches::numbers::{geometric_mean, median};

use crate::peer::Peer;
use crate::work::Workload;

pub(crate) struct Report {
    peers: Vec<Peer>,
    workloads: Vec<Workload>,
    times: Vec<(Peer, Workload, f64)>,
}

impl Report {
    pub(crate) fn new(peers: &[Peer], workloads: &[Workload]) -> Self {
        Self { peers: peers.to_vec(), workloads: workloads.to_vec(), times: Vec::new() }
    }

    /// Notes the seconds that a workload took.
    pub(crate) fn add(&mut self, peer: Peer, workload: Workload, seconds: f64) {
        self.times.push((peer, workload, seconds));
    }

    fn median(&self, peer: Peer, workload: Workload) -> f64 {
        let of_both = |(p, w, _): &&(Peer, Workload, f64)| (*p, *w) == (peer, workload);
        median(self.times.iter().filter(of_both).map(|(_, _, time)| *time).collect())
    }

    fn ratio_line(&self, f: &mut fmt::Formatter<'_>, peer: Peer, to: Peer) -> fmt::Result {
        let ratios: Vec<(Workload, f64)> =
            self.workloads.iter().map(|work| (*work, self.median(peer, *work) / self.median(to, *work))).collect();
        let mean = geometric_mean(&ratios.iter().map(|(_, ratio)| *ratio).collect::<Vec<_>>());
        let worst = ratios.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let (work, ratio) = worst.map_or(("", f64::NAN), |(work, ratio)| (work.name(), *ratio));
        writeln!(f, "{} / {}: geometric mean {mean:.2}, worst {ratio:.2} ({work})", peer.name(), to.name())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<18}", "seconds (median)")?;
        for peer in &self.peers {
            write!(f, "{:>13}", peer.name())?;
        }
        let compared = self.peers.contains(&Peer::Gocryptfs);
        writeln!(f, "{}", if compared { "   cartable/gocryptfs" } else { "" })?;
        for work in &self.workloads {
            write!(f, "{:<18}", work.name())?;
            for peer in &self.peers {
                write!(f, "{:>13.3}", self.median(*peer, *work))?;
            }
            if compared {
                let theirs = self.median(Peer::Gocryptfs, *work);
                write!(
                    f,
                    "   {:.2} {:.2}",
                    self.median(Peer::ChaCha, *work) / theirs,
                    self.median(Peer::Aes, *work) / theirs
                )?;
            }
            writeln!(f)?;
        }
        for (peer, to) in [
            (Peer::ChaCha, Peer::Gocryptfs),
            (Peer::Aes, Peer::Gocryptfs),
            (Peer::ChaCha, Peer::Securefs),
            (Peer::ChaCha, Peer::Floor),
        ] {
            if self.peers.contains(&peer) && self.peers.contains(&to) {
                self.ratio_line(f, peer, to)?;
            }
        }
        Ok(())
    }
}
