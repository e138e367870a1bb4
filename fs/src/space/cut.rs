//! Cutting: dirty runs become chunks, addressed, deduplicated, sealed in parallel and appended to packs.
//!
//! While a cut runs, its bytes stay readable as `cutting`, and writers go on into `dirty`. When it ends, the new
//! extents are spliced in. Rows are written by the next commit, and only once the packs are synced.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cartable_crypto::ChunkRef;
use rayon::prelude::*;

use super::Node;
use super::content::INLINE_BYTES;
use super::rows::Fresh;
use super::state::Shared;
use crate::error::{FsError, Result};
use crate::extent::{Chunk, Extent, Source};
use crate::node::NodeId;
use crate::runs::Runs;

/// A run up to this long is one chunk; a longer one is a stream, cut where its content says.
const ONE_CHUNK_BYTES: usize = 64 * 1024;
/// Dirty bytes of one file from which they are cut and sealed while the writer goes on: up to a multiple of this in the
/// file, so that equal files are cut alike however fast they come.
pub(super) const STREAM_BYTES: usize = 4 << 20;

/// Why bytes are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// There are many, and more will follow.
    Stream,
    /// Everything must be stored.
    Settle,
}

/// Bytes that are hashed, sealed and appended together.
const GROUP_BYTES: usize = 4 << 20;
/// Bytes for which waking the pool takes longer than the work.
const ALONE_BYTES: usize = 96 * 1024;

/// A part of a run that becomes one chunk.
struct Part<'a> {
    start: u64,
    bytes: &'a [u8],
    /// Whether equal content may be found, and found again.
    findable: bool,
}

/// A part that is stored, on its way to become an extent.
struct Piece {
    start: u64,
    length: u64,
    chunk: Arc<Chunk>,
    /// Count of the append it relies on; 0 when an old chunk serves.
    appended: u64,
}

impl Shared {
    /// Stores what is dirty of a file, unless it is little enough to be committed inline.
    pub(super) fn settle(&self, id: NodeId) -> Result<()> {
        let Some(node) = self.nodes.lock().get(&id).map(Arc::clone) else { return Ok(()) };
        let dirty = node.lock().content.as_ref().map_or(0, |content| content.dirty.bytes());
        if dirty > INLINE_BYTES { self.cut(&node, Reason::Settle) } else { Ok(()) }
    }

    /// Stores what is dirty of all files.
    pub(super) fn cut_all(&self) -> Result<()> {
        let ids: Vec<NodeId> = self.dirty.lock().iter().copied().collect();
        for id in ids {
            let Some(node) = self.nodes.lock().get(&id).map(Arc::clone) else { continue };
            let skip = {
                let state = node.lock();
                state.attr.links == 0 && !self.is_pinned(id)
                    || state.content.as_ref().is_none_or(|c| c.dirty.is_empty())
            };
            if !skip {
                self.cut(&node, Reason::Settle)?;
            }
        }
        Ok(())
    }

    /// Cuts the dirty runs of a file. Waits for a cut that is under way, except that a stream goes on for a while: a writer
    /// that is faster than the cipher is slowed here, and finds little left to move when the cut ends.
    ///
    /// On failure the bytes are dirty again: nothing acknowledged is dropped.
    pub(super) fn cut(&self, node: &Node, reason: Reason) -> Result<()> {
        let _chunks = self.taking_chunks.read();
        let (runs, size) = {
            let mut state = self.lock_content(node)?;
            while let Some(content) = &state.content {
                let long = content.dirty.bytes() >= STREAM_BYTES;
                match (&content.cutting, reason) {
                    (_, Reason::Stream) if !long => return Ok(()),
                    (None, _) => break,
                    (Some(_), Reason::Stream) if content.dirty.bytes() < 2 * STREAM_BYTES => return Ok(()),
                    (Some(_), _) => node.settled.wait(&mut state),
                }
            }
            let size = state.attr.size;
            let Some(content) = &mut state.content else { return Ok(()) };
            let mut runs = match reason {
                Reason::Stream => content.dirty.take_blocks(STREAM_BYTES as u64),
                Reason::Settle => std::mem::take(&mut content.dirty),
            };
            if runs.is_empty() && content.dirty.bytes() >= 2 * STREAM_BYTES {
                // No stream, but many pieces: waiting for more makes each write slower.
                runs = std::mem::take(&mut content.dirty);
            }
            if runs.is_empty() {
                return Ok(());
            }
            let runs = Arc::new(runs);
            content.cutting = Some(Arc::clone(&runs));
            (runs, size)
        };
        let unfinished = Unfinished { shared: self, node, runs: &runs };
        let mut pieces = Vec::new();
        let stored = self.store(&runs, size, &mut pieces);
        self.splice(node, &runs, pieces)?;
        drop(unfinished);
        stored
    }

    /// Stores the runs of a file of `size` bytes group by group; `pieces` grows by what is stored, in order.
    fn store(&self, runs: &Runs, size: u64, pieces: &mut Vec<Piece>) -> Result<()> {
        let parts = parts(runs, size);
        let mut rest = &parts[..];
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |part: &&Part<'_>| {
                bytes += part.bytes.len();
                bytes <= GROUP_BYTES
            };
            let (group, later) = rest.split_at(rest.iter().take_while(fits).count().max(1));
            self.store_group(group, pieces)?;
            rest = later;
        }
        Ok(())
    }

    fn store_group(&self, parts: &[Part<'_>], pieces: &mut Vec<Piece>) -> Result<()> {
        let keys = self.keys();
        let references = self.each(parts, parts.iter().map(|part| part.bytes), |bytes| keys.chunks.reference(bytes));
        let found = self.find_equal(parts, &references)?;
        let new = || parts.iter().zip(&references).zip(&found).filter(|(_, found)| matches!(found, Found::New(_)));
        let mut batch = self.batches.lend();
        for ((part, reference), found) in new() {
            if let Found::New(id) = found {
                batch.add(*id, reference, plain_bytes(part));
            }
        }
        let mut made = Vec::new();
        if !batch.is_empty() {
            let work: Vec<_> =
                new().map(|((part, reference), _)| (part.bytes, reference)).zip(batch.bodies()).collect();
            self.each(parts, work, |((bytes, reference), body)| keys.chunks.seal(reference, bytes, body));
            made = self.packs.append(&mut batch)?;
        }
        drop(batch);
        if self.packs.has_closed_unsynced() {
            self.wake_committer();
        }
        let appended = self.appended.fetch_add(1, Ordering::SeqCst) + 1;
        let mut made = made.into_iter();
        let mut own: HashMap<i64, Arc<Chunk>> = HashMap::new();
        for ((part, reference), found) in parts.iter().zip(references).zip(found) {
            let (chunk, appended) = match found {
                Found::Old(chunk, appended) => (chunk, appended),
                Found::Same(id) => match own.get(&id) {
                    Some(chunk) => (Arc::clone(chunk), appended),
                    None => return Err(FsError::Damaged(format!("chunk {id} was not made"))),
                },
                Found::New(id) => {
                    let place = made.next().ok_or_else(|| FsError::Damaged(format!("chunk {id} has no place")))?;
                    let chunk = Arc::new(Chunk::new(id, place, reference));
                    own.insert(id, Arc::clone(&chunk));
                    self.fresh.lock().add(Fresh { chunk: Arc::clone(&chunk), appended, findable: part.findable });
                    (chunk, appended)
                }
            };
            pieces.push(Piece { start: part.start, length: part.bytes.len() as u64, chunk, appended });
        }
        Ok(())
    }

    /// Does the same with each item: by the pool when it is worth while.
    fn each<T: Send, R: Send>(
        &self,
        parts: &[Part<'_>],
        items: impl IntoIterator<Item = T>,
        act: impl Fn(T) -> R + Send + Sync,
    ) -> Vec<R> {
        let bytes: usize = parts.iter().map(|part| part.bytes.len()).sum();
        if parts.len() < 2 || bytes < ALONE_BYTES {
            return items.into_iter().map(act).collect();
        }
        let items: Vec<T> = items.into_iter().collect();
        self.pool.install(|| items.into_par_iter().map(act).collect())
    }

    /// Looks for chunks of equal content: in the index, about to be in it, or among the parts themselves.
    fn find_equal(&self, parts: &[Part<'_>], references: &[ChunkRef]) -> Result<Vec<Found>> {
        let mut own: HashMap<&[u8; 32], i64> = HashMap::new();
        let mut found = Vec::with_capacity(parts.len());
        for (part, reference) in parts.iter().zip(references) {
            if part.findable {
                if let Some(id) = own.get(reference.hash()) {
                    found.push(Found::Same(*id));
                    continue;
                }
                if let Some((chunk, appended)) = self.find_chunk(reference.hash())?
                    && chunk.place().plain_bytes as usize == part.bytes.len()
                {
                    found.push(Found::Old(chunk, appended));
                    continue;
                }
            }
            let id = self.next_chunk.fetch_add(1, Ordering::Relaxed);
            if part.findable {
                own.insert(reference.hash(), id);
            }
            found.push(Found::New(id));
        }
        Ok(found)
    }

    fn find_chunk(&self, hash: &[u8; 32]) -> Result<Option<(Arc<Chunk>, u64)>> {
        if let Some(found) = self.fresh.lock().find(hash) {
            return Ok(Some(found));
        }
        let tree = self.tree.lock();
        let found = Chunk::find(&tree.db, hash)?.filter(|chunk| !self.unfindable.lock().contains(&chunk.id));
        Ok(found.map(|chunk| (Arc::new(chunk), 0)))
    }

    /// Ends a cut: puts the pieces in place, and back into `dirty` what was not stored.
    ///
    /// The bytes stay visible as `cutting` until every place is cleared: what is left of a torn inline extent must not
    /// hide a piece that is yet to be placed.
    fn splice(&self, node: &Node, runs: &Runs, pieces: Vec<Piece>) -> Result<()> {
        let ranges: Vec<Range<u64>> = pieces.iter().map(|piece| piece.start..piece.start + piece.length).collect();
        let (mut state, torn) = self.lock_to_splice(node, &ranges, false)?;
        if let Some(content) = &mut state.content {
            let newer = std::mem::take(&mut content.dirty);
            let before = runs.bytes() + newer.bytes();
            let mut left = not_stored(runs, &ranges);
            if left.is_empty() {
                left = newer;
            } else {
                for (start, run) in newer.iter() {
                    left.write(start, run);
                }
            }
            content.dirty = left;
            for range in ranges {
                content.clear(range, &torn);
            }
            content.cutting = None;
            for piece in pieces {
                content.unsynced = content.unsynced.max(piece.appended);
                let source = Source::Chunk { chunk: piece.chunk, skip: 0 };
                content.extents.insert(piece.start, Extent { length: piece.length, source });
            }
            self.count_dirty(content.dirty.bytes(), before);
        }
        Ok(())
    }
}

/// A cut that is under way. One that breaks off has its bytes dirty again, and nobody waits for it for ever.
struct Unfinished<'a> {
    shared: &'a Shared,
    node: &'a Node,
    runs: &'a Arc<Runs>,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let mut state = self.node.lock();
        if let Some(content) = &mut state.content
            && content.cutting.as_ref().is_some_and(|runs| Arc::ptr_eq(runs, self.runs))
        {
            let newer = std::mem::take(&mut content.dirty);
            let before = self.runs.bytes() + newer.bytes();
            content.dirty = (**self.runs).clone();
            newer.iter().for_each(|(start, run)| {
                content.dirty.write(start, run);
            });
            content.cutting = None;
            self.shared.count_dirty(content.dirty.bytes(), before);
        }
        drop(state);
        self.node.settled.notify_all();
    }
}

/// Whether the bytes of a part are stored already.
enum Found {
    /// By a chunk of before, and the append it relies on.
    Old(Arc<Chunk>, u64),
    /// By a chunk that an earlier part becomes.
    Same(i64),
    /// No: they become a chunk of this number.
    New(i64),
}

fn parts(runs: &Runs, size: u64) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (start, run) in runs.iter() {
        if run.len() <= ONE_CHUNK_BYTES {
            parts.push(Part { start, bytes: run, findable: start == 0 && run.len() as u64 >= size });
            continue;
        }
        for range in cartable_store::cut(run) {
            parts.push(Part { start: start + range.start as u64, bytes: &run[range], findable: true });
        }
    }
    parts
}

fn plain_bytes(part: &Part<'_>) -> u32 {
    u32::try_from(part.bytes.len()).unwrap_or(u32::MAX)
}

/// What of `runs` no range covers; both are in order, and no range crosses the end of a run.
fn not_stored(runs: &Runs, ranges: &[Range<u64>]) -> Runs {
    let mut left = Runs::default();
    let mut ranges = ranges.iter().peekable();
    for (start, run) in runs.iter() {
        let end = start + run.len() as u64;
        let mut at = start;
        while let Some(range) = ranges.next_if(|range| range.start < end) {
            left.write(at, &run[index(at - start)..index(range.start - start)]);
            at = range.end;
        }
        left.write(at, &run[index(at - start)..]);
    }
    left
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
