//! Cutting: dirty runs become chunks, addressed, deduplicated, sealed in parallel and appended to packs.
//!
//! While a cut runs, its bytes stay readable as `cutting`, and writers go on into `dirty`. When it ends, the new
//! extents are spliced in. Rows are written by the next commit, and only once the packs are synced.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::Node;
use super::content::INLINE_BYTES;
use super::rows::Fresh;
use super::state::Shared;
use crate::error::Result;
use crate::extent::{Chunk, Extent, Source};
use crate::node::NodeId;
use crate::runs::Runs;

/// A run up to this long is one chunk; a longer one is a stream, cut where its content says.
const ONE_CHUNK_BYTES: usize = 64 * 1024;
/// A stream's last piece is kept back while the stream grows, unless it is this long already.
const TAIL_BYTES: usize = 1 << 20;

/// Why bytes are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// There are many; more will follow, so the last piece may wait.
    Stream,
    /// Everything must be stored.
    Settle,
}

/// A piece of a run on its way to become an extent.
struct Piece {
    start: u64,
    length: u64,
    chunk: Arc<Chunk>,
    /// Count of the append it relies on; 0 when an old chunk serves.
    appended: u64,
}

thread_local! {
    static SEALED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
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

    /// Cuts the dirty runs of a file. Waits for a cut that is under way, except that a stream leaves it alone.
    ///
    /// On failure the bytes are dirty again: nothing acknowledged is dropped.
    pub(super) fn cut(&self, node: &Node, reason: Reason) -> Result<()> {
        let _chunks = self.taking_chunks.read();
        let (runs, size) = {
            let mut state = self.lock_content(node)?;
            while let Some(content) = &state.content {
                match (&content.cutting, reason) {
                    (None, _) => break,
                    (Some(_), Reason::Stream) => return Ok(()),
                    (Some(_), Reason::Settle) => node.settled.wait(&mut state),
                }
            }
            let size = state.attr.size;
            let Some(content) = &mut state.content else { return Ok(()) };
            if content.dirty.is_empty() {
                return Ok(());
            }
            let runs = Arc::new(std::mem::take(&mut content.dirty));
            content.cutting = Some(Arc::clone(&runs));
            (runs, size)
        };
        let (pieces, failure) = match self.store(&runs, size, reason) {
            Ok(pieces) => (pieces, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        self.splice(node, &runs, pieces)?;
        failure.map_or(Ok(()), Err)
    }

    fn store(&self, runs: &Runs, size: u64, reason: Reason) -> Result<Vec<Piece>> {
        let mut parts: Vec<(u64, &[u8], bool)> = Vec::new();
        for (start, run) in runs.iter() {
            let whole = start == 0 && run.len() as u64 >= size;
            if run.len() <= ONE_CHUNK_BYTES {
                parts.push((start, run, whole));
                continue;
            }
            for range in cartable_store::cut(run) {
                let last = range.end == run.len();
                if last && reason == Reason::Stream && range.len() < TAIL_BYTES && range.start > 0 {
                    continue;
                }
                parts.push((start + range.start as u64, &run[range], true));
            }
        }
        if let [(start, bytes, findable)] = parts[..] {
            return Ok(vec![self.store_piece(start, bytes, findable)?]);
        }
        self.pool.install(|| {
            parts.into_par_iter().map(|(start, bytes, findable)| self.store_piece(start, bytes, findable)).collect()
        })
    }

    fn store_piece(&self, start: u64, bytes: &[u8], findable: bool) -> Result<Piece> {
        let length = bytes.len() as u64;
        let reference = self.cipher().reference(bytes);
        if findable
            && let Some((chunk, appended)) = self.find_equal(reference.hash())?
            && u64::from(chunk.place().plain_bytes) == length
        {
            return Ok(Piece { start, length, chunk, appended });
        }
        let plain_bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let id = self.next_chunk.fetch_add(1, Ordering::Relaxed);
        let place = SEALED.with_borrow_mut(|sealed| {
            sealed.clear();
            self.cipher().seal(&reference, bytes, sealed);
            self.packs.append(id, &reference, sealed, plain_bytes)
        })?;
        let appended = self.appended.fetch_add(1, Ordering::SeqCst) + 1;
        let chunk = Arc::new(Chunk::new(id, place, reference));
        self.fresh.lock().add(Fresh { chunk: Arc::clone(&chunk), appended, findable });
        Ok(Piece { start, length, chunk, appended })
    }

    /// A chunk of equal content, in the index or about to be.
    fn find_equal(&self, hash: &[u8; 32]) -> Result<Option<(Arc<Chunk>, u64)>> {
        if let Some(found) = self.fresh.lock().find(hash) {
            return Ok(Some(found));
        }
        let tree = self.tree.lock();
        Ok(Chunk::find(&tree.db, hash)?.map(|chunk| (Arc::new(chunk), 0)))
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
        drop(state);
        node.settled.notify_all();
        Ok(())
    }
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
