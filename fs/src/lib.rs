//! The file system: spaces, their nodes and contents, the open bag, and the FUSE door.
//!
//! The core is neutral: doors translate and call the same object. Only [`fuse`] knows the FUSE library.

mod acl;
pub mod bag;
mod db;
mod error;
mod extent;
pub mod fuse;
mod name;
mod node;
mod room;
mod runs;
mod space;

pub use error::{FsError, Result};
pub use name::{NAME_BYTES, Name};
pub use node::{Attr, Caller, Kind, NodeId, PERMISSION_MASK, SetAttr, Time};
pub use room::Volume;
pub use space::{Closed, CommitId, Listed, RenameMode, Seek, Space, WriteTimes, XattrMode, database_path};
