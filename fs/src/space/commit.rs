//! Closing a batch: what was done since the last one becomes durable together.
//!
//! 1. Dirty bytes are cut and appended to packs; the packs are synced, with no lock held.
//! 2. Under the tree's lock the rows that point to synced bytes are written, and the transaction commits. With
//!    `synchronous=NORMAL` that waits for no disk. A log that has grown long is copied into the database.
//! 3. Unlocked, the write-ahead log is synced through a descriptor of our own, and all who wait are woken.
//!
//! A crash before 3 leaves the batch before; after 3 this one. When a commit fails, the space stops: it answers every
//! change with an error, and what was synced before is safe on disk. Contents for which the disk has no room are no such
//! failure: they stay dirty, whoever syncs them hears of it, and the rest of the batch is committed.

use std::collections::HashSet;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cartable_share::Access;
use cartable_store::PackNumber;
use parking_lot::MutexGuard;
use rustix::fs::{Advice, fadvise};

use super::content::INLINE_BYTES;
use super::cut::Reason;
use super::gate::Scope;
use super::state::Shared;
use super::{Node, Space, Tree};
use crate::error::{FsError, Result};
use crate::node::NodeId;

/// How much of the log is kept in the page cache ahead of what is written next.
const LOG_AHEAD_BYTES: NonZeroU64 = NonZeroU64::new(128 << 10).expect("not zero");

/// Which state of the database is meant: a growing number, and the identity of the opening that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitId {
    /// Number of the commit, growing over the life of the space.
    pub counter: u64,
    /// Random, new at each opening: two histories that parted never agree on it.
    pub opening: [u8; 16],
}

impl Space {
    /// Makes durable what was written to one node before the call, and all names and attributes; the times of folders in
    /// which names changed follow within half a second.
    ///
    /// # Errors
    /// [`FsError::Stopped`] when it could not be written, now or before; one that is full (`FsError::is_full`) when its
    /// contents found no room.
    pub fn sync(&self, _access: &Access, id: NodeId) -> Result<()> {
        let refusals = self.shared.refusals(id);
        self.shared.settle(id)?;
        self.shared.mark_dirty(id);
        self.shared.urgent.lock().insert(id);
        self.shared.commit(Scope::Urgent)?;
        // Whoever committed may have been another thread: it is not its file.
        if self.shared.refusals(id) == refusals { Ok(()) } else { Err(FsError::NoRoom) }
    }

    /// Makes durable all that was done before the call.
    ///
    /// # Errors
    /// As [`Space::sync`]; one that is full (`FsError::is_full`) when contents found no room, and all else is durable.
    pub fn sync_all(&self, _access: &Access) -> Result<()> {
        self.shared.commit(Scope::All)
    }

    /// The last state of the database that is durable.
    #[must_use]
    pub fn last_commit(&self) -> CommitId {
        let counter = self.shared.tree.lock().counter;
        CommitId { counter, opening: self.shared.gate.state.lock().opening }
    }

    /// Whether the database has been in the state `commit`: if not, it is an older copy, or another history.
    ///
    /// # Errors
    /// [`FsError::Database`].
    pub fn has_commit(&self, commit: &CommitId) -> Result<bool> {
        let tree = self.shared.tree.lock();
        if commit.counter > tree.counter {
            return Ok(false);
        }
        let mut query = tree
            .db
            .prepare_cached("SELECT id FROM openings WHERE first_counter <= ?1 ORDER BY first_counter DESC LIMIT 1")?;
        let id: Option<Vec<u8>> =
            rusqlite::OptionalExtension::optional(query.query_row([commit.counter.cast_signed()], |row| row.get(0)))?;
        Ok(id.as_deref() == Some(&commit.opening[..]))
    }
}

impl Shared {
    /// Refuses what adds names or attributes when there is no room left beside the reserve.
    pub(super) fn may_add(&self) -> Result<()> {
        self.check_running()?;
        self.room.may_add(self.dirty_bytes.load(Ordering::Relaxed))
    }

    /// Refuses bytes for which there is no room beside the reserve and what is dirty already.
    pub(super) fn may_store(&self, bytes: usize) -> Result<()> {
        self.check_running()?;
        self.room.may_add(self.dirty_bytes.load(Ordering::Relaxed) + bytes)
    }

    /// Syncs the packs and returns the count of appends that are durable now.
    ///
    /// A failure stops the space, whoever meets it: the kernel reports what it could not write once, drops it, and
    /// answers the next fdatasync as if all were well.
    pub(crate) fn sync_packs(&self) -> Result<u64> {
        let appended = self.appended.load(Ordering::SeqCst);
        self.stop_on_failure(self.packs.sync().map_err(FsError::from))?;
        Ok(self.synced.fetch_max(appended, Ordering::SeqCst).max(appended))
    }

    /// Closes the open pack and syncs it; a failure stops the space, as in [`Shared::sync_packs`].
    pub(crate) fn close_packs(&self) -> Result<()> {
        self.stop_on_failure(self.packs.close().map_err(FsError::from))
    }

    fn refusals(&self, id: NodeId) -> u64 {
        let node = self.nodes.lock().get(&id).map(Arc::clone);
        node.map_or(0, |node| node.lock().content.as_ref().map_or(0, |content| content.refusals))
    }

    /// Cuts what is dirty of a file. Returns the error when there was no room: the bytes stay dirty, and whoever syncs
    /// the file hears of it.
    fn cut_as_far_as_room(&self, node: &Node) -> Result<Option<FsError>> {
        let dirty = node.lock().content.as_ref().map_or(0, |content| content.dirty.bytes());
        match self.room.may_store(dirty).and_then(|()| self.cut(node, Reason::Settle)) {
            Err(error) if error.is_full() => {
                if let Some(content) = &mut node.lock().content {
                    content.refusals += 1;
                }
                Ok(Some(error))
            }
            other => other.map(|()| None),
        }
    }

    /// Whether a node relies on an append that is not known to be durable.
    fn relies_on_more(&self, ids: &HashSet<NodeId>, synced: u64) -> bool {
        let nodes: Vec<Arc<Node>> = {
            let nodes = self.nodes.lock();
            ids.iter().filter_map(|id| nodes.get(id).map(Arc::clone)).collect()
        };
        nodes.iter().any(|node| node.lock().content.as_ref().is_some_and(|content| content.unsynced > synced))
    }

    /// Locks the tree with the rows of all nodes as they are in memory, but for bytes that no pack holds durably yet.
    pub(crate) fn tree_of_now(&self) -> Result<MutexGuard<'_, Tree>> {
        let mut synced = self.sync_packs()?;
        let mut tree = self.tree.lock();
        let saved = self.save_all(&mut tree, Scope::All, &HashSet::new(), &mut synced);
        self.stop_on_failure(saved)?;
        Ok(tree)
    }

    /// Returns what kept contents from being stored, when that was only a lack of room.
    pub(super) fn commit_now(&self, scope: Scope) -> Result<Option<FsError>> {
        let mut urgent = std::mem::take(&mut *self.urgent.lock());
        let mut short = None;
        if scope == Scope::All {
            let (inline, full) = self.settle_all()?;
            urgent.extend(inline);
            short = full;
        }
        let mut settled = HashSet::new();
        let mut tree = loop {
            let mut synced = self.synced.load(Ordering::SeqCst);
            // Little files that are synced wait for no stream of others.
            if scope == Scope::All || self.relies_on_more(&urgent, synced) {
                synced = self.sync_packs()?;
            }
            let mut tree = self.tree.lock();
            for id in std::mem::take(&mut *self.urgent.lock()) {
                settled.remove(&id);
                urgent.insert(id);
            }
            let mut unsettled = self.save_all(&mut tree, scope, &urgent, &mut synced)?;
            // Bytes to be synced were on their way into a pack, or were joined by too many others to go inline. Once cut
            // they are in extents; whatever is dirty then came later.
            unsettled.retain(|id| settled.insert(*id));
            if unsettled.is_empty() {
                break tree;
            }
            drop(tree);
            for id in unsettled {
                let Some(node) = self.nodes.lock().get(&id).map(Arc::clone) else { continue };
                let full = self.cut_as_far_as_room(&node)?;
                // Whoever syncs one file is told by that file.
                short = short.or(full.filter(|_| scope == Scope::All));
            }
        };
        if !tree.in_batch {
            return Ok(short);
        }
        self.commit_batch(&mut tree)?;
        let mut log_end = tree.log_bytes();
        // In the same moment: once somebody opens the next batch, the log can't be copied.
        if log_end > self.room.log_bytes() {
            match tree.checkpoint("PASSIVE") {
                // The log keeps what the database has no room for.
                Err(error) if error.is_full() => {}
                Err(error) => return Err(error),
                Ok(()) => log_end = 0,
            }
        }
        let era = self.era();
        if !self.room.is_short()? {
            // Where it can't be done, the log grows with each commit.
            let _ = era.lengthen_log(log_end, self.room.log_bytes());
        }
        drop(tree);
        era.sync_log()?;
        // The next frames overwrite parts of blocks. Blocks that left the page cache would be read one by one, each
        // waited for inside a commit.
        if let Some(log) = &era.log {
            let _ = fadvise(log, log_end, Some(LOG_AHEAD_BYTES), Advice::WillNeed);
        }
        self.room.after_commit();
        Ok(short)
    }

    /// Commits the open batch. It is durable once the log is synced.
    pub(super) fn commit_batch(&self, tree: &mut Tree) -> Result<()> {
        self.room.before_commit(tree.batch_bytes())?;
        let next = Next {
            chunk: self.next_chunk.load(Ordering::Relaxed),
            pack: self.packs.next_number(),
            version: self.next_version.load(Ordering::Relaxed),
        };
        tree.commit(&next)
    }

    /// Stores what is dirty of all files. Returns those of which so little is dirty that it goes inline, and an error
    /// when there was no room for some: they stay dirty.
    pub(super) fn settle_all(&self) -> Result<(Vec<NodeId>, Option<FsError>)> {
        let ids: Vec<NodeId> = self.dirty.lock().iter().copied().collect();
        let mut inline = Vec::new();
        let mut short = None;
        for id in ids {
            let Some(node) = self.nodes.lock().get(&id).map(Arc::clone) else { continue };
            let (dirty, links) = {
                let state = node.lock();
                (state.content.as_ref().map_or(0, |content| content.dirty.bytes()), state.attr.links)
            };
            if links == 0 && !self.is_pinned(id) {
                continue;
            }
            match dirty {
                0..=TINY_BYTES => inline.push(id),
                _ => short = self.cut_as_far_as_room(&node)?.or(short),
            }
        }
        Ok((inline, short))
    }

    /// Writes what the database lacks, as far as it is stored. Returns the urgent nodes that could not be written in full.
    fn save_all(
        &self,
        tree: &mut Tree,
        scope: Scope,
        urgent: &HashSet<NodeId>,
        synced: &mut u64,
    ) -> Result<Vec<NodeId>> {
        let mut dirty = std::mem::take(&mut *self.dirty.lock());
        if dirty.is_empty() && self.reaped.lock().is_empty() && self.fresh.lock().is_empty() {
            return Ok(Vec::new());
        }
        tree.begin()?;
        let (mut still_dirty, mut unsettled) = (Vec::new(), Vec::new());
        for id in dirty.drain() {
            let Some(node) = self.nodes.lock().get(&id).map(Arc::clone) else { continue };
            if !self.save(tree, &node, urgent.contains(&id), scope == Scope::All, synced)? {
                still_dirty.push(id);
                if urgent.contains(&id) && node.lock().content.as_ref().is_some_and(|c| !c.is_settled()) {
                    unsettled.push(id);
                }
            }
        }
        self.dirty.lock().extend(still_dirty);
        for fresh in self.fresh.lock().take_synced(*synced) {
            tree.save_chunk(&fresh)?;
        }
        for pack in self.packs.take_new() {
            cartable_store::index::insert_pack(&tree.db, &pack)?;
        }
        self.reap(tree)?;
        Ok(unsettled)
    }
}

/// Dirty bytes of a file that go into the database when a batch closes by itself: not worth a chunk.
const TINY_BYTES: usize = 2048;
const _: () = assert!(TINY_BYTES <= INLINE_BYTES);

/// The numbers that are given out next.
struct Next {
    chunk: i64,
    pack: PackNumber,
    version: u64,
}

impl Tree {
    fn commit(&mut self, next: &Next) -> Result<()> {
        self.save_state(next)?;
        self.db.prepare_cached("COMMIT")?.execute([])?;
        self.in_batch = false;
        self.counter += 1;
        Ok(())
    }

    fn save_state(&mut self, next: &Next) -> Result<()> {
        let next_node = NodeId(self.next_node).row();
        self.db
            .prepare_cached(
                "UPDATE state SET counter = ?1, next_node = ?2, next_entry = ?3, next_chunk = ?4, next_inline = ?5,
                 next_pack = ?6, next_version = ?7, last_token = ?8 WHERE id = 1",
            )?
            .execute((
                self.counter.cast_signed() + 1,
                next_node,
                self.next_entry,
                next.chunk,
                self.next_inline,
                next.pack,
                next.version.cast_signed(),
                self.last_token.cast_signed(),
            ))?;
        Ok(())
    }

    /// Copies the log into the database.
    pub(crate) fn checkpoint(&mut self, mode: &str) -> Result<()> {
        self.db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))?;
        Ok(())
    }
}
