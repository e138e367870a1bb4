//! The tree: the database connection, the open batch, and the rows of nodes and entries.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cartable_store::Place;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::NodeState;
use crate::db;
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Kind, NodeId, PERMISSION_MASK, times_from_bytes, times_to_bytes};

/// The one connection and what must be changed together with it.
pub(crate) struct Tree {
    pub(crate) db: Connection,
    pub(crate) in_batch: bool,
    /// Rows changed by this connection when the batch was opened.
    pub(super) changes_before: u64,
    pub(super) counter: u64,
    /// How many pages the log held after the last commit. The log's length says nothing: it is written over from its
    /// start once it was copied.
    pub(super) wal_pages: Arc<AtomicUsize>,
    pub(super) next_node: u64,
    pub(super) next_entry: i64,
    pub(super) next_inline: i64,
    /// The last state that a client was told the number of; what was made after it, nobody knows yet.
    pub(super) last_token: u64,
    /// The commit that made it durable.
    pub(super) token_commit: Option<u64>,
    /// Nodes that lost their last name in this batch while still known outside, and those that never had one.
    pub(super) new_orphans: Vec<NodeId>,
    /// Nodes that are made ready and have no name yet.
    pub(super) nameless: HashSet<NodeId>,
}

/// What an entry points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) node: NodeId,
}

pub(super) const NODE_COLUMNS: &str =
    "n.mode, n.uid, n.gid, n.links, n.size, n.stored_bytes, n.device, n.times, n.version, n.parent, n.target";

impl Tree {
    /// Bytes that the log held after the last commit.
    pub(super) fn log_bytes(&self) -> u64 {
        self.wal_pages.load(Ordering::Relaxed) as u64 * db::LOG_FRAME_BYTES
    }

    /// About how many bytes the open batch may write to the log: a page for each row that it changed.
    pub(super) fn batch_bytes(&self) -> u64 {
        (self.db.total_changes() - self.changes_before) * db::PAGE_BYTES
    }

    /// Opens the batch unless it is open: what follows is kept or lost together.
    pub(crate) fn begin(&mut self) -> Result<()> {
        if !self.in_batch {
            self.db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.changes_before = self.db.total_changes();
            self.in_batch = true;
        }
        Ok(())
    }

    /// Where the index says that a chunk lies.
    pub(super) fn chunk_place(&self, id: i64) -> Result<Option<Place>> {
        let mut query = self.db.prepare_cached("SELECT pack, offset, plain_bytes FROM chunks WHERE id = ?1")?;
        let place = query.query_row([id], |row| {
            Ok(Place { pack: row.get(0)?, offset: row.get::<_, i64>(1)?.cast_unsigned(), plain_bytes: row.get(2)? })
        });
        Ok(place.optional()?)
    }

    pub(super) fn find(&self, folder: NodeId, name: Name<'_>) -> Result<Option<Entry>> {
        let mut query = self.db.prepare_cached("SELECT id, node FROM entries WHERE parent = ?1 AND name = ?2")?;
        let found = query
            .query_row(params![folder.row(), name.bytes()], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        found.map(|(id, node)| Ok(Entry { id, node: NodeId::from_row(node)? })).transpose()
    }

    pub(super) fn add_entry(&mut self, folder: NodeId, name: Name<'_>, node: NodeId) -> Result<()> {
        self.begin()?;
        let id = self.next_entry;
        self.next_entry += 1;
        self.db
            .prepare_cached("INSERT INTO entries (parent, name, id, node, change) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![folder.row(), name.bytes(), id, node.row(), self.change_number()])?;
        Ok(())
    }

    pub(super) fn remove_entry(&mut self, folder: NodeId, name: Name<'_>) -> Result<()> {
        self.begin()?;
        self.leave_tombstone(folder, name)?;
        self.db
            .prepare_cached("DELETE FROM entries WHERE parent = ?1 AND name = ?2")?
            .execute(params![folder.row(), name.bytes()])?;
        Ok(())
    }

    pub(super) fn is_empty(&self, folder: NodeId) -> Result<bool> {
        let mut query = self.db.prepare_cached("SELECT 1 FROM entries WHERE parent = ?1 LIMIT 1")?;
        Ok(!query.exists([folder.row()])?)
    }

    pub(super) fn load_node(&self, id: NodeId) -> Result<NodeState> {
        let mut query = self.db.prepare_cached(
            "SELECT n.mode, n.uid, n.gid, n.links, n.size, n.stored_bytes, n.device, n.times, n.version, n.parent, n.target
             FROM nodes n WHERE n.id = ?1",
        )?;
        query.query_row([id.row()], |row| Ok(node_from_row(id, row, 0))).optional()?.unwrap_or(Err(FsError::NotFound))
    }

    pub(super) fn save_node(&mut self, state: &NodeState, size: u64, stored_bytes: u64, version: u64) -> Result<()> {
        let attr = &state.attr;
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO nodes (id, mode, uid, gid, links, size, stored_bytes, device, times, version, parent, target, change)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                attr.id.row(),
                attr.mode(),
                attr.uid,
                attr.gid,
                attr.links,
                size.cast_signed(),
                stored_bytes.cast_signed(),
                attr.device,
                times_to_bytes(attr),
                version.cast_signed(),
                (attr.kind == Kind::Folder).then_some(state.parent.row()),
                state.target.as_deref(),
                self.change_number(),
            ])?;
        Ok(())
    }
}

/// Reads a node from a row whose columns from `first` on are [`NODE_COLUMNS`].
pub(super) fn node_from_row(id: NodeId, row: &Row<'_>, first: usize) -> Result<NodeState> {
    let mode: u32 = row.get(first)?;
    let size: i64 = row.get(first + 4)?;
    let times = row.get_ref(first + 7)?;
    let [accessed, modified, changed, created] =
        times_from_bytes(times.as_blob().map_err(|_| FsError::Damaged("times of a node".into()))?)?;
    let parent: Option<i64> = row.get(first + 9)?;
    let target: Option<Vec<u8>> = row.get(first + 10)?;
    let attr = Attr {
        id,
        kind: Kind::of_mode(mode)?,
        permissions: mode & PERMISSION_MASK,
        uid: row.get(first + 1)?,
        gid: row.get(first + 2)?,
        links: row.get(first + 3)?,
        size: size.cast_unsigned(),
        stored_bytes: row.get::<_, i64>(first + 5)?.cast_unsigned(),
        device: row.get(first + 6)?,
        accessed,
        modified,
        changed,
        created,
        version: row.get::<_, i64>(first + 8)?.cast_unsigned(),
    };
    Ok(NodeState {
        durable_size: attr.size,
        firm_size: attr.size,
        attr,
        attr_dirty: false,
        touched: false,
        parent: parent.map_or(Ok(id), NodeId::from_row)?,
        target: target.map(Into::into),
        content: None,
        unborn: false,
    })
}
