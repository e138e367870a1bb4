//! Where packs are kept: a small trait, so that an object store can stand where the disk stands.

mod disk;
#[cfg(test)]
mod exam;
mod memory;
mod recording;

use std::sync::Arc;

pub use disk::DiskBackend;
pub use memory::MemoryBackend;
pub use recording::Recording;

use crate::error::Result;

/// Keeps named objects. Nothing may assume that a closed object can be renamed, appended to or mapped.
pub trait Backend: Send + Sync {
    /// Starts a new object, to which only the returned handle appends.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io), also when there is one of that name.
    fn create(&self, name: &str) -> Result<Arc<dyn Append>>;

    /// Fills `out` from `offset` on.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io), also when the object ends before.
    fn read_at(&self, name: &str, offset: u64, out: &mut [u8]) -> Result<()>;

    /// Returns the length of an object in bytes.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn bytes(&self, name: &str) -> Result<u64>;

    /// Returns the names of all objects, in order.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn list(&self) -> Result<Vec<String>>;

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn delete(&self, name: &str) -> Result<()>;

    /// Sets an object aside, out of the way but not lost.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn quarantine(&self, name: &str) -> Result<()>;
}

/// The open end of an object that grows.
pub trait Append: Send + Sync {
    /// Writes `bytes` at `offset`, the end so far.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io); the object may hold a part of them then, until [`Append::cut_back`].
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<()>;

    /// Drops what lies past `offset`.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn cut_back(&self, offset: u64) -> Result<()>;

    /// Makes durable what was written before the call, and the object's name.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn sync(&self) -> Result<()>;
}
