//! Writing: bytes go into dirty runs at once and are stored when there are many, at fsync, or when the batch closes.

use std::sync::atomic::Ordering;

use cartable_share::Change;

use super::attributes::SIZE_MAX;
use super::cut::{Reason, STREAM_BYTES};
use super::state::Shared;
use super::{Node, Space};
use crate::error::{FsError, Result};
use crate::node::{NodeId, Time};

/// Dirty bytes of all files from which a writer first stores what it can.
const DIRTY_BYTES: usize = 32 << 20;

/// Who keeps the times of a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteTimes {
    /// The write happens now.
    Now,
    /// The caller sets the times itself, later, as the kernel does for pages that it wrote back. Until then the file is as new
    /// as its bytes.
    Kept,
}

impl Space {
    /// Writes `data` at `offset`; a gap before it is a hole. Returns whether set-id bits went, which `drop_set_ids` asks for.
    ///
    /// # Errors
    /// [`FsError::IsFolder`], [`FsError::FileTooLarge`] past 2^63 - 1, [`FsError::NoRoom`].
    pub fn write(
        &self,
        _change: &Change,
        id: NodeId,
        offset: u64,
        data: &[u8],
        times: WriteTimes,
        drop_set_ids: bool,
    ) -> Result<bool> {
        let end = offset.checked_add(data.len() as u64).filter(|end| *end <= SIZE_MAX).ok_or(FsError::FileTooLarge)?;
        self.shared.may_store(data.len())?;
        let node = self.shared.node(id)?;
        let (of_file, has_capability, clean_before, dropped) = {
            let mut state = self.shared.lock_content(&node)?;
            let clean_before = state.is_clean();
            match times {
                WriteTimes::Now => state.attr.touch(Time::now(), self.shared.next_version()),
                WriteTimes::Kept => {
                    state.attr.modified = Time::now();
                    state.attr.version = self.shared.next_version();
                }
            }
            let had = state.attr.permissions;
            if drop_set_ids {
                state.attr.drop_set_ids();
            }
            let dropped = had != state.attr.permissions;
            state.attr.size = state.attr.size.max(end);
            state.set_dirty();
            let Some(content) = &mut state.content else { return Err(FsError::NotFound) };
            let grew = content.dirty.write(offset, data);
            self.shared.count_dirty(grew, 0);
            (content.dirty.bytes(), content.has_capability, clean_before, dropped)
        };
        if clean_before {
            self.shared.mark_dirty(id);
        }
        if has_capability {
            self.shared.drop_capability(&node)?;
        }
        self.shared.store_when_many(&node, of_file)?;
        Ok(dropped)
    }
}

impl Shared {
    /// Stores dirty bytes when they are many, of this file, of which there are so many, or of all.
    pub(super) fn store_when_many(&self, node: &Node, dirty: usize) -> Result<()> {
        if dirty >= STREAM_BYTES {
            self.cut(node, Reason::Stream)?;
        }
        if self.dirty_bytes.load(Ordering::Relaxed) > DIRTY_BYTES {
            self.cut_all()?;
        }
        Ok(())
    }

    /// Keeps count of dirty bytes over all files.
    pub(super) fn count_dirty(&self, grew: usize, shrank: usize) {
        if grew > shrank {
            self.dirty_bytes.fetch_add(grew - shrank, Ordering::Relaxed);
        } else if shrank > grew {
            self.dirty_bytes.fetch_sub(shrank - grew, Ordering::Relaxed);
        }
    }
}
