//! Memory in which chunks are sealed: lent to a few at a time, however many write. More would wait for the same processors,
//! each with megabytes of its own.

use std::ops::{Deref, DerefMut};

use cartable_store::Batch;
use parking_lot::{Condvar, Mutex};

/// A few batches.
pub(super) struct Batches {
    free: Mutex<Vec<Batch>>,
    back: Condvar,
}

/// A batch; given back when dropped.
pub(super) struct Lent<'a> {
    batches: &'a Batches,
    batch: Batch,
}

impl Batches {
    pub(super) fn new(count: usize) -> Self {
        Self { free: Mutex::new((0..count).map(|_| Batch::default()).collect()), back: Condvar::new() }
    }

    /// Waits for a batch, which is empty.
    pub(super) fn lend(&self) -> Lent<'_> {
        let mut free = self.free.lock();
        loop {
            if let Some(mut batch) = free.pop() {
                batch.clear();
                return Lent { batches: self, batch };
            }
            self.back.wait(&mut free);
        }
    }
}

impl Deref for Lent<'_> {
    type Target = Batch;

    fn deref(&self) -> &Batch {
        &self.batch
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Batch {
        &mut self.batch
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.batches.free.lock().push(std::mem::take(&mut self.batch));
        self.batches.back.notify_one();
    }
}
