//! Copying a range of a file without copying its bytes: extents are shared.

use std::ops::Range;

use cartable_share::{Access, Change};

use super::Space;
use super::attributes::SIZE_MAX;
use super::content::Content;
use super::cut::Reason;
use super::state::Shared;
use crate::error::{FsError, Result};
use crate::extent::{Extent, Source};
use crate::node::{NodeId, Time};

/// Bytes copied at most in one round, where they can't be shared.
const ROUND_BYTES: u64 = 1 << 20;

impl Space {
    /// Makes `length` bytes of `to` at its offset equal to those of `from`: chunks are shared, only what is stored
    /// inline is copied. Returns how many bytes there were: fewer than asked at the end of the source.
    ///
    /// A crash leaves the beginning of the copy, in rounds: never its chunks without the bytes between them.
    ///
    /// # Errors
    /// [`FsError::Invalid`] for overlapping ranges of one file; those of reading and writing.
    pub fn copy_range(
        &self,
        _access: &Access,
        _change: &Change,
        from: (NodeId, u64),
        to: (NodeId, u64),
        length: u64,
    ) -> Result<u64> {
        let size = self.shared.lock_content(&*self.shared.node(from.0)?)?.attr.size;
        let length = length.min(size.saturating_sub(from.1));
        let end = to.1.checked_add(length).filter(|end| *end <= SIZE_MAX).ok_or(FsError::FileTooLarge)?;
        if from.0 == to.0 && from.1 < end && to.1 < from.1 + length {
            return Err(FsError::Invalid("overlapping ranges"));
        }
        let mut done = 0;
        while done < length {
            let part = self.shared.copy_round((from.0, from.1 + done), (to.0, to.1 + done), length - done)?;
            if part == 0 {
                break;
            }
            done += part;
        }
        Ok(done)
    }
}

impl Shared {
    /// Copies the beginning of a range, as far as one round goes; returns its length.
    fn copy_round(&self, from: (NodeId, u64), to: (NodeId, u64), length: u64) -> Result<u64> {
        let source = self.node(from.0)?;
        self.cut(&source, Reason::Settle)?;
        let taking_chunks = self.taking_chunks.read();
        let (range, extents, places, unsynced) = {
            let state = self.lock_content(&source)?;
            let Some(content) = &state.content else { return Err(FsError::NotFound) };
            let end = from.1.saturating_add(length).min(state.attr.size);
            let (range, places) = round(content, from.1..end);
            let overlapping = content.extents.overlapping(range.clone());
            let extents: Vec<(u64, Extent)> = overlapping.map(|(start, extent)| (start, extent.clone())).collect();
            (range, extents, places, content.unsynced)
        };
        if range.is_empty() {
            return Ok(0);
        }
        let mut copied = Vec::new();
        for place in places {
            let mut bytes = vec![0; usize::try_from(place.end - place.start).unwrap_or_default()];
            let read = self.read(&source, place.start, &mut bytes)?;
            bytes.truncate(read);
            copied.push((to.1 + (place.start - range.start), bytes));
        }
        self.may_store(copied.iter().map(|(_, bytes)| bytes.len()).sum())?;
        let shared = shared_parts(&extents, range.clone(), to.1);
        let target = self.node(to.0)?;
        let place = to.1..to.1 + (range.end - range.start);
        let (mut state, torn) = self.lock_to_splice(&target, std::slice::from_ref(&place), true)?;
        state.grow(place.end);
        state.attr.touch(Time::now(), self.next_version());
        state.set_dirty();
        let mut dirty = 0;
        if let Some(content) = &mut state.content {
            let gone = content.dirty.remove(place.clone());
            let mut grew = content.clear(place, &torn);
            for (start, extent) in shared {
                content.extents.insert(start, extent);
            }
            for (start, bytes) in copied {
                grew += content.write_with_extents(start, &bytes);
            }
            self.count_dirty(grew, gone);
            content.unsynced = content.unsynced.max(unsynced);
            dirty = content.dirty.bytes();
        }
        drop(state);
        self.mark_dirty(to.0);
        drop(taking_chunks);
        self.store_when_many(&target, dirty)?;
        Ok(range.end - range.start)
    }
}

/// How far one round of copying `range` goes, and the places in it whose bytes are in no chunk: inline rows, and what a
/// torn one left behind or was written since.
fn round(content: &Content, range: Range<u64>) -> (Range<u64>, Vec<Range<u64>>) {
    let inline = content.extents.overlapping(range.clone());
    let inline = inline.filter(|(_, extent)| matches!(extent.source, Source::Inline { .. }));
    let mut places: Vec<Range<u64>> = inline
        .map(|(start, extent)| start.max(range.start)..(start + extent.length).min(range.end))
        .chain(content.loose(&range))
        .collect();
    places.sort_unstable_by_key(|place| place.start);
    let (mut bytes, mut end) = (0, range.end);
    for place in &places {
        bytes += place.end - place.start;
        if bytes > ROUND_BYTES {
            end = place.end - (bytes - ROUND_BYTES);
            break;
        }
    }
    places.retain_mut(|place| {
        place.end = place.end.min(end);
        place.start < place.end
    });
    (range.start..end, places)
}

/// The parts of `extents` that lie in `range` of the source and can be shared, placed for a target that starts at `to`.
fn shared_parts(extents: &[(u64, Extent)], range: Range<u64>, to: u64) -> Vec<(u64, Extent)> {
    let mut parts = Vec::new();
    for (start, extent) in extents {
        if matches!(extent.source, Source::Inline { .. }) {
            continue;
        }
        let (from, end) = ((*start).max(range.start), (start + extent.length).min(range.end));
        let source = extent.source.from(from - start);
        parts.push((to + (from - range.start), Extent { length: end - from, source }));
    }
    parts
}
