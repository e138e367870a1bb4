//! Reads chunks whole, many at a time, and says which do not open.

use cartable_crypto::ChunkRef;
use cartable_store::Place;
use rayon::prelude::*;
use rusqlite::Connection;

use super::Progress;
use crate::error::{FsError, Result};
use crate::space::Shared;

/// Chunks read between two reports of progress.
const ROUND: usize = 64;

/// A chunk to be read.
pub(crate) struct Wanted {
    /// Its number.
    pub(crate) id: i64,
    /// Where it is said to lie.
    pub(crate) place: Place,
    /// Its key and hash.
    pub(crate) reference: ChunkRef,
}

/// All chunks of the index in the order in which they lie, and the numbers of rows that make no sense.
pub(crate) fn indexed(db: &Connection) -> Result<(Vec<Wanted>, Vec<i64>)> {
    let mut query = db.prepare("SELECT id, pack, offset, plain_bytes, reference FROM chunks ORDER BY pack, offset")?;
    let mut rows = query.query([])?;
    let (mut wanted, mut senseless) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let place = (row.get(1), row.get::<_, i64>(2), row.get(3));
        let reference = row.get_ref(4)?.as_blob().ok().and_then(|bytes| <&[u8; 64]>::try_from(bytes).ok());
        match (place, reference) {
            ((Ok(pack), Ok(offset), Ok(plain_bytes)), Some(reference)) => wanted.push(Wanted {
                id,
                place: Place { pack, offset: offset.cast_unsigned(), plain_bytes },
                reference: ChunkRef::from_bytes(reference),
            }),
            _ => senseless.push(id),
        }
    }
    Ok((wanted, senseless))
}

/// Reads every chunk of `wanted` and calls `bad` for those that do not open or are not what they were.
pub(crate) fn read_all(
    shared: &Shared,
    wanted: &[Wanted],
    progress: &mut dyn FnMut(Progress),
    mut bad: impl FnMut(&Wanted, FsError),
) -> u64 {
    let total = wanted.iter().map(|chunk| u64::from(chunk.place.plain_bytes)).sum();
    let mut done = 0;
    progress(Progress { done, total });
    for round in wanted.chunks(ROUND) {
        let failures: Vec<(&Wanted, FsError)> = shared.pool.install(|| {
            let failure = |chunk| Some((chunk, open(shared, chunk).err()?));
            round.par_iter().filter_map(failure).collect()
        });
        for (chunk, error) in failures {
            bad(chunk, error);
        }
        done += round.iter().map(|chunk| u64::from(chunk.place.plain_bytes)).sum::<u64>();
        progress(Progress { done, total });
    }
    total
}

/// Reads one chunk whole. A length that no chunk has is refused before anything is allocated.
pub(crate) fn open(shared: &Shared, chunk: &Wanted) -> Result<Vec<u8>> {
    if u64::from(chunk.place.plain_bytes) > shared.packs.bytes(chunk.place.pack)? {
        return Err(FsError::Damaged(format!("chunk {} is longer than its pack", chunk.id)));
    }
    Ok(shared.packs.read_verified(&shared.keys().chunks, &chunk.reference, chunk.place)?)
}
