//! The file system: spaces, their nodes and contents, the open bag, and the FUSE door.
//!
//! The core is neutral: doors translate and call the same object. Only [`fuse`] knows the FUSE library.

mod acl;
pub mod bag;
pub mod check;
mod db;
mod error;
mod extent;
pub mod fuse;
mod gc;
mod name;
mod node;
mod reseal;
mod room;
mod runs;
mod space;
mod spaces;

pub use error::{FsError, Result};
/// Errors of the database inside [`FsError`].
pub use rusqlite::{Error as DatabaseError, ErrorCode as DatabaseErrorCode};

pub use gc::Collected;
pub use name::{NAME_BYTES, Name};
pub use node::{Attr, Caller, Kind, NodeId, PERMISSION_MASK, SetAttr, Time};
pub use reseal::Resealed;
pub use room::Volume;
pub use space::{
    Cache, Closed, CommitId, Device, Keeping, Kept, Link, Listed, LockRow, Notice, Original, Pinned, Placed,
    RenameMode, Seek, Space, Staged, SyncPoint, WriteTimes, Xattr, XattrMode, database_path,
};
pub use spaces::{Spaces, Spot};

/// Seals `bytes` of zeros in chunks of the usual size and drops them: for measuring which suite is faster here.
pub fn seal_trial(suite: cartable_crypto::Suite, bytes: usize) {
    const CHUNK_BYTES: usize = 256 * 1024;
    let ids = (cartable_crypto::BagId::random(), cartable_crypto::SpaceId::random());
    let keys = cartable_crypto::SpaceKey::random(1).derive(suite, &ids.0, &ids.1);
    let plain = vec![0; CHUNK_BYTES];
    let mut sealed = vec![0; cartable_crypto::sealed_bytes(CHUNK_BYTES as u32) as usize];
    for _ in 0..bytes / CHUNK_BYTES {
        keys.chunks.seal(&keys.chunks.reference(&plain), &plain, &mut sealed);
    }
}
