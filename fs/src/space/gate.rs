//! Who waits for which batch: one thread commits at a time, for all that wait; and whether changes are accepted at all.

use parking_lot::{Condvar, Mutex};

use super::state::Shared;
use crate::error::{FsError, Result};

/// Who waits for which batch.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) state: Mutex<GateState>,
    moved: Condvar,
    pub(super) closing: Condvar,
}

#[derive(Default)]
pub(super) struct GateState {
    running: bool,
    asked: u64,
    done: u64,
    pub(super) failure: Option<String>,
    pub(super) closing: bool,
    /// No change is accepted any more; what was accepted is still committed.
    closed: bool,
    pub(super) opening: [u8; 16],
}

/// While it lives, nobody else commits.
pub(super) struct Held<'a> {
    gate: &'a Gate,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut gate = self.gate.state.lock();
        if std::thread::panicking() {
            gate.failure.get_or_insert_with(|| "a commit broke off".into());
        }
        gate.running = false;
        drop(gate);
        self.gate.moved.notify_all();
    }
}

/// What a batch takes along.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All names and attributes but the times of folders in which names changed, and the contents of urgent nodes.
    Urgent,
    /// All that is dirty.
    All,
}

impl Shared {
    /// Refuses a change once the space has stopped.
    pub(super) fn check_running(&self) -> Result<()> {
        let gate = self.gate.state.lock();
        match &gate.failure {
            Some(failure) => Err(FsError::Stopped(failure.clone())),
            None if gate.closed => Err(FsError::Stopped("it was closed".into())),
            None => Ok(()),
        }
    }

    /// Accepts no change any more.
    pub(super) fn refuse_changes(&self) {
        self.gate.state.lock().closed = true;
    }

    /// Stops the space when a change failed half way: the open batch is not committed any more.
    pub(crate) fn stop_on_failure<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.gate.state.lock().failure.get_or_insert_with(|| error.to_string());
        }
        result
    }

    /// Commits what was done before the call. One thread commits at a time, for all that wait.
    pub(super) fn commit(&self, scope: Scope) -> Result<()> {
        let mut gate = self.gate.state.lock();
        gate.asked += 1;
        let ticket = gate.asked;
        loop {
            if let Some(failure) = &gate.failure {
                return Err(FsError::Stopped(failure.clone()));
            }
            if gate.done >= ticket && scope == Scope::Urgent {
                return Ok(());
            }
            if !gate.running {
                break;
            }
            self.gate.moved.wait(&mut gate);
        }
        gate.running = true;
        let covers = gate.asked;
        drop(gate);
        let held = Held { gate: &self.gate };
        let result = self.stop_on_failure(self.commit_now(scope));
        if result.is_ok() {
            self.gate.state.lock().done = covers;
        }
        drop(held);
        result?.map_or(Ok(()), Err)
    }

    /// Waits until nobody commits, and lets nobody commit until what it returns is dropped.
    pub(super) fn hold_commits(&self) -> Result<Held<'_>> {
        let mut gate = self.gate.state.lock();
        while gate.running {
            self.gate.moved.wait(&mut gate);
        }
        if let Some(failure) = &gate.failure {
            return Err(FsError::Stopped(failure.clone()));
        }
        gate.running = true;
        Ok(Held { gate: &self.gate })
    }

    /// Makes durable all rows that were changed before the call: names, attributes, the chunk index.
    pub(crate) fn commit_rows(&self) -> Result<()> {
        self.commit(Scope::Urgent)
    }
}
