//! Collecting by itself while the bag is open, from the accounts whose owner asked for it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Process, now};
use crate::work::school;

/// How often it is looked whether an account is due.
const LOOK: Duration = Duration::from_secs(60);

/// Collects in a thread of its own, until the process ends; the end does not wait for it, as what is collected is in good order at
/// every moment. A process that locks collects nothing: it has keys for those who use it, and only as long.
pub(super) fn tend(process: &Arc<Process>) {
    if process.locks {
        return;
    }
    let process = Arc::downgrade(process);
    let _ = std::thread::Builder::new().name("schedule".into()).spawn(move || {
        while look(&process) {
            std::thread::sleep(LOOK);
        }
    });
}

/// Whether the process goes on.
fn look(process: &Weak<Process>) -> bool {
    let Some(process) = process.upgrade() else { return false };
    if process.ending.load(Ordering::SeqCst) {
        return false;
    }
    let bag = process.keys.bag().filter(|bag| !bag.is_read_only());
    drop(process);
    if let Some(bag) = bag {
        // `ent status` says how it ended; what could not be read or kept is tried again.
        let _ = school::collect_due(&bag, now());
    }
    true
}
