//! From memory to rows: chunks, extents, inline bytes and attributes, when a batch closes.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use cartable_crypto::ChunkRef;
use cartable_store::{Place, index};
use rusqlite::{Connection, Row, params};

use super::content::{Content, INLINE_BYTES};
use super::state::Shared;
use super::{Node, NodeState, Tree};
use crate::error::Result;
use crate::extent::{Chunk, Extent, Source};
use crate::node::NodeId;
use crate::runs::Runs;

/// A chunk that no row of the index names yet.
pub(crate) struct Fresh {
    pub(super) chunk: Arc<Chunk>,
    /// Count of its append.
    pub(super) appended: u64,
    /// Whether equal content may be found again through it.
    pub(super) findable: bool,
}

/// All chunks that no row names yet.
#[derive(Default)]
pub(crate) struct FreshChunks {
    list: Vec<Fresh>,
    by_hash: HashMap<[u8; 32], (Arc<Chunk>, u64)>,
}

impl FreshChunks {
    pub(super) fn add(&mut self, fresh: Fresh) {
        if fresh.findable {
            self.by_hash.insert(*fresh.chunk.reference.hash(), (Arc::clone(&fresh.chunk), fresh.appended));
        }
        self.list.push(fresh);
    }

    pub(super) fn find(&self, hash: &[u8; 32]) -> Option<(Arc<Chunk>, u64)> {
        self.by_hash.get(hash).map(|(chunk, appended)| (Arc::clone(chunk), *appended))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.list.iter().map(|fresh| &*fresh.chunk)
    }

    /// Takes those whose append is durable.
    pub(super) fn take_synced(&mut self, synced: u64) -> Vec<Fresh> {
        let (ready, left) = std::mem::take(&mut self.list).into_iter().partition(|fresh| fresh.appended <= synced);
        self.list = left;
        self.by_hash.retain(|_, (_, appended)| *appended > synced);
        ready
    }
}

impl Chunk {
    /// Reads a chunk from a row whose columns from `first` on are pack, offset, plain_bytes and reference; none when they
    /// are not there.
    pub(super) fn from_row(id: i64, row: &Row<'_>, first: usize) -> Result<Option<Self>> {
        let pack: Option<u32> = row.get(first)?;
        let reference: Option<Vec<u8>> = row.get(first + 3)?;
        let bytes: Option<[u8; 64]> = reference.and_then(|bytes| bytes.try_into().ok());
        let (Some(pack), Some(bytes)) = (pack, bytes) else { return Ok(None) };
        let offset = row.get::<_, i64>(first + 1)?.cast_unsigned();
        let place = Place { pack, offset, plain_bytes: row.get(first + 2)? };
        Ok(Some(Self::new(id, place, ChunkRef::from_bytes(&bytes))))
    }

    pub(super) fn find(db: &Connection, hash: &[u8; 32]) -> Result<Option<Self>> {
        let mut query = db.prepare_cached(
            "SELECT c.id, c.pack, c.offset, c.plain_bytes, c.reference FROM dedup d JOIN chunks c ON c.id = d.chunk WHERE d.hash = ?1",
        )?;
        let mut rows = query.query([&hash[..]])?;
        rows.next()?.map_or(Ok(None), |row| Self::from_row(row.get(0)?, row, 1))
    }
}

impl Tree {
    pub(super) fn save_chunk(&mut self, fresh: &Fresh) -> Result<()> {
        let Fresh { chunk, findable, .. } = fresh;
        index::insert(&self.db, chunk.id, chunk.place(), &chunk.reference, *findable)?;
        Ok(())
    }

    fn save_extents(&mut self, id: NodeId, content: &mut Content) -> Result<()> {
        for Range { start, end } in content.extents.take_changed() {
            let (from, to) = (start.cast_signed(), i64::try_from(end).unwrap_or(i64::MAX));
            self.db
                .prepare_cached("DELETE FROM extents WHERE node = ?1 AND start >= ?2 AND start < ?3")?
                .execute(params![id.row(), from, to])?;
            let mut insert = self
                .db
                .prepare_cached("INSERT INTO extents (node, start, length, chunk, skip) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (at, extent) in content.extents.overlapping(start..end).filter(|(at, _)| *at >= start) {
                let (chunk, skip) = match &extent.source {
                    Source::Chunk { chunk, skip } => (chunk.id, *skip),
                    Source::Lost { chunk, skip } => (*chunk, *skip),
                    Source::Inline { row } => (-row, 0),
                };
                insert.execute(params![id.row(), at.cast_signed(), extent.length.cast_signed(), chunk, skip])?;
            }
        }
        for row in std::mem::take(&mut content.dropped_inline) {
            self.db.prepare_cached("DELETE FROM inline WHERE id = ?1")?.execute([row])?;
        }
        Ok(())
    }

    /// Makes inline rows of what is dirty.
    fn save_inline(&mut self, content: &mut Content) -> Result<()> {
        while !content.dirty.is_empty() {
            // What a clearing tears is dirty again, in places that hold no extent any more: the second round ends it.
            // As `cutting`, the bytes being saved lie over what is left of the torn.
            let runs = Arc::new(std::mem::take(&mut content.dirty));
            content.cutting = Some(Arc::clone(&runs));
            for range in runs.ranges() {
                let torn = Shared::torn_in(self, content, &range)?;
                content.clear(range, &torn);
            }
            content.cutting = None;
            for (start, run) in runs.iter() {
                self.add_inline(content, start, run)?;
            }
        }
        content.with_extents.clear();
        Ok(())
    }

    fn add_inline(&mut self, content: &mut Content, start: u64, run: &[u8]) -> Result<()> {
        let row = self.next_inline;
        self.next_inline += 1;
        self.db.prepare_cached("INSERT INTO inline (id, data) VALUES (?1, ?2)")?.execute(params![row, run])?;
        content.extents.insert(start, Extent { length: run.len() as u64, source: Source::Inline { row } });
        Ok(())
    }

    /// Makes inline rows of the dirty bytes that go with the extents, unless they were stored since. They stay dirty, or being
    /// cut, too.
    fn save_with_extents(&mut self, content: &mut Content) -> Result<()> {
        // What this tears in turn lies outside the place: the second round ends it.
        while !content.with_extents.is_empty() {
            let places = std::mem::take(&mut content.with_extents);
            let mut left = Runs::default();
            for runs in content.cutting.as_deref().into_iter().chain([&content.dirty]) {
                for place in &places {
                    copy_part(runs, place, &mut left);
                }
            }
            for (start, run) in left.iter() {
                let range = start..start + run.len() as u64;
                let torn = Shared::torn_in(self, content, &range)?;
                content.clear(range, &torn);
                self.add_inline(content, start, run)?;
            }
        }
        Ok(())
    }
}

/// Copies what of `runs` lies in `place`.
fn copy_part(runs: &Runs, place: &Range<u64>, into: &mut Runs) {
    let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    for (start, run) in runs.iter() {
        let (from, to) = (place.start.max(start), place.end.min(start + run.len() as u64));
        if from < to {
            into.write(from, &run[index(from - start)..index(to - start)]);
        }
    }
}

impl Shared {
    /// Writes what the database lacks of a node, as far as its bytes are stored; `synced` counts the appends that are
    /// durable. An urgent node is written in full, however little of it was stored before; the times of a touched folder
    /// are written when `touched` says so. Returns whether the node is clean now.
    pub(super) fn save(
        &self,
        tree: &mut Tree,
        node: &Node,
        urgent: bool,
        touched: bool,
        synced: &mut u64,
    ) -> Result<bool> {
        let mut guard = node.lock();
        let state = &mut *guard;
        if state.attr.links == 0 && !self.is_pinned(node.id) {
            return Ok(true);
        }
        let mut size = state.attr.size;
        let mut whole = true;
        if let Some(content) = &mut state.content {
            let before = content.dirty.bytes();
            if urgent && content.cutting.is_none() && before <= INLINE_BYTES {
                tree.save_inline(content)?;
            }
            let mut stored = content.unsynced <= *synced;
            if urgent && !stored {
                *synced = self.sync_packs()?;
                stored = true;
            }
            if stored {
                tree.save_with_extents(content)?;
                tree.save_extents(node.id, content)?;
                content.unsynced = 0;
            }
            // The row's size goes with the row's extents.
            if !stored {
                size = state.durable_size;
            } else if content.is_settled() {
                state.firm_size = size;
            } else {
                size = size.min(state.firm_size.max(content.extents.end()));
            }
            whole = stored && content.is_settled();
            self.count_dirty(content.dirty.bytes(), before);
            state.attr.stored_bytes = content.extents.stored_bytes();
        }
        let stored_bytes = state.attr.stored_bytes;
        if state.attr_dirty || size != state.durable_size || (state.touched && (touched || urgent)) {
            // A row with less than what readers saw must not claim to be what they saw.
            let version = if whole { state.attr.version } else { self.next_version() };
            tree.save_node(state, size, stored_bytes, version)?;
            state.durable_size = size;
            state.unborn = false;
            state.touched = false;
            state.attr_dirty = !whole;
        }
        Ok(NodeState::is_clean(state))
    }
}
