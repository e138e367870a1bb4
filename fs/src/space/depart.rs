//! A folder that becomes a space of its own: its rows go into another database, its contents stay where they are.
//!
//! From the copy of the rows to the commit nothing can be committed, cut or collected, as in `rekey`. The packs in which the
//! contents lie are linked into the folder of the new space: a pack is never written again once it is closed, so both spaces may name
//! it, and each removes its own name. One commit then takes the rows away and puts a link in their place: after a crash
//! the folder is as it was, or it is shown from the new space, whole.
//!
//! Files that have another name outside of the folder are in both spaces afterwards, as two files. Chunks whose keys went along are
//! found by equal content no more: whoever is given the new space could have replaced them.

use std::path::Path;

use cartable_crypto::{SpaceId, SpaceKey, SpaceKeys};
use cartable_share::Access;
use cartable_store::{DiskBackend, PackName};
use rusqlite::params;
use zeroize::Zeroizing;

use super::open::packs_folder;
use super::state::Shared;
use super::still::Still;
use super::{Link, Space};
use crate::error::{FsError, Result};
use crate::node::NodeId;

/// A space that stands still while a folder of it leaves. Dropped before the commit, nothing happened.
pub(crate) struct Departing<'a> {
    shared: &'a Shared,
    folder: NodeId,
    tree: Still<'a>,
}

impl Space {
    /// Makes everything durable and holds this space still, for `folder` to leave it.
    ///
    /// # Errors
    /// [`FsError::NotFolder`]; [`FsError::InUse`] for the root, for a folder in which another space is shown, and while anybody has
    /// anything in it open; those of making it durable. The space goes on as before.
    pub(crate) fn begin_departure(&self, access: &Access, folder: NodeId) -> Result<Departing<'_>> {
        let departing = Departing { shared: &self.shared, folder, tree: self.stand_still(access)? };
        self.shared.folder_to_add_to(&departing.tree, folder)?;
        if folder == NodeId::ROOT {
            return Err(FsError::InUse);
        }
        self.shared.refuse_links_in(&departing.tree, folder)?;
        departing.list()?;
        departing.refuse_users()?;
        Ok(departing)
    }

    /// Waits until nobody checks or collects the space.
    pub(crate) fn wait_for_upkeep(&self) {
        drop(self.shared.upkeep.lock());
    }
}

impl Departing<'_> {
    /// Copies all that lies in the folder into an empty, closed space: its database `target`, under `keys`, and its packs. The copy is
    /// durable, but for names of files in the folder of the new space.
    ///
    /// # Errors
    /// [`FsError::Database`], [`FsError::Io`], [`FsError::NoRoom`]: nothing happened to this space.
    pub(crate) fn copy_into(&self, keys: &SpaceKeys, target: &Path) -> Result<()> {
        self.copy_rows(keys, target)?;
        self.link_packs(target)
    }

    /// Lists the nodes below the folder, and how many names each has there.
    fn list(&self) -> Result<()> {
        self.tree.db.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS leaving (node INTEGER PRIMARY KEY, names INTEGER NOT NULL, stays INTEGER NOT NULL);
             DELETE FROM leaving;",
        )?;
        self.tree.db.execute(
            "WITH RECURSIVE inside (node) AS (
                 VALUES (?1) UNION SELECT e.node FROM inside i JOIN entries e ON e.parent = i.node
             )
             INSERT INTO leaving
             SELECT e.node, count(*), n.mode & 61440 != 16384 AND n.links > count(*)
             FROM inside i JOIN entries e ON e.parent = i.node JOIN nodes n ON n.id = e.node GROUP BY e.node",
            [self.folder.row()],
        )?;
        Ok(())
    }

    /// Refuses while anybody knows a node that leaves, or has written to one what is not stored yet.
    fn refuse_users(&self) -> Result<()> {
        if self.shared.is_pinned(self.folder) {
            return Err(FsError::InUse);
        }
        let mut query = self.tree.db.prepare("SELECT node FROM leaving WHERE NOT stays")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let id = NodeId::from_row(row.get(0)?)?;
            let unsaved = self.shared.nodes.lock().get(&id).is_some_and(|node| !node.lock().is_clean());
            if unsaved || self.shared.is_pinned(id) {
                return Err(FsError::InUse);
            }
        }
        Ok(())
    }

    fn copy_rows(&self, keys: &SpaceKeys, target: &Path) -> Result<()> {
        let db = &self.tree.db;
        let path = target.to_str().ok_or(FsError::Invalid("path"))?;
        let key = keys.database.pragma();
        let attach = Zeroizing::new(format!("ATTACH DATABASE ?1 AS target KEY \"{}\"", key.as_str()));
        db.execute(&attach, [path])?;
        let copied = self
            .copy_into_target()
            .and_then(|()| Ok(db.query_row("PRAGMA target.wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?));
        let detached = db.execute_batch("DETACH DATABASE target");
        copied?;
        detached?;
        let synced = std::fs::File::open(target).and_then(|file| file.sync_all());
        synced.map_err(FsError::io("syncing the new database"))
    }

    fn copy_into_target(&self) -> Result<()> {
        let (db, folder) = (&self.tree.db, self.folder.row());
        let done = (|| {
            db.execute_batch("BEGIN IMMEDIATE")?;
            for statement in COPY {
                let mut prepared = db.prepare(statement)?;
                let wanted = prepared.parameter_count();
                prepared.execute(rusqlite::params_from_iter(std::iter::repeat_n(folder, wanted)))?;
            }
            // Numbers go on from here: none is given to two things that were ever in the same space.
            db.execute(
                "UPDATE target.state SET counter = ?1, next_node = ?2, next_entry = ?3, next_inline = ?4, next_chunk =
                     (SELECT next_chunk FROM main.state), next_pack = (SELECT next_pack FROM main.state), next_version =
                     (SELECT next_version FROM main.state), last_token = 0, oldest_token = ?1",
                params![
                    self.tree.counter.cast_signed(),
                    NodeId(self.tree.next_node).row(),
                    self.tree.next_entry,
                    self.tree.next_inline
                ],
            )?;
            Ok(db.execute_batch("COMMIT")?)
        })();
        if done.is_err() {
            // Nothing of it is wanted; whether it can be said or not, the file is thrown away.
            let _ = db.execute_batch("ROLLBACK");
        }
        done
    }

    /// Gives the packs in which the contents lie a second name, in the folder of the new space.
    fn link_packs(&self, target: &Path) -> Result<()> {
        let names: Vec<Vec<u8>> = {
            let mut query = self.tree.db.prepare(&format!("SELECT name FROM packs WHERE id IN ({PACKS_LEAVING})"))?;
            query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let own = DiskBackend::open(&packs_folder(&self.shared.folder))?;
        let to = DiskBackend::open(&packs_folder(target.parent().unwrap_or(target)))?;
        for name in names {
            let name = name.try_into().map_err(|_| FsError::Damaged("the name of a pack".into()))?;
            own.link(&PackName::from_bytes(name).object(), &to)?;
        }
        Ok(())
    }

    /// Takes the folder's rows away, keeps the key of `space` and shows its root there, in one durable commit.
    ///
    /// # Errors
    /// A failure stops the space: it is opened again as it was, or as it is now.
    pub(crate) fn commit(mut self, space: &SpaceId, key: &SpaceKey) -> Result<Link> {
        let shared = self.shared;
        let done = self.write(space, key).and_then(|link| {
            shared.commit_batch(&mut self.tree)?;
            shared.era().sync_log()?;
            Ok(link)
        });
        let link = shared.stop_on_failure(done)?;
        self.forget()?;
        shared.links.write().insert(self.folder, link);
        Ok(link)
    }

    fn write(&mut self, space: &SpaceId, key: &SpaceKey) -> Result<Link> {
        let (tree, folder) = (&mut *self.tree, self.folder.row());
        tree.begin()?;
        let slot = tree.keep_key(space, key)?;
        for statement in REMOVE {
            let mut prepared = tree.db.prepare(statement)?;
            let wanted = prepared.parameter_count();
            prepared.execute(rusqlite::params_from_iter(std::iter::repeat_n(folder, wanted)))?;
        }
        let link = Link { slot, space: *space, target: NodeId::ROOT, edit: true };
        tree.insert_link(self.folder, &link)?;
        Ok(link)
    }

    /// Forgets what was in memory of the nodes that left, and has the others count their names again.
    fn forget(&self) -> Result<()> {
        let mut query = self.tree.db.prepare("SELECT node, names, stays FROM leaving")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (id, names, stays): (NodeId, u32, bool) = (NodeId::from_row(row.get(0)?)?, row.get(1)?, row.get(2)?);
            if !stays {
                self.shared.nodes.lock().remove(&id);
                self.shared.dirty.lock().remove(&id);
            } else if let Some(node) = self.shared.nodes.lock().get(&id) {
                let mut state = node.lock();
                state.attr.links = state.attr.links.saturating_sub(names);
            }
        }
        if let Some(node) = self.shared.nodes.lock().get(&self.folder) {
            node.lock().attr.links = 2;
        }
        Ok(())
    }
}

/// Chunks of what leaves; below, `?1` is the folder.
macro_rules! chunks_leaving {
    () => {
        "SELECT x.chunk FROM main.extents x JOIN leaving l ON l.node = x.node WHERE x.chunk > 0"
    };
}

macro_rules! inline_leaving {
    () => {
        "SELECT -x.chunk FROM main.extents x JOIN leaving l ON l.node = x.node WHERE x.chunk < 0"
    };
}

const PACKS_LEAVING: &str = concat!("SELECT pack FROM main.chunks WHERE id IN (", chunks_leaving!(), ")");

/// From `main` to `target`. The folder becomes its root (1).
const COPY: [&str; 9] = [
    "UPDATE target.nodes SET (mode, uid, gid, links, size, times, version, change) =
         (SELECT mode, uid, gid, links, size, times, version, change FROM main.nodes WHERE id = ?1) WHERE id = 1",
    "INSERT INTO target.nodes (id, mode, uid, gid, links, size, stored_bytes, device, times, version, change, parent, target)
     SELECT n.id, n.mode, n.uid, n.gid, iif(n.mode & 61440 = 16384, n.links, l.names), n.size, n.stored_bytes, n.device,
         n.times, n.version, n.change, iif(n.parent = ?1, 1, n.parent), n.target
     FROM main.nodes n JOIN leaving l ON l.node = n.id",
    "INSERT INTO target.entries (parent, name, id, node, change)
     SELECT iif(parent = ?1, 1, parent), name, id, node, change FROM main.entries
     WHERE parent = ?1 OR parent IN (SELECT node FROM leaving)",
    "INSERT INTO target.xattrs (node, name, value)
     SELECT iif(node = ?1, 1, node), name, value FROM main.xattrs WHERE node = ?1 OR node IN (SELECT node FROM leaving)",
    "INSERT INTO target.extents (node, start, length, chunk, skip)
     SELECT node, start, length, chunk, skip FROM main.extents WHERE node IN (SELECT node FROM leaving)",
    concat!("INSERT INTO target.inline (id, data) SELECT id, data FROM main.inline WHERE id IN (", inline_leaving!(), ")"),
    concat!(
        "INSERT INTO target.chunks (id, pack, offset, plain_bytes, reference)
         SELECT id, pack, offset, plain_bytes, reference FROM main.chunks WHERE id IN (",
        chunks_leaving!(),
        ")"
    ),
    // Their record headers are sealed under keys of the space that they come from: of no epoch here.
    concat!(
        "INSERT INTO target.packs (id, name, epoch, bytes, closed) SELECT id, name, 0, bytes, closed FROM main.packs WHERE id IN
         (SELECT pack FROM main.chunks WHERE id IN (",
        chunks_leaving!(),
        "))"
    ),
    "DELETE FROM target.dedup",
];

/// What goes from `main`. Chunks and packs that nothing names any more go with the next collection.
const REMOVE: [&str; 9] = [
    concat!("DELETE FROM main.dedup WHERE chunk IN (", chunks_leaving!(), ")"),
    "DELETE FROM main.inline WHERE id IN (SELECT -x.chunk FROM main.extents x JOIN leaving l ON l.node = x.node
         WHERE x.chunk < 0 AND NOT l.stays)",
    "DELETE FROM main.extents WHERE node IN (SELECT node FROM leaving WHERE NOT stays)",
    "DELETE FROM main.xattrs WHERE node IN (SELECT node FROM leaving WHERE NOT stays)",
    "DELETE FROM main.tombstones WHERE parent = ?1 OR parent IN (SELECT node FROM leaving)",
    "DELETE FROM main.entries WHERE parent = ?1 OR parent IN (SELECT node FROM leaving)",
    "UPDATE main.nodes SET links = links - (SELECT names FROM leaving WHERE node = id)
         WHERE id IN (SELECT node FROM leaving WHERE stays)",
    "DELETE FROM main.nodes WHERE id IN (SELECT node FROM leaving WHERE NOT stays)",
    "UPDATE main.nodes SET links = 2 WHERE id = ?1",
];
