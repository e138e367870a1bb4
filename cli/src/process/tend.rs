//! What is done now and then while the bag is open: the inbox is looked after, and accounts that are due are collected from.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use cartable_fs::bag::Bag;

use super::Process;
use crate::work::school;

/// How often the inbox is looked at.
const INBOX: Duration = Duration::from_secs(5);
/// How often it is looked whether an account is due.
const SCHEDULE: Duration = Duration::from_secs(60);

/// Begins. A process that locks collects nothing by itself: it has keys for those who use it, and only as long.
pub(super) fn begin(process: &Arc<Process>) {
    // What fails is tried again; a file that can't be read has a note beside it.
    every(INBOX, "inbox", process, |bag| {
        let _ = school::sweep(bag, now());
    });
    if !process.locks {
        // `ent status` says how it ended.
        every(SCHEDULE, "schedule", process, |bag| {
            let _ = school::collect_due(bag, now());
        });
    }
}

/// Does something with the open bag in a thread of its own, until the process ends; the end does not wait for it, as the bag is in good
/// order at every moment. Without a thread it is not done: commands do the same.
fn every(pause: Duration, name: &str, process: &Arc<Process>, act: fn(&Bag)) {
    let process = Arc::downgrade(process);
    let _ = std::thread::Builder::new().name(name.into()).spawn(move || {
        loop {
            std::thread::sleep(pause);
            let Some(process) = process.upgrade().filter(|process| !process.ending.load(Ordering::SeqCst)) else {
                return;
            };
            let bag = process.keys.bag().filter(|bag| !bag.is_read_only());
            drop(process);
            if let Some(bag) = bag {
                act(&bag);
            }
        }
    });
}

/// The time, in seconds since 1970.
fn now() -> i64 {
    UNIX_EPOCH.elapsed().map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
