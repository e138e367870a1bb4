//! The store: sealed chunks in append-only packs, the index that finds them, and durable writes.
//!
//! - [`Packs`] appends, syncs, reads and scans the packs of one space, over a [`Backend`];
//! - [`index`] holds the tables of the space's database that say where each chunk lies;
//! - [`cut`] cuts a stream where its content says; [`durable`] makes whole files durable.
//!
//! Bytes on disk are described in `docs/format.md`.

mod backend;
mod batch;
mod cut;
pub mod durable;
mod error;
pub mod index;
mod pack;
mod packs;
mod scan;

pub use backend::{Append, Backend, DiskBackend, MemoryBackend, Recording};
pub use batch::Batch;
pub use cut::cut;
pub use error::{Error, Result};
pub use pack::{PackName, RECORD_HEADER_BYTES};
pub use packs::{KnownPack, PackNumber, Packs, Place};
pub use scan::{Record, Scan};
