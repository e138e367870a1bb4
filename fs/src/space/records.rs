//! Small values that are kept beside files, each with its versions: what a value means is for those who put it there.

use cartable_share::{Access, Change};
use rusqlite::{OptionalExtension, params};

use super::Space;
use crate::error::Result;

/// A value that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its key among those of its kind.
    pub key: Vec<u8>,
    /// Counts versions from 1.
    pub version: u32,
    /// The value.
    pub data: Vec<u8>,
}

impl Space {
    /// The latest version of a value.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn kept(&self, _access: &Access, kind: &str, key: &[u8]) -> Result<Option<Kept>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "SELECT version, data FROM records WHERE kind = ?1 AND key = ?2 ORDER BY version DESC LIMIT 1",
        )?;
        let found = query.query_row(params![kind, key], |row| {
            Ok(Kept { key: key.to_vec(), version: row.get(0)?, data: row.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// All versions of a value, the first one first.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn kept_versions(&self, _access: &Access, kind: &str, key: &[u8]) -> Result<Vec<Kept>> {
        let tree = self.shared.tree.lock();
        let mut query = tree
            .db
            .prepare_cached("SELECT version, data FROM records WHERE kind = ?1 AND key = ?2 ORDER BY version")?;
        let found = query.query_map(params![kind, key], |row| {
            Ok(Kept { key: key.to_vec(), version: row.get(0)?, data: row.get(1)? })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `each` with the latest version of each value of a kind, by key, until it returns false. `each` must not call back
    /// into the space.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn kept_of(&self, _access: &Access, kind: &str, mut each: impl FnMut(Kept) -> bool) -> Result<()> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "SELECT r.key, r.version, r.data FROM records r WHERE r.kind = ?1 AND NOT EXISTS
             (SELECT 1 FROM records l WHERE l.kind = r.kind AND l.key = r.key AND l.version > r.version) ORDER BY r.key",
        )?;
        let mut rows = query.query([kind])?;
        while let Some(row) = rows.next()? {
            if !each(Kept { key: row.get(0)?, version: row.get(1)?, data: row.get(2)? }) {
                break;
            }
        }
        Ok(())
    }

    /// Calls `each` with the keys of a kind that begin with `prefix`, in order, until it returns false. `each` must not call back into
    /// the space.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn kept_under(
        &self,
        _access: &Access,
        kind: &str,
        prefix: &[u8],
        mut each: impl FnMut(&[u8]) -> bool,
    ) -> Result<()> {
        let tree = self.shared.tree.lock();
        let mut query =
            tree.db.prepare_cached("SELECT DISTINCT key FROM records WHERE kind = ?1 AND key >= ?2 ORDER BY key")?;
        let mut rows = query.query(params![kind, prefix])?;
        while let Some(row) = rows.next()? {
            let key = row.get_ref(0)?.as_blob().unwrap_or_default();
            if !key.starts_with(prefix) || !each(key) {
                break;
            }
        }
        Ok(())
    }

    /// Calls `each` with the data of all versions of all values of a kind. `each` must not call back into the space.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn each_version(&self, _access: &Access, kind: &str, mut each: impl FnMut(&[u8])) -> Result<()> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached("SELECT data FROM records WHERE kind = ?1")?;
        let mut rows = query.query([kind])?;
        while let Some(row) = rows.next()? {
            each(row.get_ref(0)?.as_blob().unwrap_or_default());
        }
        Ok(())
    }

    /// Keeps a value, in the place of what was kept in that version.
    ///
    /// # Errors
    /// [`FsError::NoRoom`](crate::FsError::NoRoom), [`FsError::Database`](crate::FsError::Database).
    pub fn keep(&self, _change: &Change, kind: &str, key: &[u8], version: u32, data: &[u8]) -> Result<()> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db
            .prepare_cached(
                "INSERT INTO records (kind, key, version, data) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (kind, key, version) DO UPDATE SET data = excluded.data",
            )?
            .execute(params![kind, key, version, data])?;
        Ok(())
    }

    /// Forgets all versions of a value.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn forget_kept(&self, _change: &Change, kind: &str, key: &[u8]) -> Result<()> {
        self.shared.check_running()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db.prepare_cached("DELETE FROM records WHERE kind = ?1 AND key = ?2")?.execute(params![kind, key])?;
        Ok(())
    }
}
