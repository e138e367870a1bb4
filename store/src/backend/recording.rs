//! Counts what is asked of a backend, and can be told to fail: cost and failure as assertions.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Append, Backend};
use crate::error::{Error, Result};

/// Counts of calls, and how many more writes succeed.
#[derive(Default)]
struct Counts {
    reads: AtomicU64,
    writes: AtomicU64,
    syncs: AtomicU64,
    /// Writes that succeed before all fail as on a full disk; 0 for no limit.
    limit: AtomicU64,
}

/// A backend that passes everything on to another, counts it, and fails when told to.
pub struct Recording<B> {
    inner: B,
    counts: Arc<Counts>,
}

struct Recorded {
    inner: Arc<dyn Append>,
    counts: Arc<Counts>,
}

impl<B: Backend> Recording<B> {
    /// Wraps a backend.
    pub fn new(inner: B) -> Self {
        Self { inner, counts: Arc::default() }
    }

    /// The wrapped backend.
    pub fn inner(&self) -> &B {
        &self.inner
    }

    /// Reads, writes and syncs so far.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (of(&self.counts.reads), of(&self.counts.writes), of(&self.counts.syncs))
    }

    /// Makes every write after the `n`-th from the start fail half way, as on a full disk; 0 lifts the limit.
    pub fn fail_after(&self, n: u64) {
        self.counts.limit.store(n, Ordering::Relaxed);
    }
}

impl<B: Backend> Backend for Recording<B> {
    fn create(&self, name: &str) -> Result<Arc<dyn Append>> {
        let inner = self.inner.create(name)?;
        Ok(Arc::new(Recorded { inner, counts: Arc::clone(&self.counts) }))
    }

    fn read_at(&self, name: &str, offset: u64, out: &mut [u8]) -> Result<()> {
        self.counts.reads.fetch_add(1, Ordering::Relaxed);
        self.inner.read_at(name, offset, out)
    }

    fn bytes(&self, name: &str) -> Result<u64> {
        self.inner.bytes(name)
    }

    fn list(&self) -> Result<Vec<String>> {
        self.inner.list()
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.inner.delete(name)
    }

    fn quarantine(&self, name: &str) -> Result<()> {
        self.inner.quarantine(name)
    }
}

impl Append for Recorded {
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let nth = self.counts.writes.fetch_add(1, Ordering::Relaxed) + 1;
        let limit = self.counts.limit.load(Ordering::Relaxed);
        if limit > 0 && nth > limit {
            self.inner.write(offset, &bytes[..bytes.len() / 2])?;
            return Err(Error::io("writing", "a failing backend")(io::Error::from(io::ErrorKind::StorageFull)));
        }
        self.inner.write(offset, bytes)
    }

    fn cut_back(&self, offset: u64) -> Result<()> {
        self.inner.cut_back(offset)
    }

    fn sync(&self) -> Result<()> {
        self.counts.syncs.fetch_add(1, Ordering::Relaxed);
        self.inner.sync()
    }
}
