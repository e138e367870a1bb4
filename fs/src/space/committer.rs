//! The thread that closes batches nobody waits for, and lets go of what is not needed in memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::gate::Scope;
use super::reap::REAPED_WHEN_SHORT;
use super::state::Shared;

/// How long a change may wait before its batch closes by itself.
const BATCH_TIME: Duration = Duration::from_millis(500);
/// Nodes kept in memory after they became clean.
const NODES_KEPT: usize = 8192;

impl Shared {
    /// The committer's life: closes a batch whenever one has been open for a while.
    pub(super) fn keep_committing(&self) {
        let mut hurry = false;
        let mut due = Instant::now();
        loop {
            let mut gate = self.gate.state.lock();
            let woken = !gate.closing && !hurry && !self.gate.closing.wait_until(&mut gate, due).timed_out();
            if gate.closing {
                return;
            }
            let stopped = gate.failure.is_some();
            drop(gate);
            if woken {
                // A pack was closed: on its way to the disk now, it is not waited for later. A failure is in the gate.
                let _ = self.sync_packs();
                continue;
            }
            due = Instant::now() + BATCH_TIME;
            hurry = false;
            if !stopped && self.has_work() {
                // What takes long comes first, while others may still commit. What could not be cut is dirty still and
                // fails again inside the commit; failures are kept in the gate and answered to whoever asks next.
                let _ = self.settle_all().and_then(|_| self.sync_packs());
                let _ = self.commit(Scope::All);
                hurry = self.reaped.lock().len() > REAPED_WHEN_SHORT && self.room.is_short().unwrap_or(false);
            }
            self.evict();
        }
    }

    /// Lets go of clean nodes when there are many.
    fn evict(&self) {
        let mut nodes = self.nodes.lock();
        let mut spare = nodes.len().saturating_sub(NODES_KEPT);
        if spare > 0 {
            nodes.retain(|_, node| {
                // One that somebody works with stays; nobody waits for a node while holding the table.
                let idle = Arc::strong_count(node) == 1
                    && node.state.try_lock().is_some_and(|state| state.is_clean() && state.attr.links > 0);
                let goes = idle && spare > 0;
                spare -= usize::from(goes);
                !goes
            });
        }
    }

    fn has_work(&self) -> bool {
        !self.dirty.lock().is_empty() || !self.reaped.lock().is_empty() || self.tree.lock().in_batch
    }

    /// Tells the committer that a pack was closed.
    pub(super) fn wake_committer(&self) {
        self.gate.closing.notify_all();
    }

    /// Tells the committer to end.
    pub(super) fn stop_committing(&self) {
        self.gate.state.lock().closing = true;
        self.gate.closing.notify_all();
    }

    pub(super) fn set_opening(&self, opening: [u8; 16]) {
        self.gate.state.lock().opening = opening;
    }
}
