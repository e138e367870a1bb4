//! Looking after the inbox while the bag is open: what people drop there is taken in.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Process, now};
use crate::work::school;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Looks after the inbox in a thread of its own, until the process ends. Without a thread files wait for `cartable ent take`.
pub(super) fn tend(process: &Arc<Process>) {
    let process = Arc::downgrade(process);
    let _ = std::thread::Builder::new().name("inbox".into()).spawn(move || {
        loop {
            std::thread::sleep(LOOK);
            if !look(&process) {
                return;
            }
        }
    });
}

/// Whether the process goes on.
fn look(process: &Weak<Process>) -> bool {
    let Some(process) = process.upgrade() else { return false };
    if process.ending.load(Ordering::SeqCst) {
        return false;
    }
    if let Some(bag) = process.keys.bag().filter(|bag| !bag.is_read_only()) {
        // What fails is tried again; a file that can't be read has a note beside it.
        let _ = school::sweep(&bag, now());
    }
    true
}
