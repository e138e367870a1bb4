//! The chunk index: tables of the space's database that say where each chunk lies.
//!
//! Extents name a chunk by its growing number: an index by hash costs far more per insert on a million chunks. Hashes
//! stand in a table of their own, only of chunks that equal content may be found by again.

use cartable_crypto::ChunkRef;
use rusqlite::{Connection, params};

use crate::error::{Error, Result};
use crate::pack::PackName;
use crate::packs::{KnownPack, PackNumber, Place};

/// The tables.
pub const SCHEMA: &str = "
CREATE TABLE packs (
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    closed INTEGER NOT NULL
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    pack INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    plain_bytes INTEGER NOT NULL,
    reference BLOB NOT NULL
);
CREATE TABLE dedup (hash BLOB PRIMARY KEY, chunk INTEGER NOT NULL) WITHOUT ROWID;
";

/// Writes a chunk; `findable` when equal content may be found by its hash again.
///
/// # Errors
/// [`Error::Index`].
pub fn insert(db: &Connection, id: i64, place: Place, reference: &ChunkRef, findable: bool) -> Result<()> {
    db.prepare_cached("INSERT INTO chunks (id, pack, offset, plain_bytes, reference) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            id,
            place.pack,
            place.offset.cast_signed(),
            place.plain_bytes,
            reference.to_bytes().as_slice()
        ])?;
    if findable {
        db.prepare_cached("INSERT OR REPLACE INTO dedup (hash, chunk) VALUES (?1, ?2)")?
            .execute(params![&reference.hash()[..], id])?;
    }
    Ok(())
}

/// Says that a chunk lies elsewhere now.
///
/// # Errors
/// [`Error::Index`].
pub fn relocate(db: &Connection, id: i64, place: Place) -> Result<()> {
    db.prepare_cached("UPDATE chunks SET pack = ?2, offset = ?3 WHERE id = ?1")?.execute(params![
        id,
        place.pack,
        place.offset.cast_signed()
    ])?;
    Ok(())
}

/// Says that a chunk lies elsewhere now, sealed under another key; equal content is found by it from now on.
///
/// # Errors
/// [`Error::Index`].
pub fn renew(db: &Connection, id: i64, place: Place, reference: &ChunkRef) -> Result<()> {
    relocate(db, id, place)?;
    db.prepare_cached("UPDATE chunks SET reference = ?2 WHERE id = ?1")?
        .execute(params![id, reference.to_bytes().as_slice()])?;
    remember_hash(db, id, reference)
}

/// Writes a pack, or what changed of it.
///
/// # Errors
/// [`Error::Index`].
pub fn insert_pack(db: &Connection, pack: &KnownPack) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO packs (id, name, epoch, bytes, closed) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![pack.number, &pack.name.bytes()[..], pack.epoch, pack.bytes.cast_signed(), pack.closed])?;
    Ok(())
}

/// Reads all packs.
///
/// # Errors
/// [`Error::Index`], [`Error::NotAPack`] for a row that names none.
pub fn packs(db: &Connection) -> Result<Vec<KnownPack>> {
    let mut query = db.prepare("SELECT id, name, epoch, bytes, closed FROM packs ORDER BY id")?;
    let rows = query.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?, row.get::<_, i64>(3)?, row.get(4)?))
    })?;
    let mut packs = Vec::new();
    for row in rows {
        let (number, name, epoch, bytes, closed) = row?;
        let name: [u8; 16] = name
            .try_into()
            .map_err(|_| Error::NotAPack { name: format!("row {number}"), why: "its name has the wrong length" })?;
        packs.push(KnownPack { number, name: PackName::from_bytes(name), epoch, bytes: bytes.cast_unsigned(), closed });
    }
    Ok(packs)
}

/// Removes a chunk, and its hash.
///
/// # Errors
/// [`Error::Index`].
pub fn remove(db: &Connection, id: i64) -> Result<()> {
    forget_hash(db, id)?;
    db.prepare_cached("DELETE FROM chunks WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Makes a chunk one that equal content is not found by.
///
/// # Errors
/// [`Error::Index`].
pub fn forget_hash(db: &Connection, id: i64) -> Result<()> {
    // The hash is the second half of the reference.
    db.prepare_cached(
        "DELETE FROM dedup WHERE hash = (SELECT substr(reference, 33) FROM chunks WHERE id = ?1) AND chunk = ?1",
    )?
    .execute([id])?;
    Ok(())
}

/// Makes a chunk one that equal content is found by, unless there is another already.
///
/// # Errors
/// [`Error::Index`].
pub fn remember_hash(db: &Connection, id: i64, reference: &ChunkRef) -> Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO dedup (hash, chunk) VALUES (?1, ?2)")?
        .execute(params![&reference.hash()[..], id])?;
    Ok(())
}

/// Removes a pack.
///
/// # Errors
/// [`Error::Index`].
pub fn remove_pack(db: &Connection, number: PackNumber) -> Result<()> {
    db.prepare_cached("DELETE FROM packs WHERE id = ?1")?.execute([number])?;
    Ok(())
}
