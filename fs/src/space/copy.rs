//! Copying a range of a file without copying its bytes: extents are shared.

use std::ops::Range;

use cartable_share::{Access, Change};

use super::attributes::SIZE_MAX;
use super::cut::Reason;
use super::{Space, WriteTimes};
use crate::error::{FsError, Result};
use crate::extent::{Extent, Source};
use crate::node::{NodeId, Time};

/// Bytes copied in one round where they must be copied.
const ROUND_BYTES: usize = 64 * 1024;

impl Space {
    /// Makes `length` bytes of `to` at its offset equal to those of `from`: chunks are shared, only what is stored
    /// inline is copied. Returns how many bytes there were: fewer than asked at the end of the source.
    ///
    /// # Errors
    /// [`FsError::Invalid`] for overlapping ranges of one file; those of reading and writing.
    pub fn copy_range(
        &self,
        access: &Access,
        change: &Change,
        from: (NodeId, u64),
        to: (NodeId, u64),
        length: u64,
    ) -> Result<u64> {
        let source = self.shared.node(from.0)?;
        self.shared.cut(&source, Reason::Settle)?;
        let taking_chunks = self.shared.taking_chunks.read();
        let (length, extents, loose, unsynced) = {
            let state = self.shared.lock_content(&source)?;
            let length = length.min(state.attr.size.saturating_sub(from.1));
            let Some(content) = &state.content else { return Err(FsError::NotFound) };
            let extents: Vec<(u64, Extent)> = content
                .extents
                .overlapping(from.1..from.1 + length)
                .map(|(start, extent)| (start, extent.clone()))
                .collect();
            // What a torn inline row left behind, or was written since, is in no extent.
            let loose = content.loose(&(from.1..from.1 + length));
            (length, extents, loose, content.unsynced)
        };
        let end = to.1.checked_add(length).filter(|end| *end <= SIZE_MAX).ok_or(FsError::FileTooLarge)?;
        if from.0 == to.0 && from.1 < end && to.1 < from.1 + length {
            return Err(FsError::Invalid("overlapping ranges"));
        }
        if length == 0 {
            return Ok(0);
        }
        self.shared.may_store(0)?;
        let shared = shared_parts(&extents, from.1..from.1 + length, to.1);
        let target = self.shared.node(to.0)?;
        let range = to.1..end;
        let (mut state, torn) = self.shared.lock_to_splice(&target, std::slice::from_ref(&range), true)?;
        state.grow(end);
        state.attr.touch(Time::now(), self.shared.next_version());
        state.set_dirty();
        if let Some(content) = &mut state.content {
            let gone = content.dirty.remove(range.clone());
            let grew = content.clear(range, &torn);
            self.shared.count_dirty(grew, gone);
            for (start, extent) in shared {
                content.extents.insert(start, extent);
            }
            content.unsynced = content.unsynced.max(unsynced);
        }
        drop(state);
        self.shared.mark_dirty(to.0);
        drop(taking_chunks);
        let inline = extents.into_iter().filter(|(_, extent)| matches!(extent.source, Source::Inline { .. }));
        let inline = inline.map(|(start, extent)| start.max(from.1)..(start + extent.length).min(from.1 + length));
        for part in inline.chain(loose) {
            let at = to.1 + (part.start - from.1);
            self.copy_bytes(access, change, (from.0, part), (to.0, at))?;
        }
        Ok(length)
    }

    fn copy_bytes(
        &self,
        access: &Access,
        change: &Change,
        (from, range): (NodeId, Range<u64>),
        (to, at): (NodeId, u64),
    ) -> Result<()> {
        let mut buffer = vec![0; ROUND_BYTES];
        let mut done = 0;
        while range.start + done < range.end {
            let wanted = usize::try_from(range.end - range.start - done).unwrap_or(ROUND_BYTES).min(ROUND_BYTES);
            let read = self.read(access, from, range.start + done, &mut buffer[..wanted])?;
            if read == 0 {
                break;
            }
            self.write(change, to, at + done, &buffer[..read], WriteTimes::Now, false)?;
            done += read as u64;
        }
        Ok(())
    }
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
