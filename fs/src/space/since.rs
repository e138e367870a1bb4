//! What changed since a state that a client remembers (RFC 6578): every row carries the number of the commit that wrote it.
//!
//! A name that went leaves a tombstone for 90 days, but only if a client may know it: one that came after the last state
//! that anybody was told of goes without a trace. So nothing is kept where nobody syncs. A tombstone stays when the name comes
//! back: gone again, it is still one that a client may know. Nobody is told of it while the name is there.

use std::sync::Arc;
use std::time::Duration;

use cartable_share::Access;
use rusqlite::{OptionalExtension, params};

use super::listing::listed_attr;
use super::tree::NODE_COLUMNS;
use super::{CommitId, Listed, Space, Tree};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{NodeId, Time};

/// How long a name that went is remembered.
const TOMBSTONE_LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

/// A state of the space that a client may come back with.
pub type SyncPoint = CommitId;

impl Space {
    /// Makes durable all that was done before, and returns the state that the space is in then.
    ///
    /// # Errors
    /// [`FsError::Stopped`], [`FsError::Database`].
    pub fn sync_point(&self, access: &Access) -> Result<SyncPoint> {
        match self.sync_all(access) {
            // Contents that found no room are told as they are, again and again.
            Err(error) if error.is_full() => {}
            other => other?,
        }
        if self.shared.reading {
            let counter = self.shared.tree.lock().counter;
            return Ok(SyncPoint { counter, opening: self.opening_of(counter)? });
        }
        let (counter, told, names) = {
            let mut tree = self.shared.tree.lock();
            let told = !tree.in_batch && tree.token_commit == Some(tree.counter);
            if !told {
                tree.begin()?;
                tree.last_token = tree.counter;
            }
            (tree.last_token, told, tree.next_entry)
        };
        if !told {
            // Before anybody hears of it: names that go from now on leave a trace.
            self.shared.commit_rows()?;
            let mut tree = self.shared.tree.lock();
            // Unless something else was committed along: then the next state is another.
            let alone = tree.counter == counter + 1 && !tree.in_batch && tree.next_entry == names;
            tree.token_commit = alone.then_some(tree.counter);
        }
        Ok(SyncPoint { counter, opening: self.opening_of(counter)? })
    }

    /// Whether [`Space::changed_since`] can tell all that changed since a state.
    ///
    /// # Errors
    /// [`FsError::Database`].
    pub fn remembers(&self, point: &SyncPoint) -> Result<bool> {
        let oldest: i64 = {
            let tree = self.shared.tree.lock();
            tree.db.query_row("SELECT oldest_token FROM state WHERE id = 1", [], |row| row.get(0))?
        };
        Ok(point.counter >= oldest.cast_unsigned() && self.has_commit(point)?)
    }

    /// Calls `each` with the entries of `folder` that were made or changed since a state, or with all there are, until it
    /// returns false. Names that came after the state `until` are left out: if they go before the next state is made, they go
    /// without a trace.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::NotFolder`].
    pub fn changed_since(
        &self,
        _access: &Access,
        folder: NodeId,
        since: Option<&SyncPoint>,
        until: &SyncPoint,
        mut each: impl FnMut(&Listed<'_>) -> bool,
    ) -> Result<()> {
        let tree = self.shared.tree.lock();
        self.shared.folder(&tree, folder)?;
        let mut query = tree.db.prepare_cached(&format!(
            "SELECT e.id, e.node, e.name, {NODE_COLUMNS}, e.change, n.change FROM entries e INDEXED BY entries_in_order
             LEFT JOIN nodes n ON n.id = e.node WHERE e.parent = ?1 ORDER BY e.id"
        ))?;
        let mut rows = query.query([folder.row()])?;
        while let Some(row) = rows.next()? {
            let id = NodeId::from_row(row.get(1)?)?;
            let in_memory = self.shared.nodes.lock().get(&id).map(Arc::clone);
            let unsaved = in_memory.as_ref().is_some_and(|node| !node.lock().is_clean());
            let (entry, node): (i64, Option<i64>) = (row.get(14)?, row.get(15)?);
            let (entry, newest) = (entry.cast_unsigned(), entry.max(node.unwrap_or(0)).cast_unsigned());
            let changed = since.is_none_or(|since| unsaved || newest > since.counter);
            let name = row.get_ref(2)?.as_blob().unwrap_or_default();
            if !changed || entry > until.counter || Name::new(name).is_err() {
                continue;
            }
            let Some(attr) = listed_attr(id, in_memory.as_deref(), row) else { continue };
            if !each(&Listed { cookie: row.get::<_, i64>(0)?.cast_unsigned(), name, attr: &attr }) {
                break;
            }
        }
        Ok(())
    }

    /// The names that went from `folder` since a state, and did not come back.
    ///
    /// # Errors
    /// [`FsError::Database`].
    pub fn gone_since(&self, _access: &Access, folder: NodeId, point: &SyncPoint) -> Result<Vec<Vec<u8>>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "SELECT name FROM tombstones t WHERE parent = ?1 AND change > ?2
             AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.parent = t.parent AND e.name = t.name)",
        )?;
        let names = query.query_map(params![folder.row(), point.counter.cast_signed()], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a path leads elsewhere than in a state: its folder, or one above it, was put there since.
    ///
    /// # Errors
    /// [`FsError::NotFound`] when it leads nowhere.
    pub fn was_rerouted(&self, _access: &Access, from: NodeId, path: &[Name<'_>], since: &SyncPoint) -> Result<bool> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached("SELECT node, change FROM entries WHERE parent = ?1 AND name = ?2")?;
        let mut at = from;
        for name in path {
            let entry =
                query.query_row(params![at.row(), name.bytes()], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)));
            let (node, change) = entry.optional()?.ok_or(FsError::NotFound)?;
            if change.cast_unsigned() > since.counter {
                return Ok(true);
            }
            at = NodeId::from_row(node)?;
        }
        Ok(false)
    }

    fn opening_of(&self, counter: u64) -> Result<[u8; 16]> {
        let tree = self.shared.tree.lock();
        let mut query = tree
            .db
            .prepare_cached("SELECT id FROM openings WHERE first_counter <= ?1 ORDER BY first_counter DESC LIMIT 1")?;
        let id: Vec<u8> = query.query_row([counter.cast_signed()], |row| row.get(0))?;
        id.try_into().map_err(|_| FsError::Damaged("the name of an opening".into()))
    }
}

impl Tree {
    /// The number that rows written now carry: that of the commit which will write them.
    pub(super) fn change_number(&self) -> i64 {
        self.counter.cast_signed() + 1
    }

    /// Notes that a name goes, if a client may know it.
    pub(super) fn leave_tombstone(&self, folder: NodeId, name: Name<'_>) -> Result<()> {
        if self.last_token == 0 {
            return Ok(());
        }
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO tombstones (parent, name, change, removed)
                 SELECT parent, name, ?3, ?4 FROM entries WHERE parent = ?1 AND name = ?2 AND (change <= ?5
                 OR EXISTS (SELECT 1 FROM tombstones t WHERE t.parent = ?1 AND t.name = ?2))",
            )?
            .execute(params![
                folder.row(),
                name.bytes(),
                self.change_number(),
                Time::now().seconds,
                self.last_token.cast_signed()
            ])?;
        Ok(())
    }

    /// Forgets the names that went long ago, and with them the states from before.
    pub(super) fn drop_old_tombstones(&self) -> Result<()> {
        let life = i64::try_from(TOMBSTONE_LIFE.as_secs()).unwrap_or(i64::MAX);
        let before = Time::now().seconds - life;
        self.db.execute(
            "UPDATE state SET oldest_token = max(oldest_token,
                 (SELECT coalesce(max(change), 0) FROM tombstones WHERE removed < ?1)) WHERE id = 1",
            [before],
        )?;
        self.db.execute("DELETE FROM tombstones WHERE removed < ?1", [before])?;
        Ok(())
    }
}
