//! Making, opening and closing a space.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use cartable_crypto::{DEEP, SpaceKeys, erase_stack, erasing};
use cartable_store::{DiskBackend, PackNumber, Packs, index};
use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::batches::Batches;
use super::entries::FOLDER_SIZE;
use super::gate::Gate;
use super::rows::FreshChunks;
use super::state::{Era, Shared};
use super::{CommitId, Space, Tree};
use crate::db::{self, Opening};
use crate::error::{FsError, Result};
use crate::node::{Attr, Kind, NodeId, Time, times_to_bytes};
use crate::room::{Room, Volume};

/// About what an opening writes to the database's log.
const OPENING_BYTES: u64 = 64 << 10;
/// Folder of a space that holds its packs.
const PACKS: &str = "packs";

/// What remains to be known of a space that was closed.
#[derive(Debug, Clone, Copy)]
pub struct Closed {
    /// The state in which its database is now.
    pub commit: CommitId,
}

impl Space {
    /// Makes an empty space in `folder`, which must not be there, and opens it. Its root belongs to `owner` (user,
    /// group) and is closed to others.
    ///
    /// # Errors
    /// [`FsError::Io`] and [`FsError::Database`]; what was made is left behind then.
    pub fn create(folder: &Path, keys: SpaceKeys, owner: (u32, u32)) -> Result<Self> {
        let private = |path: &Path| fs::DirBuilder::new().mode(0o700).create(path);
        private(folder).map_err(FsError::io("making the space's folder"))?;
        private(&packs_folder(folder)).map_err(FsError::io("making the packs' folder"))?;
        let path = database_path(folder, keys.epoch);
        let db = db::open(&path, &keys.database, Opening::Create)?;
        insert_root(&db, owner)?;
        Self::start(folder, path, keys, db, false)
    }

    /// Opens the space in `folder` with the keys of its epoch. Nodes that lost their last name while they were open
    /// are removed.
    ///
    /// # Errors
    /// [`FsError::Damaged`] when the database does not open with these keys or is not ours.
    pub fn open(folder: &Path, keys: SpaceKeys) -> Result<Self> {
        let path = existing_database(folder, &keys)?;
        let db = db::open(&path, &keys.database, Opening::Existing)?;
        Self::start(folder, path, keys, db, false)
    }

    /// Opens the space in `folder` without writing anything: no change is possible.
    ///
    /// # Errors
    /// As [`Space::open`].
    pub fn open_reading(folder: &Path, keys: SpaceKeys) -> Result<Self> {
        let path = existing_database(folder, &keys)?;
        let db = db::open(&path, &keys.database, Opening::Reading)?;
        Self::start(folder, path, keys, db, true)
    }

    fn start(folder: &Path, database: PathBuf, keys: SpaceKeys, db: Connection, reading: bool) -> Result<Self> {
        let known = index::packs(&db)?;
        let packs_folder = packs_folder(folder);
        if !packs_folder.is_dir() {
            return Err(FsError::Damaged(format!("the folder {} is missing", packs_folder.display())));
        }
        let backend = DiskBackend::open(&packs_folder)?;
        let room = if reading { Room::look(folder)? } else { Room::open(folder)? };
        let (mut tree, era) = begin_era(db, database, keys, &room, reading)?;
        let packs = Packs::open(Arc::new(backend), Arc::clone(&era.keys), &known, tree.next_pack()?);
        let mut opening = [0; 16];
        if !reading {
            // On a full disk the reserve makes it possible to open, and to delete.
            room.before_commit(OPENING_BYTES)?;
            opening = tree.note_opening()?;
            // Durable before any chunk is numbered: numbers are in packs, and none must come to stand for two chunks.
            era.sync_log()?;
            room.after_commit();
        }
        let next_chunk = tree.next_chunk()?;
        let (next_version, etag_key) = tree.versions()?;
        let links = tree.links()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("seal-{n}"))
            .exit_handler(|_| erase_stack::<DEEP>())
            .build()
            .map_err(|error| FsError::io("starting threads")(std::io::Error::other(error)))?;
        let shared = Arc::new(Shared {
            room,
            reading,
            folder: folder.to_path_buf(),
            era: RwLock::new(Arc::new(era)),
            tree: Mutex::new(tree),
            nodes: Mutex::new(HashMap::new()),
            dirty: Mutex::new(HashSet::new()),
            urgent: Mutex::new(HashSet::new()),
            pins: Mutex::new(HashMap::new()),
            holds: Mutex::new(HashMap::new()),
            reaped: Mutex::new(Vec::new()),
            fresh: Mutex::new(FreshChunks::default()),
            unfindable: Mutex::new(HashSet::new()),
            next_chunk: AtomicI64::new(next_chunk),
            next_version: AtomicU64::new(next_version),
            etag_key,
            links: RwLock::new(links),
            doors: Mutex::default(),
            packs,
            pool,
            // One is appended while the next is sealed.
            batches: Batches::new(threads.max(2)),
            gate: Gate::default(),
            dirty_bytes: AtomicUsize::new(0),
            appended: AtomicU64::new(0),
            synced: AtomicU64::new(0),
            taking_chunks: RwLock::new(()),
            upkeep: Mutex::new(()),
        });
        shared.set_opening(opening);
        if reading {
            shared.refuse_changes();
            return Ok(Self { shared, committer: Mutex::new(None) });
        }
        shared.reap_orphans()?;
        let committer = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("commit".into())
                .spawn(move || erasing::<DEEP, _>(|| shared.keep_committing()))
                .map_err(FsError::io("starting a thread"))?
        };
        Ok(Self { shared, committer: Mutex::new(Some(committer)) })
    }

    /// Writes everything, copies the log into the database and closes both.
    ///
    /// # Errors
    /// [`FsError::Stopped`] when something could not be written.
    pub fn close(&self, access: &cartable_share::Access) -> Result<Closed> {
        self.shared.refuse_changes();
        if self.shared.reading {
            return Ok(Closed { commit: self.last_commit() });
        }
        self.sync_all(access)?;
        self.end_committer();
        self.shared.close_packs()?;
        self.sync_all(access)?;
        let commit = self.last_commit();
        self.shared.tree.lock().checkpoint("TRUNCATE")?;
        // A power cut must not bring the log back: a space that is remembered as closed has none, or it was altered.
        if let Some(log) = &self.shared.era().log {
            log.sync_all().map_err(FsError::io("syncing the emptied log"))?;
        }
        db::remove_log_on_close(&self.shared.tree.lock().db)?;
        Ok(Closed { commit })
    }

    /// What statfs(2) shows of the disk the space lies on.
    ///
    /// # Errors
    /// [`FsError::Io`].
    pub fn volume(&self, _access: &cartable_share::Access) -> Result<Volume> {
        self.shared.room.volume()
    }

    /// The folder that the space lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.shared.folder
    }

    /// The file that the database lies in.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.shared.era().database.clone()
    }

    fn end_committer(&self) {
        self.shared.stop_committing();
        if let Some(committer) = self.committer.lock().take() {
            // One that panicked has stopped the space (`Held`).
            let _ = committer.join();
        }
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.end_committer();
    }
}

/// Takes an open database for the one that the space works with, and opens its log, unless nothing is to be written.
pub(super) fn begin_era(
    db: Connection,
    database: PathBuf,
    keys: SpaceKeys,
    room: &Room,
    reading: bool,
) -> Result<(Tree, Era)> {
    // Written over from its start once it was copied, the log needs no new room: syncing it is cheaper then.
    db.execute_batch(&format!("PRAGMA journal_size_limit = {}", room.log_bytes()))?;
    let tree = Tree::of(db)?;
    let open = || File::options().write(true).open(db::log_of(&database));
    let log = (!reading).then(open).transpose().map_err(FsError::io("opening the database's log"))?;
    Ok((tree, Era { keys: Arc::new(keys), database, log }))
}

fn existing_database(folder: &Path, keys: &SpaceKeys) -> Result<PathBuf> {
    let path = database_path(folder, keys.epoch);
    if path.exists() { Ok(path) } else { Err(FsError::Damaged(format!("the database {} is missing", path.display()))) }
}

/// Where the packs of a space lie.
pub(super) fn packs_folder(folder: &Path) -> PathBuf {
    folder.join(PACKS)
}

/// Where the database of an epoch lies.
#[must_use]
pub fn database_path(folder: &Path, epoch: u32) -> PathBuf {
    folder.join(format!("space.{epoch}.db"))
}

fn insert_root(db: &Connection, (uid, gid): (u32, u32)) -> Result<()> {
    let now = Time::now();
    let root = Attr {
        id: NodeId::ROOT,
        kind: Kind::Folder,
        permissions: 0o700,
        uid,
        gid,
        links: 2,
        size: FOLDER_SIZE,
        stored_bytes: 0,
        device: 0,
        accessed: now,
        modified: now,
        changed: now,
        created: now,
        version: 1,
    };
    db.execute(
        "INSERT INTO nodes (id, mode, uid, gid, links, size, stored_bytes, device, times, version, change, parent, target)
         VALUES (1, ?1, ?2, ?3, 2, ?4, 0, 0, ?5, 1, 1, 1, NULL)",
        rusqlite::params![root.mode(), uid, gid, FOLDER_SIZE.cast_signed(), times_to_bytes(&root)],
    )?;
    Ok(())
}

impl Tree {
    fn of(mut db: Connection) -> Result<Self> {
        let wal_pages = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&wal_pages);
        db.wal_hook(Some(move |_: &mut Wal, pages| {
            counted.store(usize::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        let (counter, next_node, next_entry, next_inline, last_token) = db.query_row(
            "SELECT counter, next_node, next_entry, next_inline, last_token FROM state WHERE id = 1",
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?, row.get::<_, i64>(4)?)),
        )?;
        Ok(Self {
            db,
            in_batch: false,
            changes_before: 0,
            counter: counter.cast_unsigned(),
            wal_pages,
            next_node: next_node.cast_unsigned(),
            next_entry,
            next_inline,
            last_token: last_token.cast_unsigned(),
            token_commit: None,
            new_orphans: Vec::new(),
            nameless: HashSet::new(),
        })
    }

    fn next_pack(&self) -> Result<PackNumber> {
        Ok(self.db.query_row("SELECT next_pack FROM state WHERE id = 1", [], |row| row.get(0))?)
    }

    /// The next version of contents, and the key of entity tags.
    fn versions(&self) -> Result<(u64, [u8; 32])> {
        let (next, key): (i64, Vec<u8>) =
            self.db.query_row("SELECT next_version, etag_key FROM state WHERE id = 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let key = key.try_into().map_err(|_| FsError::Damaged("the key of entity tags".into()))?;
        Ok((next.cast_unsigned(), key))
    }

    fn next_chunk(&self) -> Result<i64> {
        Ok(self.db.query_row("SELECT next_chunk FROM state WHERE id = 1", [], |row| row.get(0))?)
    }

    /// Starts a new history from here: see [`CommitId`]. Each opening numbers its chunks and versions of contents from
    /// another multiple of 2^32, so that a number lost in a crash is never given to another.
    fn note_opening(&mut self) -> Result<[u8; 16]> {
        let mut opening = [0; 16];
        getrandom::fill(&mut opening)
            .map_err(|error| FsError::io("asking for randomness")(std::io::Error::other(error)))?;
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        self.db.execute(
            "UPDATE state SET counter = counter + 1, next_chunk = ((next_chunk >> 32) + 1) << 32,
             next_version = ((next_version >> 32) + 1) << 32 WHERE id = 1",
            [],
        )?;
        self.counter += 1;
        self.db.execute(
            "INSERT INTO openings (first_counter, id) VALUES (?1, ?2)",
            rusqlite::params![self.counter.cast_signed(), &opening[..]],
        )?;
        self.drop_old_tombstones()?;
        self.db.execute_batch("COMMIT")?;
        Ok(opening)
    }
}

impl Shared {
    /// Leaves to the next commits what lost its last name while it was open.
    fn reap_orphans(&self) -> Result<()> {
        let orphans: Vec<i64> = {
            let tree = self.tree.lock();
            let mut query = tree.db.prepare("SELECT node FROM orphans")?;
            query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let orphans: Vec<NodeId> = orphans.into_iter().map(NodeId::from_row).collect::<Result<_>>()?;
        self.reaped.lock().extend(orphans);
        Ok(())
    }
}
