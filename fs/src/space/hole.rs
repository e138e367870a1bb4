//! Holes: making them, and finding where data and holes begin.

use std::ops::Range;

use cartable_share::{Access, Change};

use super::Space;
use super::attributes::SIZE_MAX;
use crate::error::{FsError, Result};
use crate::node::{NodeId, Time};

/// What lseek(2) looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// The next byte that is stored.
    Data,
    /// The next byte that is not; the end of the file counts as one.
    Hole,
}

impl Space {
    /// Makes a hole of `range`. With `keep_size` the file does not grow.
    ///
    /// # Errors
    /// [`FsError::FileTooLarge`], [`FsError::IsFolder`].
    pub fn punch(&self, _change: &Change, id: NodeId, range: Range<u64>, keep_size: bool) -> Result<()> {
        self.shared.check_running()?;
        if range.end > SIZE_MAX {
            return Err(FsError::FileTooLarge);
        }
        let node = self.shared.node(id)?;
        let (mut state, torn) = self.shared.lock_to_splice(&node, std::slice::from_ref(&range), true)?;
        if !keep_size {
            state.grow(range.end);
        }
        state.attr.touch(Time::now(), self.shared.next_version());
        state.set_dirty();
        if let Some(content) = &mut state.content {
            let gone = content.dirty.remove(range.clone());
            let grew = content.clear(range, &torn);
            self.shared.count_dirty(grew, gone);
        }
        drop(state);
        self.shared.mark_dirty(id);
        Ok(())
    }

    /// Makes room for `range`: the file grows to hold it unless `keep_size`. Stored bytes never move for lack of
    /// room once written, so nothing else is set aside.
    ///
    /// # Errors
    /// [`FsError::NoRoom`] when the disk could not take the range, [`FsError::FileTooLarge`].
    pub fn allocate(&self, _change: &Change, id: NodeId, range: Range<u64>, keep_size: bool) -> Result<()> {
        if range.end > SIZE_MAX {
            return Err(FsError::FileTooLarge);
        }
        self.shared.may_store(usize::try_from(range.end - range.start).unwrap_or(usize::MAX / 2))?;
        let node = self.shared.node(id)?;
        let mut state = self.shared.lock_content(&node)?;
        if !keep_size && range.end > state.attr.size {
            state.grow(range.end);
            state.attr.touch(Time::now(), self.shared.next_version());
            state.set_dirty();
            self.shared.mark_dirty(id);
        }
        Ok(())
    }

    /// Finds the next data or hole from `offset` on.
    ///
    /// # Errors
    /// [`FsError::PastEnd`] when there is none before the end of the file.
    pub fn seek(&self, _access: &Access, id: NodeId, offset: u64, what: Seek) -> Result<u64> {
        let node = self.shared.node(id)?;
        let state = self.shared.lock_content(&node)?;
        let size = state.attr.size;
        if offset >= size {
            return Err(FsError::PastEnd);
        }
        let Some(content) = &state.content else { return Err(FsError::NotFound) };
        match what {
            Seek::Data => content.data_from(offset).filter(|at| *at < size).ok_or(FsError::PastEnd),
            Seek::Hole => {
                let mut at = offset;
                while let Some(end) = content.data_end(at).filter(|_| at < size) {
                    at = end;
                }
                Ok(at.min(size))
            }
        }
    }
}
