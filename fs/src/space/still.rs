//! Standing still: from here on nothing can be committed, cut, collected or made in the tree, and all that was is durable.

use std::ops::{Deref, DerefMut};

use cartable_share::Access;
use parking_lot::{MutexGuard, RwLockWriteGuard};

use super::gate::Held;
use super::{Space, Tree};
use crate::error::Result;

/// A space that stands still as long as this lives; readers of what is in memory or in packs go on.
pub(super) struct Still<'a> {
    tree: MutexGuard<'a, Tree>,
    _commits: Held<'a>,
    _chunks: RwLockWriteGuard<'a, ()>,
    _upkeep: MutexGuard<'a, ()>,
}

impl Space {
    /// Makes everything durable and stands still.
    ///
    /// # Errors
    /// As [`Space::sync_all`].
    pub(super) fn stand_still(&self, access: &Access) -> Result<Still<'_>> {
        let shared = &*self.shared;
        let upkeep = shared.upkeep.lock();
        self.sync_all(access)?;
        // In this order: who commits also cuts.
        let commits = shared.hold_commits()?;
        let chunks = shared.taking_chunks.write();
        shared.close_packs()?;
        let mut tree = shared.tree_of_now()?;
        shared.stop_on_failure(shared.commit_held(&mut tree))?;
        Ok(Still { tree, _commits: commits, _chunks: chunks, _upkeep: upkeep })
    }
}

impl Deref for Still<'_> {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.tree
    }
}

impl DerefMut for Still<'_> {
    fn deref_mut(&mut self) -> &mut Tree {
        &mut self.tree
    }
}
