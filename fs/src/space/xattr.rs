//! Extended attributes, POSIX ACLs among them.

use std::collections::{BTreeMap, BTreeSet};

use cartable_share::{Access, Change};
use parking_lot::MutexGuard;
use rusqlite::{OptionalExtension, params};

use super::state::{NodeState, Shared};
use super::{Space, Tree};
use crate::acl;
use crate::error::{FsError, Result};
use crate::node::{Kind, NodeId, Time};

/// The longest value of an attribute, in bytes (XATTR_SIZE_MAX).
const VALUE_BYTES: usize = 64 * 1024;
/// The most bytes of values that one change may leave a node with.
const VALUES_BYTES: usize = 1 << 20;
/// The longest list of names, in bytes (XATTR_LIST_MAX).
const LIST_BYTES: usize = 64 * 1024;

/// What setxattr(2) does when the attribute is there or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XattrMode {
    /// Set it either way.
    Set,
    /// Fail with [`FsError::Exists`] when it is there.
    Create,
    /// Fail with [`FsError::NoAttribute`] when it is not.
    Replace,
}

impl Space {
    /// Returns the value of an attribute.
    ///
    /// # Errors
    /// [`FsError::NoAttribute`], [`FsError::NotFound`].
    pub fn xattr(&self, _access: &Access, id: NodeId, name: &[u8]) -> Result<Vec<u8>> {
        self.shared.tree.lock().xattr(id, name)?.ok_or(FsError::NoAttribute)
    }

    /// Returns the names of all attributes.
    ///
    /// # Errors
    /// [`FsError::NotFound`].
    pub fn xattr_names(&self, _access: &Access, id: NodeId) -> Result<Vec<Vec<u8>>> {
        self.shared.tree.lock().xattr_names(id)
    }

    /// Sets an attribute. An access ACL also sets the permission bits it stands for.
    ///
    /// # Errors
    /// As `mode` says; [`FsError::AttributeTooLarge`] past 64 KiB, [`FsError::NoRoom`].
    pub fn set_xattr(&self, _change: &Change, id: NodeId, name: &[u8], value: &[u8], mode: XattrMode) -> Result<()> {
        if value.len() > VALUE_BYTES {
            return Err(FsError::AttributeTooLarge);
        }
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        let node = self.shared.node_in(&tree, id)?;
        if name == acl::DEFAULT && node.lock().attr.kind != Kind::Folder {
            return Err(FsError::Refused(cartable_share::Refused {
                wanted: cartable_share::Right::Edit,
                held: cartable_share::Right::Read,
            }));
        }
        match (mode, tree.xattr_exists(id, name)?) {
            (XattrMode::Create, true) => return Err(FsError::Exists),
            (XattrMode::Replace, false) => return Err(FsError::NoAttribute),
            (_, false) => {
                let listed: usize = tree.xattr_names(id)?.iter().map(|name| name.len() + 1).sum();
                if listed + name.len() + 1 > LIST_BYTES {
                    return Err(FsError::NoRoom);
                }
            }
            (_, true) => {}
        }
        let mut state = node.lock();
        let mut stored = Some(value);
        if name == acl::ACCESS {
            let (permissions, says_all) = acl::permissions(value)?;
            state.attr.permissions = (state.attr.permissions & !0o777) | permissions;
            stored = (!says_all).then_some(value);
        }
        let done = match stored {
            Some(value) => tree.put_xattr(id, name, value),
            None => tree.remove_xattr(id, name).map(|_| ()),
        };
        self.shared.stop_on_failure(done)?;
        if name == b"security.capability"
            && let Some(content) = &mut state.content
        {
            content.has_capability = true;
        }
        self.shared.note_change(id, state);
        Ok(())
    }

    /// Sets and removes attributes, all of them or none; none of them gives rights. Removing one that is not there is no error.
    ///
    /// # Errors
    /// [`FsError::AttributeTooLarge`] past 64 KiB, [`FsError::NoRoom`] also when their names would be too long a list.
    pub fn change_xattrs(&self, _change: &Change, id: NodeId, changes: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<()> {
        if changes.iter().any(|(_, value)| value.as_ref().is_some_and(|value| value.len() > VALUE_BYTES)) {
            return Err(FsError::AttributeTooLarge);
        }
        // The last one counts where one is changed twice.
        let last: BTreeMap<&[u8], Option<usize>> =
            changes.iter().map(|(name, value)| (name.as_slice(), value.as_ref().map(Vec::len))).collect();
        let added: usize = last.values().flatten().sum();
        // What only removes may do so on a full disk, too.
        if added == 0 {
            self.shared.check_running()?
        } else {
            self.shared.may_store(added)?
        }
        let mut tree = self.shared.tree.lock();
        let node = self.shared.node_in(&tree, id)?;
        let mut names: BTreeSet<Vec<u8>> = tree.xattr_names(id)?.into_iter().collect();
        let mut replaced = 0;
        for (name, length) in &last {
            replaced += tree.xattr(id, name)?.map_or(0, |value| value.len());
            match length {
                Some(_) => names.insert(name.to_vec()),
                None => names.remove(*name),
            };
        }
        // A node may have more from the drive, which has no such limit: making it less is allowed.
        if added > replaced && tree.xattr_bytes(id)? - replaced + added > VALUES_BYTES {
            return Err(FsError::NoRoom);
        }
        if names.iter().map(|name| name.len() + 1).sum::<usize>() > LIST_BYTES {
            return Err(FsError::NoRoom);
        }
        let done = changes.iter().try_for_each(|(name, value)| match value {
            Some(value) => tree.put_xattr(id, name, value),
            None => tree.remove_xattr(id, name).map(|_| ()),
        });
        self.shared.stop_on_failure(done)?;
        self.shared.note_change(id, node.lock());
        Ok(())
    }

    /// Removes an attribute.
    ///
    /// # Errors
    /// [`FsError::NoAttribute`], [`FsError::NotFound`].
    pub fn remove_xattr(&self, _change: &Change, id: NodeId, name: &[u8]) -> Result<()> {
        self.shared.check_running()?;
        let mut tree = self.shared.tree.lock();
        let node = self.shared.node_in(&tree, id)?;
        let removed = tree.remove_xattr(id, name);
        if !self.shared.stop_on_failure(removed)? {
            return Err(FsError::NoAttribute);
        }
        self.shared.note_change(id, node.lock());
        Ok(())
    }
}

impl Shared {
    fn note_change(&self, id: NodeId, mut state: MutexGuard<'_, NodeState>) {
        state.attr.changed = Time::now();
        state.set_dirty();
        drop(state);
        self.mark_dirty(id);
    }
}

impl Tree {
    fn xattr_bytes(&self, id: NodeId) -> Result<usize> {
        let mut query = self.db.prepare_cached("SELECT coalesce(sum(length(value)), 0) FROM xattrs WHERE node = ?1")?;
        let bytes: i64 = query.query_row([id.row()], |row| row.get(0))?;
        Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    pub(super) fn xattr(&self, id: NodeId, name: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut query = self.db.prepare_cached("SELECT value FROM xattrs WHERE node = ?1 AND name = ?2")?;
        Ok(query.query_row(params![id.row(), name], |row| row.get(0)).optional()?)
    }

    pub(super) fn xattr_exists(&self, id: NodeId, name: &[u8]) -> Result<bool> {
        let mut query = self.db.prepare_cached("SELECT 1 FROM xattrs WHERE node = ?1 AND name = ?2")?;
        Ok(query.exists(params![id.row(), name])?)
    }

    fn xattr_names(&self, id: NodeId) -> Result<Vec<Vec<u8>>> {
        let mut query = self.db.prepare_cached("SELECT name FROM xattrs WHERE node = ?1 ORDER BY name")?;
        let names = query.query_map([id.row()], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn put_xattr(&mut self, id: NodeId, name: &[u8], value: &[u8]) -> Result<()> {
        self.begin()?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO xattrs (node, name, value) VALUES (?1, ?2, ?3)")?
            .execute(params![id.row(), name, value])?;
        Ok(())
    }

    pub(super) fn remove_xattr(&mut self, id: NodeId, name: &[u8]) -> Result<bool> {
        self.begin()?;
        let removed = self
            .db
            .prepare_cached("DELETE FROM xattrs WHERE node = ?1 AND name = ?2")?
            .execute(params![id.row(), name])?;
        Ok(removed > 0)
    }
}
