//! Moving a space to new keys while it is in use: its database is copied under the new key, the caller makes the change
//! of keys durable, and then the space goes on in the copy.
//!
//! From the copy to the switch nothing can be committed, cut or collected: readers of what is in memory or in packs go
//! on, all others wait. Dropped before the switch, nothing happened. Chunks stay as they are, each under its own key;
//! what is written after the switch is sealed and addressed under the new ones.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use cartable_crypto::{SpaceId, SpaceKey, SpaceKeys};
use cartable_share::Access;
use rusqlite::Connection;

use super::open::begin_era;
use super::state::{Era, Shared};
use super::still::Still;
use super::{Space, Tree};
use crate::db::{self, Opening};
use crate::error::{FsError, Result};

/// A space that stands still between two epochs.
pub(crate) struct Rekeying<'a> {
    shared: &'a Shared,
    next: Option<(Tree, Era)>,
    tree: Still<'a>,
}

impl Space {
    /// Makes everything durable, copies the database under the key of a new epoch to `target`, an empty file, and holds
    /// the space still. The copy is durable, but for its name.
    ///
    /// # Errors
    /// [`FsError::Database`], [`FsError::Io`], [`FsError::NoRoom`]: the space goes on as before.
    ///
    /// In the copy the keys of other spaces are those that `key_of` gives, where it gives any.
    pub(crate) fn begin_rekey(
        &self,
        access: &Access,
        keys: SpaceKeys,
        key_of: &dyn Fn(&SpaceId) -> Option<SpaceKey>,
        target: &Path,
    ) -> Result<Rekeying<'_>> {
        let shared = &*self.shared;
        let tree = self.stand_still(access)?;
        export(&tree.db, target, &keys)?;
        if tree.keeps_keys()? {
            replace_keys(target, &keys, key_of)?;
        }
        let file = File::open(target).map_err(FsError::io("opening the new database"))?;
        let db = db::open(target, &keys.database, Opening::Existing)?;
        file.sync_all().map_err(FsError::io("syncing the new database"))?;
        let next = begin_era(db, target.to_path_buf(), keys, &shared.room, false)?;
        Ok(Rekeying { shared, next: Some(next), tree })
    }
}

impl Rekeying<'_> {
    /// Goes on in the copy.
    pub(crate) fn switch(mut self) {
        let Some((mut tree, era)) = self.next.take() else { return };
        // No pack is open, so there is nothing to fail; if it did all the same, no change must be accepted any more.
        let _ = self.shared.stop_on_failure(self.shared.packs.rekey(Arc::clone(&era.keys)).map_err(FsError::from));
        *self.shared.era.write() = Arc::new(era);
        // What is made ready without a name goes on being made ready.
        tree.nameless = std::mem::take(&mut self.tree.nameless);
        *self.tree = tree;
    }

    /// Accepts no change any more: nobody knows which of the two databases counts.
    pub(crate) fn stop(self) {
        let unknown = FsError::Stopped("the change of keys was interrupted".into());
        let _ = self.shared.stop_on_failure::<()>(Err(unknown));
    }
}

impl Shared {
    /// Commits what `tree_of_now` wrote, while nobody else can commit, and makes it durable.
    pub(super) fn commit_held(&self, tree: &mut Tree) -> Result<()> {
        if tree.in_batch {
            self.commit_batch(tree)?;
        }
        self.era().sync_log()
    }
}

/// Puts the new keys of other spaces into the copy, before anybody works in it.
fn replace_keys(target: &Path, keys: &SpaceKeys, key_of: &dyn Fn(&SpaceId) -> Option<SpaceKey>) -> Result<()> {
    let db = db::open(target, &keys.database, Opening::Existing)?;
    let ids: Vec<[u8; 16]> =
        db.prepare("SELECT id FROM spaces")?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for id in ids {
        if let Some(key) = key_of(&SpaceId::from_bytes(id)) {
            db.execute(
                "UPDATE spaces SET epoch = ?2, key = ?3 WHERE id = ?1",
                rusqlite::params![&id[..], key.epoch(), &key.as_bytes()[..]],
            )?;
        }
    }
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

fn export(db: &Connection, target: &Path, keys: &SpaceKeys) -> Result<()> {
    let path = target.to_str().ok_or(FsError::Invalid("path"))?;
    let value = keys.database.pragma();
    let attach = zeroize::Zeroizing::new(format!("ATTACH DATABASE ?1 AS target KEY \"{}\"", value.as_str()));
    db.execute(&attach, [path])?;
    let exported = db
        .execute_batch(&db::SHRINKING.replace("auto_vacuum", "target.auto_vacuum"))
        .and_then(|()| db.query_row("SELECT sqlcipher_export('target')", [], |_| Ok(())))
        .and_then(|()| {
            // No hits across epochs: what is written from now on is sealed under the new keys, even if it was there before.
            let version = db::SCHEMA_VERSION;
            db.execute_batch(&format!("PRAGMA target.user_version = {version}; DELETE FROM target.dedup"))
        });
    let detached = db.execute_batch("DETACH DATABASE target");
    exported?;
    detached?;
    Ok(())
}
