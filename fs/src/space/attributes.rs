//! Changing attributes: mode, owner, size and times.

use cartable_share::Change;

use super::Space;
use super::state::Shared;
use crate::acl;
use crate::error::{FsError, Result};
use crate::node::{Attr, Kind, NodeId, PERMISSION_MASK, SetAttr, Time};

/// The largest size of a file: offsets are signed in POSIX.
pub(super) const SIZE_MAX: u64 = i64::MAX as u64;

impl Space {
    /// Changes attributes and returns them all.
    ///
    /// A new size cuts the file or adds a hole. Set-id bits go where [`SetAttr::drop_set_ids`] says so.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsFolder`] for the size of a folder, [`FsError::FileTooLarge`].
    pub fn set_attr(&self, _change: &Change, id: NodeId, set: &SetAttr) -> Result<Attr> {
        self.shared.check_running()?;
        let node = self.shared.node(id)?;
        let now = Time::now();
        if let Some(size) = set.size {
            self.shared.resize(&node, size, now)?;
        }
        if let Some(mode) = set.permissions {
            self.shared.chmod_acl(id, mode)?;
        }
        if set.size.is_some() || set.uid.is_some() || set.gid.is_some() {
            self.shared.drop_capability(&node)?;
        }
        let mut state = node.lock();
        let attr = &mut state.attr;
        if set.drop_set_ids {
            attr.drop_set_ids();
        }
        if let Some(mode) = set.permissions {
            attr.permissions = mode & PERMISSION_MASK;
        }
        attr.uid = set.uid.unwrap_or(attr.uid);
        attr.gid = set.gid.unwrap_or(attr.gid);
        attr.accessed = set.accessed.unwrap_or(attr.accessed);
        attr.modified = set.modified.unwrap_or(attr.modified);
        attr.changed = set.changed.unwrap_or(now);
        state.set_dirty();
        let attr = state.attr();
        drop(state);
        self.shared.mark_dirty(id);
        Ok(attr)
    }
}

impl Shared {
    /// Gives a file a new size.
    pub(super) fn resize(&self, node: &super::Node, size: u64, now: Time) -> Result<()> {
        if size > SIZE_MAX {
            return Err(FsError::FileTooLarge);
        }
        {
            let mut state = self.lock_content(node)?;
            if size >= state.attr.size {
                // The size that it has leaves the contents what they are.
                let version = if size == state.attr.size { state.attr.version } else { self.next_version() };
                state.grow(size);
                state.attr.touch(now, version);
                state.set_dirty();
                drop(state);
                self.mark_dirty(node.id);
                return Ok(());
            }
        }
        let cleared = size..u64::MAX;
        let (mut state, torn) = self.lock_to_splice(node, std::slice::from_ref(&cleared), true)?;
        state.attr.size = size;
        state.firm_size = state.firm_size.min(size);
        state.attr.touch(now, self.next_version());
        state.set_dirty();
        if let Some(content) = &mut state.content {
            let gone = content.dirty.remove(cleared.clone());
            let grew = content.clear(cleared.clone(), &torn);
            self.count_dirty(grew, gone);
        }
        drop(state);
        self.mark_dirty(node.id);
        Ok(())
    }

    fn chmod_acl(&self, id: NodeId, mode: u32) -> Result<()> {
        let mut tree = self.tree.lock();
        if let Some(stored) = tree.xattr(id, acl::ACCESS)? {
            let after = acl::after_chmod(&stored, mode)?;
            let put = tree.put_xattr(id, acl::ACCESS, &after);
            self.stop_on_failure(put)?;
        }
        Ok(())
    }

    /// Removes `security.capability`, as Linux does when contents or owner change.
    pub(super) fn drop_capability(&self, node: &super::Node) -> Result<()> {
        if node.lock().attr.kind != Kind::File {
            return Ok(());
        }
        {
            let mut state = self.lock_content(node)?;
            match &mut state.content {
                Some(content) if content.has_capability => content.has_capability = false,
                _ => return Ok(()),
            }
        }
        let mut tree = self.tree.lock();
        let removed = tree.remove_xattr(node.id, b"security.capability").map(|_| ());
        self.stop_on_failure(removed)
    }
}
