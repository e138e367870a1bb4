//! A space: one tree with its own key, in one database and its packs.
//!
//! Order of locks: the tree (database, batch), then one node, then the small tables. Nobody holds a node and asks for
//! the tree; nobody holds either while sealing, reading packs or syncing.
//!
//! What lives where: names and extended attributes go straight to the database, into the open batch; attributes and
//! extents live in the nodes in memory and are written when the batch closes (`commit`); dirty bytes are cut, sealed
//! and appended to packs before the rows that point to them (`cut`). A crash leaves the state of the last batch.

mod attributes;
mod batches;
mod branch;
mod commit;
mod committer;
mod content;
mod copy;
mod cut;
mod depart;
mod devices;
mod entries;
mod gate;
mod hole;
mod linked;
mod listing;
mod locks;
mod lookup;
mod notice;
mod open;
mod pinned;
mod read;
mod reap;
mod records;
mod rekey;
mod remove;
mod rename;
mod rows;
mod since;
mod staging;
mod state;
mod still;
mod transplant;
mod tree;
mod version;
mod walk;
mod write;
mod xattr;

pub use commit::CommitId;
pub use devices::Device;
pub use hole::Seek;
pub use linked::Link;
pub use listing::Listed;
pub use locks::LockRow;
pub use notice::{Cache, Notice};
pub use open::{Closed, database_path};
pub use pinned::Pinned;
pub use records::Kept;
pub use rename::RenameMode;
pub use since::SyncPoint;
pub use staging::{Original, Staged};
pub use state::Space;
pub use transplant::{Keeping, Placed};
pub use walk::Xattr;
pub use write::WriteTimes;
pub use xattr::XattrMode;

pub(crate) use content::Content;
pub(crate) use depart::Departing;
pub(crate) use rekey::Rekeying;
pub(crate) use state::{Node, NodeState, Shared};
pub(crate) use tree::Tree;
