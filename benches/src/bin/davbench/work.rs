//! The workloads. They run in this order: later ones use what earlier ones wrote.

use std::thread::sleep;
use std::time::{Duration, Instant};

use cartable_benches::numbers::{Numbers, random};
use cartable_benches::turn::{Outcome, expect, warm_memory};

use crate::client::Host;
use crate::crowd::crowd;

const BIG_BYTES: usize = 128 << 20;
const SMALL_BYTES: usize = 4096;
const SMALL_FILES: usize = 1000;
const LISTS: usize = 10;
const RANGES: usize = 500;
const RANGE_BYTES: usize = 64 * 1024;
const MOVES: usize = 300;
const COPIES: usize = 3;
const REST: Duration = Duration::from_secs(1);
/// What file managers and rclone ask for.
const LIST: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <D:propfind xmlns:D=\"DAV:\"><D:prop><D:displayname/><D:getlastmodified/><D:getcontentlength/><D:resourcetype/>\
    <D:getcontenttype/><D:getetag/></D:prop></D:propfind>";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    PutBig,
    GetBig,
    PutSmall,
    GetSmall,
    List,
    Range,
    Move,
    Copy,
    Delete,
    CrowdSmall,
    CrowdBig,
}

/// A server to work on.
pub(crate) struct Work<'a> {
    pub(crate) host: &'a Host,
    pub(crate) seed: u64,
}

impl Workload {
    pub(crate) const ALL: [Self; 11] = [
        Self::PutBig,
        Self::GetBig,
        Self::PutSmall,
        Self::GetSmall,
        Self::List,
        Self::Range,
        Self::Move,
        Self::Copy,
        Self::Delete,
        Self::CrowdSmall,
        Self::CrowdBig,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PutBig => "put-big",
            Self::GetBig => "get-big",
            Self::PutSmall => "put-small",
            Self::GetSmall => "get-small",
            Self::List => "list",
            Self::Range => "range",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Delete => "delete",
            Self::CrowdSmall => "crowd-small",
            Self::CrowdBig => "crowd-big",
        }
    }

    /// Whether many clients come at once.
    pub(crate) fn is_crowd(self) -> bool {
        matches!(self, Self::CrowdSmall | Self::CrowdBig)
    }

    /// Runs the workload and returns the seconds it took.
    pub(crate) fn run(self, work: &Work<'_>) -> Outcome<f64> {
        // What one workload left to be done behind its back is not charged to the next.
        rustix::fs::sync();
        sleep(REST);
        if matches!(self, Self::PutBig | Self::Copy | Self::CrowdBig) {
            warm_memory();
        }
        match self {
            Self::PutBig => work.put_big(),
            Self::GetBig => work.get_big(),
            Self::PutSmall => work.put_small(),
            Self::GetSmall => work.get_small(),
            Self::List => work.list(),
            Self::Range => work.range(),
            Self::Move => work.rename(),
            Self::Copy => work.copy(),
            Self::Delete => work.delete(),
            Self::CrowdSmall => crowd(work, "crowd-small", 16, 16 * 1024),
            Self::CrowdBig => crowd(work, "crowd-big", 1, 4 << 20),
        }
    }
}

impl<'a> Work<'a> {
    /// Another `seed` gives other bytes, so that nothing is found again.
    pub(crate) fn new(host: &'a Host, seed: u64) -> Self {
        Self { host, seed }
    }

    fn put_big(&self) -> Outcome<f64> {
        let bytes = random(self.seed, BIG_BYTES);
        let mut client = self.host.connect()?;
        let start = Instant::now();
        client.ask("PUT", "/big", &[], &bytes, 201)?;
        Ok(start.elapsed().as_secs_f64())
    }

    fn get_big(&self) -> Outcome<f64> {
        let mut client = self.host.connect()?;
        let start = Instant::now();
        let came = client.ask("GET", "/big", &[], b"", 200)?;
        let time = start.elapsed().as_secs_f64();
        expect(came == BIG_BYTES as u64, "the length of the big file")?;
        Ok(time)
    }

    fn put_small(&self) -> Outcome<f64> {
        let bytes = random(self.seed + 1000, SMALL_FILES * SMALL_BYTES);
        let mut client = self.host.connect()?;
        client.ask("MKCOL", "/small/", &[], b"", 201)?;
        let start = Instant::now();
        for (n, file) in bytes.chunks(SMALL_BYTES).enumerate() {
            client.ask("PUT", &format!("/small/{n}"), &[], file, 201)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn get_small(&self) -> Outcome<f64> {
        let mut client = self.host.connect()?;
        let mut came = 0;
        let start = Instant::now();
        for n in 0..SMALL_FILES {
            came += client.ask("GET", &format!("/small/{n}"), &[], b"", 200)?;
        }
        let time = start.elapsed().as_secs_f64();
        expect(came == (SMALL_FILES * SMALL_BYTES) as u64, "the lengths of small files")?;
        Ok(time)
    }

    fn list(&self) -> Outcome<f64> {
        let mut client = self.host.connect()?;
        let mut last = Vec::new();
        let start = Instant::now();
        for _ in 0..LISTS {
            last.clear();
            let headers = [("Depth", "1"), ("Content-Type", "application/xml")];
            client.exchange("PROPFIND", "/small/", &headers, LIST, 207, &mut |piece| last.extend_from_slice(piece))?;
        }
        let time = start.elapsed().as_secs_f64();
        let entries = String::from_utf8(last)?.matches(":href>").count() / 2;
        expect(entries == SMALL_FILES + 1, &format!("a list of {entries}"))?;
        Ok(time)
    }

    fn range(&self) -> Outcome<f64> {
        let mut numbers = Numbers(self.seed);
        let mut client = self.host.connect()?;
        let mut came = 0;
        let start = Instant::now();
        for _ in 0..RANGES {
            let first = numbers.draw() % (BIG_BYTES - RANGE_BYTES) as u64;
            let range = format!("bytes={first}-{}", first + RANGE_BYTES as u64 - 1);
            came += client.ask("GET", "/big", &[("Range", &range)], b"", 206)?;
        }
        let time = start.elapsed().as_secs_f64();
        expect(came == (RANGES * RANGE_BYTES) as u64, "the lengths of ranges")?;
        Ok(time)
    }

    fn rename(&self) -> Outcome<f64> {
        let mut client = self.host.connect()?;
        let start = Instant::now();
        for n in 0..MOVES {
            let to = client.url(&format!("/small/moved-{n}"));
            client.ask("MOVE", &format!("/small/{n}"), &[("Destination", &to)], b"", 201)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn copy(&self) -> Outcome<f64> {
        let mut client = self.host.connect()?;
        let start = Instant::now();
        for n in 0..COPIES {
            let to = client.url(&format!("/copy-{n}"));
            client.ask("COPY", "/big", &[("Destination", &to)], b"", 201)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn delete(&self) -> Outcome<f64> {
        let mut client = self.host.connect()?;
        let start = Instant::now();
        client.ask("DELETE", "/small/", &[], b"", 204)?;
        Ok(start.elapsed().as_secs_f64())
    }
}
