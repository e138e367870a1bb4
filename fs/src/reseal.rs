//! Resealing: after a change of keys, old chunks are sealed again under the new ones, so that whoever once had the old keys reads
//! nothing of them in the bag's files any more. What they copied before, they have.
//!
//! Chunks are opened whole, sealed and appended, synced, and put into the index, a few at a time; a crash leaves each chunk under
//! one key or the other. The packs that nothing lies in any more go with the collection that follows.

use cartable_crypto::ChunkRef;
use cartable_share::{Access, Change};
use cartable_store::{Batch, index};
use serde::{Deserialize, Serialize};

use crate::check::Progress;
use crate::check::chunks::{self, Wanted};
use crate::error::{FsError, Result};
use crate::space::{Shared, Space};

/// Chunks sealed between two commits.
const ROUND: usize = 32;

/// What was resealed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resealed {
    /// Chunks that are under the newest keys now.
    pub chunks: u64,
    /// Chunks left as they are because they do not open: `check` tells of the files.
    pub damaged: u64,
}

impl Resealed {
    /// Adds what was done in another space.
    pub fn merge(&mut self, other: Self) {
        self.chunks += other.chunks;
        self.damaged += other.damaged;
    }
}

impl Space {
    /// Seals all chunks that are not under the newest keys again. Nobody else may use the space meanwhile, and
    /// [`Space::collect`] afterwards removes what was there before.
    ///
    /// # Errors
    /// [`FsError::Invalid`] when files are in use; those of reading and writing.
    pub fn reseal(&self, access: &Access, _change: &Change, progress: &mut dyn FnMut(Progress)) -> Result<Resealed> {
        let _alone = self.shared.upkeep.lock();
        self.sync_all(access)?;
        self.shared.reseal(progress)
    }
}

impl Shared {
    fn reseal(&self, progress: &mut dyn FnMut(Progress)) -> Result<Resealed> {
        let in_use = self.nodes.lock().values().any(|node| node.lock().content.is_some());
        if in_use {
            // Contents in memory name chunks by the keys they had.
            return Err(FsError::Invalid("a space in use is not resealed"));
        }
        let (all, _) = chunks::indexed(&self.tree.lock().db)?;
        let total = all.iter().map(|chunk| u64::from(chunk.place.plain_bytes)).sum();
        let (mut done, mut resealed) = (0, Resealed::default());
        for round in all.chunks(ROUND) {
            progress(Progress { done, total });
            self.reseal_round(round, &mut resealed)?;
            done += round.iter().map(|chunk| u64::from(chunk.place.plain_bytes)).sum::<u64>();
        }
        progress(Progress { done: total, total });
        Ok(resealed)
    }

    fn reseal_round(&self, round: &[Wanted], resealed: &mut Resealed) -> Result<()> {
        let keys = self.keys();
        let mut renewed: Vec<(i64, Vec<u8>, ChunkRef)> = Vec::new();
        for chunk in round {
            let Ok(plain) = chunks::open(self, chunk) else {
                resealed.damaged += 1;
                continue;
            };
            let reference = keys.chunks.reference(&plain);
            if reference.to_bytes() != chunk.reference.to_bytes() {
                renewed.push((chunk.id, plain, reference));
            }
        }
        if renewed.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        for (id, plain, reference) in &renewed {
            batch.add(*id, reference, u32::try_from(plain.len()).unwrap_or(u32::MAX));
        }
        for ((_, plain, reference), body) in renewed.iter().zip(batch.bodies()) {
            keys.chunks.seal(reference, plain, body);
        }
        let places = self.packs.append(&mut batch)?;
        self.sync_packs()?;
        let mut tree = self.tree.lock();
        tree.begin()?;
        for ((id, _, reference), place) in renewed.iter().zip(places) {
            let written = index::renew(&tree.db, *id, place, reference);
            self.stop_on_failure(written.map_err(FsError::from))?;
        }
        for pack in self.packs.take_new() {
            self.stop_on_failure(index::insert_pack(&tree.db, &pack).map_err(FsError::from))?;
        }
        drop(tree);
        resealed.chunks += renewed.len() as u64;
        self.commit_rows()
    }
}
