//! All memory of another process, and what is in it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use memchr::memmem::Finder;

/// Bytes that are looked at in one go.
const PIECE: usize = 1 << 20;

/// Places that are told of each.
const PLACES: usize = 5;

/// Something to look for.
pub struct Needle {
    pub name: String,
    bytes: Vec<u8>,
}

impl Needle {
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        assert!(bytes.len() >= 8, "{name} is too short to be found by accident only");
        Self { name: name.to_owned(), bytes: bytes.to_vec() }
    }

    pub fn is_in(&self, bytes: &[u8]) -> bool {
        Finder::new(&self.bytes).find(bytes).is_some()
    }
}

/// Which needles are in the memory of a process, and where: the region, and how far in.
pub fn search(process: u32, needles: &[Needle]) -> BTreeMap<String, Vec<String>> {
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let finders: Vec<_> = needles.iter().map(|needle| Finder::new(&needle.bytes)).collect();
    let overlap = needles.iter().map(|needle| needle.bytes.len()).max().unwrap_or(1) - 1;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut looked_at = 0;
    let mut piece = vec![0; PIECE + overlap];
    let stacks = stacks(process);
    for (start, end, kind) in regions(process) {
        let kind = stacks.iter().find(|(sp, _)| (start..end).contains(sp)).map_or(kind, |(_, name)| name.clone());
        let mut at = start;
        while at < end {
            let length = (PIECE + overlap).min(usize::try_from(end - at).unwrap());
            // What the kernel shows of its own, and what went meanwhile, can't be read.
            let Ok(read) = memory.read_at(&mut piece[..length], at) else { break };
            looked_at += read;
            for (needle, finder) in needles.iter().zip(&finders) {
                for hit in finder.find_iter(&piece[..read]).filter(|hit| *hit < PIECE) {
                    let place = format!("{kind}+{:x}", at + hit as u64 - start);
                    let places = found.entry(needle.name.clone()).or_default();
                    if places.len() < PLACES {
                        places.push(place);
                    }
                }
            }
            at += PIECE as u64;
        }
    }
    assert!(looked_at > 1 << 20, "hardly any memory could be read");
    found
}

/// Where the threads that run have their stacks.
fn stacks(process: u32) -> Vec<(u64, String)> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let stack = |task: PathBuf| {
        let call = fs::read_to_string(task.join("syscall")).ok()?;
        let pointer = call.split_whitespace().rev().nth(1)?.strip_prefix("0x")?.to_owned();
        let name = fs::read_to_string(task.join("comm")).ok()?;
        Some((u64::from_str_radix(&pointer, 16).ok()?, format!("stack of {}", name.trim())))
    };
    tasks.filter_map(|task| stack(task.ok()?.path())).collect()
}

/// Readable regions: start, end, and what they are.
fn regions(process: u32) -> Vec<(u64, u64, String)> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let region = |line: &str| {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next()?, words.next()?);
        let (start, end) = range.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        let name = words.nth(3).unwrap_or("anonymous").rsplit('/').next()?.to_owned();
        rights.starts_with('r').then_some((number(start)?, number(end)?, name))
    };
    maps.lines().filter_map(region).collect()
}
