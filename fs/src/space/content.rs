//! A file's contents in memory: extents, dirty runs, and runs that are being cut.
//!
//! Newest wins: dirty over being cut over extents over holes.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use parking_lot::MutexGuard;
use rusqlite::{OptionalExtension, params};

use super::state::Shared;
use super::{Node, NodeState, Tree};
use crate::error::{FsError, Result};
use crate::extent::{Chunk, Extent, ExtentMap, Source};
use crate::node::{Kind, NodeId};
use crate::runs::Runs;

/// Dirty bytes of a file up to this many are committed inside the database at fsync.
pub(crate) const INLINE_BYTES: usize = 64 * 1024;

/// Bytes of inline rows, by row.
pub(super) type Torn = HashMap<i64, Vec<u8>>;

/// How often inline bytes that another thread moves away under us are looked for before they count as missing.
const SPLICE_TRIES: usize = 1000;

/// The contents of one file.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) extents: ExtentMap,
    pub(super) dirty: Runs,
    pub(super) cutting: Option<Arc<Runs>>,
    /// Count of the latest append that an extent not yet in the database relies on; 0 for none.
    pub(super) unsynced: u64,
    /// Inline rows whose extents are gone and which the next commit deletes.
    pub(super) dropped_inline: Vec<i64>,
    /// Where dirty bytes go with the extents: what is left of torn inline rows was durable, and the commit that deletes
    /// the row keeps it so; what was copied beside shared chunks is saved with these.
    pub(super) with_extents: Vec<Range<u64>>,
    /// How often a commit that was to take its bytes along found no room for them.
    pub(super) refusals: u64,
    /// The file has a `security.capability`, which a write clears.
    pub(super) has_capability: bool,
}

impl Content {
    pub(super) fn is_clean(&self) -> bool {
        self.is_settled() && !self.extents.is_changed() && self.dropped_inline.is_empty()
    }

    /// No written bytes are outside the extents.
    pub(super) fn is_settled(&self) -> bool {
        self.dirty.is_empty() && self.cutting.is_none()
    }

    fn all_runs(&self) -> impl Iterator<Item = &Runs> {
        self.cutting.as_deref().into_iter().chain([&self.dirty])
    }

    /// The first byte from `offset` on that is not in a hole.
    pub(super) fn data_from(&self, offset: u64) -> Option<u64> {
        let stored = self.extents.overlapping(offset..u64::MAX).next().map(|(start, _)| start);
        let runs = self.all_runs().filter_map(|runs| runs.first_from(offset)).map(|run| run.start);
        runs.chain(stored).min().map(|start| start.max(offset))
    }

    /// Where a piece that holds byte `at` ends; none for a byte in a hole.
    pub(super) fn data_end(&self, at: u64) -> Option<u64> {
        let stored = self.extents.overlapping(at..at + 1).next().map(|(start, extent)| start + extent.length);
        let runs = self.all_runs().filter_map(|runs| runs.first_from(at)).filter(|run| run.start <= at);
        runs.map(|run| run.end).chain(stored).max()
    }

    /// The parts of `range` whose newest bytes are outside the extents; they may overlap.
    pub(super) fn loose(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let runs = self.all_runs().flat_map(Runs::ranges);
        let parts = runs.map(|run| run.start.max(range.start)..run.end.min(range.end));
        parts.filter(|part| !part.is_empty()).collect()
    }

    /// Lays a bytes copy under what is dirty: used for what is left of a torn inline extent.
    fn keep(&mut self, offset: u64, data: &[u8]) -> usize {
        self.with_extents.push(offset..offset + data.len() as u64);
        let mut data = data.to_vec();
        if let Some(cutting) = &self.cutting {
            cutting.read_over(offset, &mut data);
        }
        self.dirty.read_over(offset, &mut data);
        self.dirty.write(offset, &data)
    }

    /// Writes dirty bytes that the commit of the extents takes along. Returns by how many bytes the dirty runs grew.
    pub(super) fn write_with_extents(&mut self, offset: u64, data: &[u8]) -> usize {
        self.with_extents.push(offset..offset + data.len() as u64);
        self.dirty.write(offset, data)
    }

    /// Rows of inline extents that clearing `range` would tear.
    fn torn_by(&self, range: &Range<u64>) -> Vec<i64> {
        let mut rows = Vec::new();
        for (start, extent) in self.extents.overlapping(range.clone()) {
            let torn = start < range.start || start + extent.length > range.end;
            if let Source::Inline { row } = extent.source
                && torn
            {
                rows.push(row);
            }
        }
        rows
    }

    /// Clears `range` of stored bytes; `torn` holds the bytes of the inline rows that this tears. Returns by how many
    /// bytes the dirty runs grew.
    pub(super) fn clear(&mut self, range: Range<u64>, torn: &Torn) -> usize {
        if range.is_empty() {
            return 0;
        }
        let inline: Vec<i64> = self
            .extents
            .overlapping(range.clone())
            .filter_map(|(_, extent)| match extent.source {
                Source::Inline { row } => Some(row),
                Source::Chunk { .. } | Source::Lost { .. } => None,
            })
            .collect();
        self.dropped_inline.extend(inline);
        let mut grew = 0;
        for (start, extent) in self.extents.clear(range.clone()) {
            let Source::Inline { row } = extent.source else { continue };
            let Some(bytes) = torn.get(&row) else { continue };
            let end = start + bytes.len() as u64;
            if start < range.start {
                let cut = usize::try_from(range.start - start).unwrap_or(bytes.len());
                grew += self.keep(start, &bytes[..cut.min(bytes.len())]);
            }
            if end > range.end {
                let cut = usize::try_from(end - range.end).unwrap_or(0);
                grew += self.keep(range.end, &bytes[bytes.len() - cut..]);
            }
        }
        grew
    }
}

impl Tree {
    pub(super) fn inline_bytes(&self, row: i64) -> Result<Option<Vec<u8>>> {
        let mut query = self.db.prepare_cached("SELECT data FROM inline WHERE id = ?1")?;
        Ok(query.query_row([row], |row| row.get(0)).optional()?)
    }

    fn load_content(&self, id: NodeId) -> Result<Content> {
        let mut content = Content::default();
        let mut query = self.db.prepare_cached(
            "SELECT e.start, e.length, e.chunk, e.skip, c.pack, c.offset, c.plain_bytes, c.reference
             FROM extents e LEFT JOIN chunks c ON c.id = e.chunk WHERE e.node = ?1 ORDER BY e.start",
        )?;
        let mut rows = query.query(params![id.row()])?;
        let mut last: Option<Arc<Chunk>> = None;
        while let Some(row) = rows.next()? {
            let impossible = || FsError::Damaged(format!("an extent of node {} is impossible", id.0));
            let (start, length): (i64, i64) = (row.get(0)?, row.get(1)?);
            if start < content.extents.end().cast_signed() || length <= 0 || start.checked_add(length).is_none() {
                return Err(impossible());
            }
            let chunk: i64 = row.get(2)?;
            let source = if chunk < 0 {
                Source::Inline { row: chunk.checked_neg().ok_or_else(impossible)? }
            } else {
                let skip = row.get(3)?;
                let known = match &last {
                    Some(last) if last.id == chunk => Some(Arc::clone(last)),
                    _ => Chunk::from_row(chunk, row, 4)?.map(Arc::new),
                };
                last.clone_from(&known);
                known.map_or(Source::Lost { chunk, skip }, |chunk| Source::Chunk { chunk, skip })
            };
            content.extents.load(start.cast_unsigned(), Extent { length: length.cast_unsigned(), source });
        }
        content.has_capability = self.xattr_exists(id, b"security.capability")?;
        Ok(content)
    }
}

impl Shared {
    /// Locks a file with its contents loaded. The caller does not hold the tree.
    pub(super) fn lock_content<'a>(&self, node: &'a Node) -> Result<MutexGuard<'a, NodeState>> {
        loop {
            let state = node.lock();
            match state.attr.kind {
                Kind::File => {}
                Kind::Folder => return Err(FsError::IsFolder),
                _ => return Err(FsError::Invalid("not a file")),
            }
            if state.content.is_some() {
                return Ok(state);
            }
            drop(state);
            let tree = self.tree.lock();
            let mut state = node.lock();
            if state.content.is_none() {
                let unborn = state.unborn;
                state.content = Some(if unborn { Content::default() } else { tree.load_content(node.id)? });
            }
        }
    }

    /// Locks a file of which no cut is under way, with the bytes of every inline row that clearing `ranges` tears.
    pub(super) fn lock_to_splice<'a>(
        &self,
        node: &'a Node,
        ranges: &[Range<u64>],
        wait_for_cut: bool,
    ) -> Result<(MutexGuard<'a, NodeState>, Torn)> {
        let mut torn = HashMap::new();
        for _ in 0..SPLICE_TRIES {
            let mut state = self.lock_content(node)?;
            while wait_for_cut && state.content.as_ref().is_some_and(|content| content.cutting.is_some()) {
                node.settled.wait(&mut state);
            }
            let Some(content) = &state.content else { continue };
            let missing: Vec<i64> =
                ranges.iter().flat_map(|range| content.torn_by(range)).filter(|row| !torn.contains_key(row)).collect();
            if missing.is_empty() {
                return Ok((state, torn));
            }
            drop(state);
            let tree = self.tree.lock();
            for row in missing {
                if let Some(bytes) = tree.inline_bytes(row)? {
                    torn.insert(row, bytes);
                }
            }
        }
        Err(FsError::Damaged(format!("inline bytes of node {} are missing", node.id.0)))
    }

    /// The bytes of the inline rows that clearing `range` tears, for a caller that holds the tree and the node.
    pub(super) fn torn_in(tree: &Tree, content: &Content, range: &Range<u64>) -> Result<Torn> {
        let mut torn = HashMap::new();
        for row in content.torn_by(range) {
            let bytes = tree.inline_bytes(row)?;
            torn.insert(row, bytes.ok_or_else(|| FsError::Damaged(format!("inline row {row} is missing")))?);
        }
        Ok(torn)
    }
}
