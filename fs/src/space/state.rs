//! The fields of a space and of a node in memory, and how a node is found.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize};
use std::thread::JoinHandle;

use cartable_crypto::SpaceKeys;
use cartable_store::Packs;
use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};

use super::batches::Batches;
use super::gate::Gate;
use super::linked::Link;
use super::notice::Cache;
use super::rows::FreshChunks;
use super::{Content, Tree};
use crate::error::{FsError, Result};
use crate::node::{Attr, NodeId};
use crate::room::Room;

/// How much the log is lengthened ahead of its end.
const LOG_STEP_BYTES: u64 = 1 << 20;

/// One open space. A value: nothing is global, so a process may hold many.
///
/// Every operation that reads takes an [`Access`](cartable_share::Access), every operation that changes a
/// [`Change`](cartable_share::Change); only `cartable_share` makes them.
pub struct Space {
    pub(crate) shared: Arc<Shared>,
    pub(super) committer: Mutex<Option<JoinHandle<()>>>,
}

pub(crate) struct Shared {
    pub(super) folder: PathBuf,
    /// Nothing is written.
    pub(crate) reading: bool,
    pub(super) era: RwLock<Arc<Era>>,
    pub(crate) tree: Mutex<Tree>,
    pub(crate) nodes: Mutex<HashMap<NodeId, Arc<Node>>>,
    /// Nodes whose attributes or contents differ from the database.
    pub(super) dirty: Mutex<HashSet<NodeId>>,
    /// Nodes that the next commit must include in full.
    pub(super) urgent: Mutex<HashSet<NodeId>>,
    /// How many times each node is known outside: looked up by the kernel, opened.
    pub(super) pins: Mutex<HashMap<NodeId, u64>>,
    /// How many in this process work with each node.
    pub(super) holds: Mutex<HashMap<NodeId, u64>>,
    /// Nodes without a name that nobody knows any more.
    pub(super) reaped: Mutex<Vec<NodeId>>,
    /// Chunks appended and not yet in the index.
    pub(crate) fresh: Mutex<FreshChunks>,
    /// Chunks that equal content is not to be found by: they did not open, or are on their way out of the index.
    pub(crate) unfindable: Mutex<HashSet<i64>>,
    pub(super) next_chunk: AtomicI64,
    pub(super) next_version: AtomicU64,
    pub(super) etag_key: [u8; 32],
    /// Folders that show another space.
    pub(super) links: RwLock<HashMap<NodeId, Link>>,
    /// Those who keep what they know of the space in caches that must hear of changes made by others.
    pub(super) doors: Mutex<Vec<Arc<dyn Cache>>>,
    pub(crate) packs: Packs,
    pub(crate) pool: rayon::ThreadPool,
    pub(super) batches: Batches,
    pub(super) room: Room,
    pub(super) gate: Gate,
    pub(super) dirty_bytes: AtomicUsize,
    /// Counts appends to packs; an append is durable once a sync began after it.
    pub(super) appended: AtomicU64,
    /// Up to which count appends are known to be durable.
    pub(super) synced: AtomicU64,
    /// Held for reading from finding a chunk until the contents in memory name it; for writing while chunks that
    /// nothing names are dropped from the index. Taken before the tree and before any node.
    pub(crate) taking_chunks: RwLock<()>,
    /// Held by check, repair and gc: one at a time.
    pub(crate) upkeep: Mutex<()>,
}

/// What belongs to one epoch of a space's keys, and changes with it.
pub(crate) struct Era {
    pub(crate) keys: Arc<SpaceKeys>,
    pub(super) database: PathBuf,
    /// The database's log, to sync it; none where nothing is written.
    pub(super) log: Option<File>,
}

impl Era {
    /// Makes durable what was committed.
    pub(super) fn sync_log(&self) -> Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        log.sync_data().map_err(FsError::io("syncing the database's log"))
    }

    /// Lays zeros behind the log's end at `end`, up to `most` in all, so that the next commits write over what is there: a file
    /// that grows is synced with its length, which takes several times as long. SQLite ends a log where a frame does not
    /// fit the one before, and one of zeros never does. For the holder of the tree: nobody else writes to the log then.
    pub(super) fn lengthen_log(&self, end: u64, most: u64) -> std::io::Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        let length = log.metadata()?.len();
        if length >= most || length > end + LOG_STEP_BYTES / 4 {
            return Ok(());
        }
        let zeros = (end + LOG_STEP_BYTES).min(most).saturating_sub(length);
        log.write_all_at(&vec![0; usize::try_from(zeros).unwrap_or(0)], length)
    }
}

/// A node in memory.
pub(crate) struct Node {
    pub(crate) id: NodeId,
    pub(super) state: Mutex<NodeState>,
    /// Signalled when a cut of its contents ends.
    pub(super) settled: Condvar,
}

/// What is known of a node, and what of it is not yet in the database.
pub(crate) struct NodeState {
    pub(crate) attr: Attr,
    /// Attributes differ from the row, or there is no row yet.
    pub(super) attr_dirty: bool,
    /// Of a folder: its times differ from the row, because of names in it. No fsync of another node waits for that.
    pub(super) touched: bool,
    /// The size that the row has.
    pub(super) durable_size: u64,
    /// The size without the bytes that are outside the extents: what was there before they were written, or was set since.
    pub(super) firm_size: u64,
    /// Of a folder: the folder it lies in; the root lies in itself.
    pub(crate) parent: NodeId,
    /// Of a symlink: where it points.
    pub(super) target: Option<Arc<[u8]>>,
    /// Of a file: its extents and dirty bytes, once touched.
    pub(crate) content: Option<Content>,
    /// The database has no row yet.
    pub(super) unborn: bool,
}

impl Node {
    pub(crate) fn lock(&self) -> MutexGuard<'_, NodeState> {
        self.state.lock()
    }
}

impl NodeState {
    /// Marks contents and attributes as changed now.
    pub(super) fn set_dirty(&mut self) {
        self.attr_dirty = true;
    }

    /// Makes a file at least `size` bytes long, without a byte being written.
    pub(super) fn grow(&mut self, size: u64) {
        if size > self.attr.size {
            self.attr.size = size;
            self.firm_size = size;
        }
    }

    /// Nothing in memory is missing in the database.
    pub(super) fn is_clean(&self) -> bool {
        !self.attr_dirty && !self.touched && !self.unborn && self.content.as_ref().is_none_or(Content::is_clean)
    }
}

impl Shared {
    pub(crate) fn era(&self) -> Arc<Era> {
        Arc::clone(&self.era.read())
    }

    /// The keys of the epoch in which the space is now.
    pub(crate) fn keys(&self) -> Arc<SpaceKeys> {
        Arc::clone(&self.era.read().keys)
    }

    /// The node `id`, from memory or from the database. The caller does not hold the tree.
    pub(crate) fn node(&self, id: NodeId) -> Result<Arc<Node>> {
        if let Some(node) = self.nodes.lock().get(&id) {
            return Ok(Arc::clone(node));
        }
        self.node_in(&self.tree.lock(), id)
    }

    /// The node `id`, for a caller that holds the tree.
    pub(crate) fn node_in(&self, tree: &Tree, id: NodeId) -> Result<Arc<Node>> {
        if let Some(node) = self.nodes.lock().get(&id) {
            return Ok(Arc::clone(node));
        }
        let state = tree.load_node(id)?;
        Ok(self.adopt(id, state))
    }

    /// Puts a node into memory, unless it is there.
    pub(super) fn adopt(&self, id: NodeId, state: NodeState) -> Arc<Node> {
        let node = || Arc::new(Node { id, state: Mutex::new(state), settled: Condvar::new() });
        Arc::clone(self.nodes.lock().entry(id).or_insert_with(node))
    }

    pub(super) fn mark_dirty(&self, id: NodeId) {
        self.dirty.lock().insert(id);
    }
}

impl NodeState {
    /// The attributes, with the bytes that lie in extents as they are in memory.
    pub(crate) fn attr(&self) -> Attr {
        let mut attr = self.attr.clone();
        if let Some(content) = &self.content {
            let dirty = content.dirty.bytes() + content.cutting.as_ref().map_or(0, |runs| runs.bytes());
            attr.stored_bytes = attr.size.min(content.extents.stored_bytes() + dirty as u64);
        }
        attr
    }
}
