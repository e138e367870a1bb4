//! The rows of write locks that clients of a door took (RFC 4918 section 6). The door decides what they mean; here they survive a
//! restart.

use cartable_share::{Access, Change};
use rusqlite::params;

use super::Space;
use crate::error::Result;

/// A lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockRow {
    /// Its name, a URI.
    pub token: String,
    /// What is locked: names, joined by `/`; empty for the root. It need not be there any more.
    pub path: String,
    /// Others may hold it at the same time.
    pub shared: bool,
    /// All that lies below is locked, too.
    pub deep: bool,
    /// What the client says about who took it: XML.
    pub owner: String,
    /// The login that took it.
    pub login: String,
    /// How long it was taken for, in seconds.
    pub seconds: u32,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
}

impl Space {
    /// All locks, also those that have ended.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn locks(&self, _access: &Access) -> Result<Vec<LockRow>> {
        let tree = self.shared.tree.lock();
        let mut query =
            tree.db.prepare("SELECT token, path, shared, deep, owner, login, seconds, expires FROM locks")?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let rows = query.query_map([], |row| {
            Ok(LockRow {
                token: text(row.get(0)?),
                path: text(row.get(1)?),
                shared: row.get(2)?,
                deep: row.get(3)?,
                owner: text(row.get(4)?),
                login: text(row.get(5)?),
                seconds: row.get(6)?,
                expires: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Writes a lock, in the place of one of the same name.
    ///
    /// # Errors
    /// [`FsError::NoRoom`](crate::FsError::NoRoom), [`FsError::Database`](crate::FsError::Database).
    pub fn put_lock(&self, _change: &Change, lock: &LockRow) -> Result<()> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db
            .prepare_cached(
                "INSERT OR REPLACE INTO locks (token, path, shared, deep, owner, login, seconds, expires)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                lock.token.as_bytes(),
                lock.path.as_bytes(),
                lock.shared,
                lock.deep,
                lock.owner.as_bytes(),
                lock.login.as_bytes(),
                lock.seconds,
                lock.expires
            ])?;
        Ok(())
    }

    /// Removes a lock.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn remove_lock(&self, _change: &Change, token: &str) -> Result<()> {
        self.shared.check_running()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db.prepare_cached("DELETE FROM locks WHERE token = ?1")?.execute([token.as_bytes()])?;
        Ok(())
    }
}
