//! Other spaces shown in folders of this one, and their keys: who opens this space opens those.
//!
//! Such a folder is empty here and stays so; doors show a folder of the other space in its place. It can be renamed, not removed.
//! Each space has a number (its slot) which doors put before the numbers of its nodes; it is never given to another.

use std::collections::HashMap;

use cartable_crypto::{SpaceId, SpaceKey};
use cartable_share::Change;
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::state::Shared;
use super::{Space, Tree};
use crate::error::{FsError, Result};
use crate::node::{Kind, NodeId};

/// What a folder shows in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The number of the space: 1 or more.
    pub slot: u16,
    /// The space.
    pub space: SpaceId,
    /// A folder of it.
    pub target: NodeId,
    /// Whether it may be changed through this folder.
    pub edit: bool,
}

impl Space {
    /// What is shown in the place of a folder, if anything.
    #[must_use]
    pub fn link_of(&self, folder: NodeId) -> Option<Link> {
        self.shared.links.read().get(&folder).copied()
    }

    /// The epoch of the keys that the space has.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.shared.keys().epoch
    }

    /// Whether anything is shown anywhere.
    #[must_use]
    pub fn shows_others(&self) -> bool {
        !self.shared.links.read().is_empty()
    }

    /// All links, with the folders that show them.
    #[must_use]
    pub fn links(&self) -> Vec<(NodeId, Link)> {
        self.shared.links.read().iter().map(|(node, link)| (*node, *link)).collect()
    }

    /// Keeps the key of another space, in the place of an earlier one, and returns the number of that space.
    ///
    /// # Errors
    /// [`FsError::TooManyLinks`] after 65,535 spaces; [`FsError::NoRoom`], [`FsError::Database`].
    pub fn keep_key(&self, _change: &Change, space: &SpaceId, key: &SpaceKey) -> Result<u16> {
        self.shared.may_add()?;
        self.shared.tree.lock().keep_key(space, key)
    }

    /// The key of another space.
    ///
    /// # Errors
    /// [`FsError::Damaged`], [`FsError::Database`].
    pub fn kept_key(&self, space: &SpaceId) -> Result<Option<SpaceKey>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached("SELECT epoch, key FROM spaces WHERE id = ?1")?;
        let row = query.query_row([&space.as_bytes()[..]], |row| {
            Ok((row.get::<_, u32>(0)?, Zeroizing::new(row.get::<_, [u8; 32]>(1)?)))
        });
        Ok(row.optional()?.map(|(epoch, key)| SpaceKey::from_parts(&key, epoch)))
    }

    /// Shows a folder of another space, whose key is kept, in the place of an empty folder of this one.
    ///
    /// # Errors
    /// [`FsError::NotFolder`], [`FsError::NotEmpty`], [`FsError::NotFound`] for a space whose key is not kept; [`FsError::NoRoom`].
    pub fn show(&self, _change: &Change, folder: NodeId, space: &SpaceId, target: NodeId, edit: bool) -> Result<Link> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        let node = self.shared.node_in(&tree, folder)?;
        if node.lock().attr.kind != Kind::Folder {
            return Err(FsError::NotFolder);
        }
        if !tree.is_empty(folder)? || folder == NodeId::ROOT {
            return Err(FsError::NotEmpty);
        }
        let slot = tree.slot_of(space)?.ok_or(FsError::NotFound)?;
        let link = Link { slot, space: *space, target, edit };
        tree.insert_link(folder, &link)?;
        self.shared.links.write().insert(folder, link);
        Ok(link)
    }
}

impl Shared {
    /// Refuses to remove a folder in which another space is shown, however deep.
    pub(super) fn refuse_links_in(&self, tree: &Tree, folder: NodeId) -> Result<()> {
        let shown: Vec<NodeId> = self.links.read().keys().copied().collect();
        for link in shown {
            match self.lies_in(tree, link, folder) {
                Ok(false) | Err(FsError::NotFound) => {}
                Ok(true) => return Err(FsError::InUse),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Tree {
    /// Keeps the key of another space, in the place of an earlier one, and returns the number of that space.
    pub(super) fn keep_key(&mut self, space: &SpaceId, key: &SpaceKey) -> Result<u16> {
        let slot = match self.slot_of(space)? {
            Some(slot) => slot,
            None => {
                let last: i64 = self.db.query_row("SELECT coalesce(max(slot), 0) FROM spaces", [], |row| row.get(0))?;
                u16::try_from(last + 1).map_err(|_| FsError::TooManyLinks)?
            }
        };
        self.begin()?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO spaces (id, slot, epoch, key) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![&space.as_bytes()[..], slot, key.epoch(), &key.as_bytes()[..]])?;
        Ok(slot)
    }

    pub(super) fn insert_link(&mut self, folder: NodeId, link: &Link) -> Result<()> {
        self.begin()?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO links (node, space, target, edit) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![folder.row(), &link.space.as_bytes()[..], link.target.row(), link.edit])?;
        Ok(())
    }

    fn slot_of(&self, space: &SpaceId) -> Result<Option<u16>> {
        let mut query = self.db.prepare_cached("SELECT slot FROM spaces WHERE id = ?1")?;
        Ok(query.query_row([&space.as_bytes()[..]], |row| row.get(0)).optional()?)
    }

    /// Whether keys of other spaces are kept, be they shown or not.
    pub(super) fn keeps_keys(&self) -> Result<bool> {
        Ok(self.db.prepare_cached("SELECT 1 FROM spaces LIMIT 1")?.exists([])?)
    }

    /// All links, as they are in the database.
    pub(super) fn links(&self) -> Result<HashMap<NodeId, Link>> {
        let mut query = self.db.prepare(
            "SELECT l.node, l.target, l.edit, s.slot, s.id FROM links l JOIN spaces s ON s.id = l.space WHERE s.slot > 0",
        )?;
        let mut rows = query.query([])?;
        let mut links = HashMap::new();
        while let Some(row) = rows.next()? {
            let space = SpaceId::from_bytes(row.get(4)?);
            let target = NodeId::from_row(row.get(1)?)?;
            links.insert(NodeId::from_row(row.get(0)?)?, Link { slot: row.get(3)?, space, target, edit: row.get(2)? });
        }
        Ok(links)
    }
}
