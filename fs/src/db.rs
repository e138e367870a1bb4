//! The database of a space: its schema, and how it is opened so that nothing in the file is taken on trust.
//!
//! One connection, exclusive, WAL, `synchronous=NORMAL`: COMMIT itself waits for no disk; whoever promises durability
//! syncs the WAL afterwards (`commit`). `cache_spill` is off, so nothing reaches the file before COMMIT. Freed pages are not written over with zeros
//! (`secure_delete=FAST`): they are sealed anyway, and deleting must need little room on a full disk.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use cartable_crypto::DatabaseKey;
use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::error::{FsError, Result};

/// The version of this schema, kept as `user_version`.
pub(crate) const SCHEMA_VERSION: i32 = 3;

/// Bytes of a page, as SQLCipher has it unless told otherwise.
pub(crate) const PAGE_BYTES: u64 = 4096;

/// Bytes of a page in the log, with its header (<https://www.sqlite.org/fileformat2.html#walformat>).
pub(crate) const LOG_FRAME_BYTES: u64 = PAGE_BYTES + 24;

/// Tables of a space beside those of the chunk index.
pub(crate) const SCHEMA: &str = "
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    counter INTEGER NOT NULL,
    next_node INTEGER NOT NULL,
    next_entry INTEGER NOT NULL,
    next_chunk INTEGER NOT NULL,
    next_inline INTEGER NOT NULL,
    next_pack INTEGER NOT NULL,
    next_version INTEGER NOT NULL,
    last_token INTEGER NOT NULL,
    oldest_token INTEGER NOT NULL,
    etag_key BLOB NOT NULL
);
CREATE TABLE openings (first_counter INTEGER PRIMARY KEY, id BLOB NOT NULL);
CREATE TABLE nodes (
    id INTEGER PRIMARY KEY,
    mode INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    gid INTEGER NOT NULL,
    links INTEGER NOT NULL,
    size INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    device INTEGER NOT NULL,
    times BLOB NOT NULL,
    version INTEGER NOT NULL,
    change INTEGER NOT NULL,
    parent INTEGER,
    target BLOB
);
CREATE TABLE entries (
    parent INTEGER NOT NULL,
    name BLOB NOT NULL,
    id INTEGER NOT NULL,
    node INTEGER NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (parent, name)
) WITHOUT ROWID;
CREATE INDEX entries_in_order ON entries (parent, id, node);
CREATE TABLE extents (
    node INTEGER NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    skip INTEGER NOT NULL,
    PRIMARY KEY (node, start)
) WITHOUT ROWID;
CREATE TABLE inline (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE xattrs (
    node INTEGER NOT NULL,
    name BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (node, name)
) WITHOUT ROWID;
CREATE TABLE orphans (node INTEGER PRIMARY KEY);
CREATE TABLE tombstones (
    parent INTEGER NOT NULL,
    name BLOB NOT NULL,
    change INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    PRIMARY KEY (parent, name)
) WITHOUT ROWID;
CREATE TABLE locks (
    token BLOB PRIMARY KEY,
    path BLOB NOT NULL,
    shared INTEGER NOT NULL,
    deep INTEGER NOT NULL,
    owner BLOB NOT NULL,
    login BLOB NOT NULL,
    seconds INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE devices (
    slot BLOB PRIMARY KEY,
    login BLOB NOT NULL,
    name BLOB NOT NULL,
    used INTEGER NOT NULL,
    address BLOB NOT NULL
) WITHOUT ROWID;
";

/// Tables that came with version 3.
pub(crate) const SCHEMA_3: &str = "
CREATE TABLE spaces (
    id BLOB PRIMARY KEY,
    slot INTEGER NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    key BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE links (
    node INTEGER PRIMARY KEY,
    space BLOB NOT NULL,
    target INTEGER NOT NULL,
    edit INTEGER NOT NULL
);
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    version INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE UNIQUE INDEX records_by_key ON records (kind, key, version);
";

/// Free pages can be given back to the disk; to be said before the first table is made.
pub(crate) const SHRINKING: &str = "PRAGMA auto_vacuum = INCREMENTAL";

/// How a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It must not be there yet.
    Create,
    /// It must be there.
    Existing,
    /// It must be there, and nothing is written: neither it nor a log.
    Reading,
}

/// Opens the database at `path` with `key`, sets it up, and checks that it opens and has exactly our schema.
///
/// # Errors
/// [`FsError::Damaged`] when the key does not open it or the schema is not ours; [`FsError::Database`] otherwise.
pub(crate) fn open(path: &Path, key: &DatabaseKey, opening: Opening) -> Result<Connection> {
    if opening == Opening::Create {
        // SQLite would make it as readable as the umask allows, and its log likewise.
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        made.map_err(FsError::io("making the database"))?;
    }
    let log = log_of(path);
    for file in [path, &log] {
        // A pipe would keep us waiting for ever, a link lead elsewhere.
        if file.symlink_metadata().is_ok_and(|file| !file.is_file()) {
            return Err(FsError::Damaged(format!("{} is not a file", file.display())));
        }
    }
    let common = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let has_log = log.metadata().is_ok_and(|log| log.len() > 0);
    let db = match opening {
        Opening::Create | Opening::Existing => {
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | common)?
        }
        Opening::Reading if has_log => {
            // SQLite locks a database whose log it reads as one who writes; nothing is written all the same.
            let writable = OpenOptions::new().write(true).open(path);
            writable.map_err(FsError::io("opening a database that was not closed"))?;
            let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | common)?;
            db.execute_batch("PRAGMA query_only = ON")?;
            db
        }
        Opening::Reading => {
            // Without a log there is nothing to look for beside it, and SQLite would make one.
            let uri = format!("file:{}?immutable=1", escaped(path));
            Connection::open_with_flags(uri, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | common)?
        }
    };
    db.set_prepared_statement_cache_capacity(128);
    // A wrong key is answered as an error; SQLCipher would also write about it to standard error.
    db.execute_batch("PRAGMA cipher_log_level = NONE")?;
    apply_key(&db, "main", key)?;
    if opening == Opening::Create {
        db.execute_batch(SHRINKING)?;
    }
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Whoever closes in good order copies the log first. After a log that failed to sync nothing must: the next sync would
    // seem to succeed, and a power cut would leave the database newer than its log.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -24576; PRAGMA cache_spill = OFF;
         PRAGMA secure_delete = FAST;",
    )?;
    if opening != Opening::Reading {
        let mode: String =
            db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(|error| unreadable(path, error))?;
        if mode != "wal" {
            return Err(FsError::Damaged(format!("journal mode {mode}")));
        }
        db.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;")?;
    }
    match opening {
        Opening::Create => create_schema(&db)?,
        Opening::Existing if schema_version(&db).is_ok_and(|version| version == 2) => grow_schema(&db)?,
        Opening::Existing | Opening::Reading => check_schema(&db).map_err(|error| match error {
            FsError::Database(error) => unreadable(path, error),
            other => other,
        })?,
    }
    Ok(db)
}

/// The log that SQLite keeps beside a database.
pub(crate) fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// A path as a URI of SQLite has it (<https://www.sqlite.org/uri.html>).
fn escaped(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let bytes = path.as_os_str().as_bytes().iter();
    bytes.map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02x}") }).collect()
}

/// Lets SQLite remove the log when the connection ends: everything in it is in the database, durably.
pub(crate) fn remove_log_on_close(db: &Connection) -> Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Tells SQLCipher the raw key of an attached database.
pub(crate) fn apply_key(db: &Connection, schema: &str, key: &DatabaseKey) -> Result<()> {
    let value = key.pragma();
    let statement = zeroize::Zeroizing::new(format!("PRAGMA {schema}.key = \"{}\"", value.as_str()));
    db.execute_batch(&statement)?;
    Ok(())
}

fn create_schema(db: &Connection) -> Result<()> {
    db.execute_batch(&format!(
        "BEGIN; {SCHEMA} {SCHEMA_3} {} INSERT INTO state VALUES (1, 0, 2, 3, 1, 1, 1, 2, 0, 0, randomblob(32));
         PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;",
        cartable_store::index::SCHEMA
    ))?;
    Ok(())
}

/// Makes a database of version 2 one of version 3.
fn grow_schema(db: &Connection) -> Result<()> {
    check_tables(db, "")?;
    db.execute_batch(&format!("BEGIN; {SCHEMA_3} PRAGMA user_version = 3; COMMIT;"))?;
    Ok(())
}

fn schema_version(db: &Connection) -> Result<i32> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Compares the schema with the one we would make: a planted trigger or view is refused, not run.
fn check_schema(db: &Connection) -> Result<()> {
    let version = schema_version(db)?;
    if version != SCHEMA_VERSION {
        return Err(FsError::Damaged(format!("database schema {version}, expected {SCHEMA_VERSION}")));
    }
    check_tables(db, SCHEMA_3)
}

fn check_tables(db: &Connection, since: &str) -> Result<()> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(&format!("{SCHEMA} {since} {}", cartable_store::index::SCHEMA))?;
    if schema_of(db)? == schema_of(&model)? {
        Ok(())
    } else {
        Err(FsError::Damaged("the database's schema is not ours".into()))
    }
}

fn schema_of(db: &Connection) -> Result<Vec<(String, String, Option<String>)>> {
    let mut query = db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn unreadable(path: &Path, error: rusqlite::Error) -> FsError {
    let full = FsError::Database(error);
    if full.is_full() {
        return full;
    }
    let FsError::Database(error) = full else { return full };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    FsError::Damaged(format!("{name} does not open: {error}"))
}
