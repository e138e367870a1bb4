//! Collecting: chunks that nothing names leave the index, and packs that are mostly dead are rewritten.
//!
//! Safe while the drive is in use:
//! - Dead are chunks that no extent of the database or of memory names, and that do not wait for their row. They are
//!   looked for while nobody is between finding a chunk and naming it (`taking_chunks`), and from that moment on equal
//!   content does not find them; their rows and hashes go in commits of their own.
//! - Packs are chosen in that same moment, never the one being written nor one with a chunk that has no row yet.
//! - Sealed bodies are copied unchanged, synced, relocated in one commit; when that is durable, the old packs go.
//!   Contents in memory may still name the old place: a reader that finds nothing there asks the index again.
//!
//! A crash leaves the old packs in place, or rows of packs without chunks, which the next collection removes.

use std::collections::{HashMap, HashSet};

use cartable_crypto::sealed_bytes;
use cartable_share::{Access, Change};
use cartable_store::{Batch, KnownPack, PackNumber, RECORD_HEADER_BYTES, index};
use serde::{Deserialize, Serialize};

use crate::check::Progress;
use crate::check::chunks::{self, Wanted};
use crate::error::{FsError, Result};
use crate::extent::Source;
use crate::space::{Shared, Space, Tree};

/// Packs shorter than this are put together when there are many.
const TINY_BYTES: u64 = 1 << 20;
/// So many tiny packs are left alone.
const TINY_PACKS: usize = 8;
/// Chunks moved between two reports of progress.
const ROUND: usize = 64;

/// Rows of dead chunks dropped in one commit.
const ROWS_AT_ONCE: usize = 4096;
/// Free pages of the database given back in one commit.
const PAGES_AT_ONCE: u32 = 1024;

/// What was collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// Chunks that nothing named and that left the index.
    pub chunks_dropped: u64,
    /// Chunks that were moved.
    pub chunks_moved: u64,
    /// Packs that were removed.
    pub packs_removed: u64,
    /// Bytes of these packs.
    pub bytes_removed: u64,
    /// Bytes written to other packs instead.
    pub bytes_written: u64,
    /// Packs left as they are because a chunk in them does not open: `check` tells of the files.
    pub packs_damaged: u64,
}

impl Collected {
    /// Adds what was collected in another space.
    pub fn merge(&mut self, other: Self) {
        self.chunks_dropped += other.chunks_dropped;
        self.chunks_moved += other.chunks_moved;
        self.packs_removed += other.packs_removed;
        self.bytes_removed += other.bytes_removed;
        self.bytes_written += other.bytes_written;
        self.packs_damaged += other.packs_damaged;
    }
}

/// A pack to be rewritten, and what must be kept of it.
struct Victim {
    number: PackNumber,
    bytes: u64,
    live: Vec<Wanted>,
}

impl Space {
    /// Gives the room of what was deleted back to the disk.
    ///
    /// # Errors
    /// [`FsError::Damaged`] when the database is damaged or lacks chunks that files name: then nothing is collected.
    pub fn collect(&self, access: &Access, _change: &Change, progress: &mut dyn FnMut(Progress)) -> Result<Collected> {
        let _alone = self.shared.upkeep.lock();
        match self.sync_all(access) {
            // Contents without room stay in memory: collecting is what makes room for them.
            Err(error) if error.is_full() => {}
            other => other?,
        }
        let mut collected = Collected::default();
        let (dead, victims) = self.shared.find_dead()?;
        collected.chunks_dropped = dead.len() as u64;
        // Rows of dead chunks are gone for good before any pack goes.
        let dropped = self.shared.drop_rows(&dead);
        let mut unfindable = self.shared.unfindable.lock();
        dead.iter().for_each(|id| {
            unfindable.remove(id);
        });
        drop(unfindable);
        dropped?;
        self.shared.rewrite(victims, &mut collected, progress)?;
        self.shared.shrink_database()?;
        Ok(collected)
    }
}

impl Shared {
    /// Finds the chunks that nothing names, from now on not to be found by equal content either, and chooses packs.
    fn find_dead(&self) -> Result<(Vec<i64>, Vec<Victim>)> {
        let _nobody_takes = self.taking_chunks.write();
        let tree = self.tree_of_now()?;
        tree.refuse_damaged()?;
        let (indexed, _) = chunks::indexed(&tree.db)?;
        let mut live = named_in_database(&tree)?;
        let have: HashSet<i64> = indexed.iter().map(|chunk| chunk.id).collect();
        if live.iter().any(|id| !have.contains(id)) {
            return Err(FsError::Damaged("the index lacks chunks that files name: repair comes first".into()));
        }
        self.add_named_in_memory(&mut live);
        let fresh: HashSet<PackNumber> = self.fresh.lock().chunks().map(|chunk| chunk.place().pack).collect();
        let mut dead = Vec::new();
        let mut kept: HashMap<PackNumber, Vec<Wanted>> = HashMap::new();
        for chunk in indexed {
            if live.contains(&chunk.id) {
                kept.entry(chunk.place.pack).or_default().push(chunk);
            } else {
                dead.push(chunk.id);
            }
        }
        self.unfindable.lock().extend(&dead);
        let writing = self.packs.open_pack();
        let free = |pack: &KnownPack| writing != Some(pack.number) && !fresh.contains(&pack.number);
        let packs = index::packs(&tree.db)?.into_iter().filter(free);
        Ok((dead, choose(packs.map(|pack| self.victim(&pack, &mut kept)).collect())))
    }

    /// Drops the rows of dead chunks, a few in each commit: on a full disk a commit must be small.
    fn drop_rows(&self, dead: &[i64]) -> Result<()> {
        for round in dead.chunks(ROWS_AT_ONCE) {
            let mut tree = self.tree.lock();
            tree.begin()?;
            for id in round {
                self.stop_on_failure(index::remove(&tree.db, *id).map_err(FsError::from))?;
            }
            drop(tree);
            self.commit_rows()?;
        }
        Ok(())
    }

    fn victim(&self, pack: &KnownPack, kept: &mut HashMap<PackNumber, Vec<Wanted>>) -> Victim {
        // A pack whose object is gone has no bytes; with chunks in it, moving fails and it is left alone.
        let bytes = self.packs.bytes(pack.number).unwrap_or(0);
        Victim { number: pack.number, bytes, live: kept.remove(&pack.number).unwrap_or_default() }
    }

    fn add_named_in_memory(&self, live: &mut HashSet<i64>) {
        let nodes: Vec<_> = self.nodes.lock().values().cloned().collect();
        for node in nodes {
            let state = node.lock();
            let Some(content) = &state.content else { continue };
            live.extend(content.extents.overlapping(0..u64::MAX).filter_map(|(_, extent)| match &extent.source {
                Source::Chunk { chunk, .. } => Some(chunk.id),
                Source::Lost { .. } | Source::Inline { .. } => None,
            }));
        }
        live.extend(self.fresh.lock().chunks().map(|chunk| chunk.id));
    }

    fn rewrite(
        &self,
        victims: Vec<Victim>,
        collected: &mut Collected,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<()> {
        let total = victims.iter().map(Victim::live_bytes).sum();
        let mut done = 0;
        for victim in victims {
            progress(Progress { done, total });
            let live: Vec<&Wanted> = victim.live.iter().collect();
            if live.iter().any(|chunk| chunks::open(self, chunk).is_err()) {
                collected.packs_damaged += 1;
                continue;
            }
            for round in live.chunks(ROUND) {
                self.move_chunks(round)?;
            }
            self.remove_pack(&victim, collected)?;
            collected.chunks_moved += live.len() as u64;
            collected.bytes_written += victim.live_bytes();
            done += victim.live_bytes();
        }
        progress(Progress { done: total, total });
        self.commit_rows()
    }

    /// Gives the free pages of the database back to the disk, a few at a time: each round moves pages through the log.
    fn shrink_database(&self) -> Result<()> {
        loop {
            let mut tree = self.tree.lock();
            let free = tree.free_pages()?;
            if free == 0 {
                return Ok(());
            }
            tree.begin()?;
            let moved = tree.give_back(PAGES_AT_ONCE);
            self.stop_on_failure(moved)?;
            let left = tree.free_pages()?;
            drop(tree);
            self.commit_rows()?;
            // A database made without that ability stays as large as it is.
            if left >= free {
                return Ok(());
            }
        }
    }

    /// Removes a pack in which no chunk lies any more, durably.
    fn remove_pack(&self, victim: &Victim, collected: &mut Collected) -> Result<()> {
        self.packs.remove(victim.number)?;
        collected.packs_removed += 1;
        collected.bytes_removed += victim.bytes;
        let mut tree = self.tree.lock();
        tree.begin()?;
        self.stop_on_failure(index::remove_pack(&tree.db, victim.number).map_err(FsError::from))
    }

    /// Copies sealed bodies to the pack being written and says so in the index, durably when this returns. Chunks that
    /// left the index meanwhile stay out of it.
    pub(crate) fn move_chunks(&self, chunks: &[&Wanted]) -> Result<()> {
        let mut batch = Batch::default();
        for chunk in chunks {
            batch.add(chunk.id, &chunk.reference, chunk.place.plain_bytes);
        }
        for (chunk, body) in chunks.iter().zip(batch.bodies()) {
            self.packs.read_sealed(chunk.place, body)?;
        }
        let places = self.packs.append(&mut batch)?;
        self.sync_packs()?;
        let mut tree = self.tree.lock();
        tree.begin()?;
        for (chunk, place) in chunks.iter().zip(places) {
            self.stop_on_failure(index::relocate(&tree.db, chunk.id, place).map_err(FsError::from))?;
        }
        for pack in self.packs.take_new() {
            self.stop_on_failure(index::insert_pack(&tree.db, &pack).map_err(FsError::from))?;
        }
        drop(tree);
        self.commit_rows()
    }
}

impl Space {
    /// Reads all pages of the database.
    pub(crate) fn refuse_damaged(&self) -> Result<()> {
        self.shared.tree.lock().refuse_damaged()
    }
}

impl Tree {
    /// A page that was altered could hide that a chunk lives.
    fn refuse_damaged(&self) -> Result<()> {
        let mut query = self.db.prepare("PRAGMA cipher_integrity_check")?;
        if query.exists([])? { Err(FsError::Damaged("the database has altered pages".into())) } else { Ok(()) }
    }

    /// Gives up to so many free pages back. The pragma does one for each row that is asked of it.
    fn give_back(&mut self, pages: u32) -> Result<()> {
        let mut statement = self.db.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    fn free_pages(&self) -> Result<i64> {
        Ok(self.db.query_row("PRAGMA freelist_count", [], |row| row.get(0))?)
    }
}

impl Victim {
    fn live_bytes(&self) -> u64 {
        let record = |chunk: &Wanted| RECORD_HEADER_BYTES as u64 + u64::from(sealed_bytes(chunk.place.plain_bytes));
        self.live.iter().map(record).sum()
    }
}

/// Packs of which less than half lives, and tiny ones when there are many.
fn choose(packs: Vec<Victim>) -> Vec<Victim> {
    let tiny = packs.iter().filter(|pack| pack.bytes < TINY_BYTES).count();
    packs
        .into_iter()
        .filter(|pack| pack.live_bytes() * 2 < pack.bytes.max(1) || tiny > TINY_PACKS && pack.bytes < TINY_BYTES)
        .collect()
}

fn named_in_database(tree: &Tree) -> Result<HashSet<i64>> {
    let mut query = tree.db.prepare("SELECT DISTINCT chunk FROM extents WHERE chunk >= 0")?;
    let ids = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
