//! Removing names, and the nodes that lose their last one.

use cartable_share::Change;
use rusqlite::params;

use super::state::Shared;
use super::{Node, Space, Tree};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Kind, NodeId, Time};

impl Space {
    /// Removes a name of a node that is no folder.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsFolder`].
    pub fn unlink(&self, _change: &Change, folder: NodeId, name: Name<'_>) -> Result<()> {
        self.remove(folder, name, Some(false))
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::NotFolder`], [`FsError::NotEmpty`].
    pub fn remove_folder(&self, _change: &Change, folder: NodeId, name: Name<'_>) -> Result<()> {
        self.remove(folder, name, Some(true))
    }

    /// Removes a name with all that lies below it.
    ///
    /// # Errors
    /// [`FsError::NotFound`].
    pub fn remove_tree(&self, _change: &Change, folder: NodeId, name: Name<'_>) -> Result<()> {
        self.remove(folder, name, None)
    }

    fn remove(&self, folder: NodeId, name: Name<'_>, wants_folder: Option<bool>) -> Result<()> {
        self.shared.check_running()?;
        let mut tree = self.shared.tree.lock();
        let from = self.shared.folder(&tree, folder)?;
        let entry = tree.find(folder, name)?.ok_or(FsError::NotFound)?;
        let node = self.shared.node_in(&tree, entry.node)?;
        let is_folder = node.lock().attr.kind == Kind::Folder;
        match (is_folder, wants_folder) {
            (true, Some(false)) => return Err(FsError::IsFolder),
            (false, Some(true)) => return Err(FsError::NotFolder),
            (true, Some(true)) if !tree.is_empty(entry.node)? => return Err(FsError::NotEmpty),
            _ => {}
        }
        if is_folder {
            self.shared.refuse_links_in(&tree, entry.node)?;
        }
        let removed = tree.remove_entry(folder, name);
        self.shared.stop_on_failure(removed)?;
        let now = Time::now();
        self.shared.drop_name(&mut tree, &node, now);
        self.shared.touch_folder(&from, now, -i32::from(is_folder));
        Ok(())
    }
}

impl Shared {
    /// Takes one name from a node; without any left it becomes an orphan, or is removed when nobody knows it.
    pub(super) fn drop_name(&self, tree: &mut Tree, node: &Node, now: Time) {
        let mut state = node.lock();
        let attr = &mut state.attr;
        attr.links = if attr.kind == Kind::Folder { 0 } else { attr.links.saturating_sub(1) };
        attr.changed = now;
        let (gone, folder) = (attr.links == 0, attr.kind == Kind::Folder);
        state.set_dirty();
        drop(state);
        self.mark_dirty(node.id);
        if gone {
            let known = self.is_pinned(node.id);
            if known {
                tree.new_orphans.push(node.id);
            }
            // A folder is emptied even while it is known: nothing is to be made in what lies below it.
            if folder || !known {
                self.reaped.lock().push(node.id);
            }
        }
    }

    /// Notes on a folder that its entries changed; `folders` is by how many subfolders.
    pub(super) fn touch_folder(&self, folder: &Node, now: Time, folders: i32) {
        let mut state = folder.lock();
        state.attr.touch(now, self.next_version());
        state.attr.links = state.attr.links.saturating_add_signed(folders);
        if folders == 0 {
            state.touched = true;
        } else {
            state.set_dirty();
        }
        drop(state);
        self.mark_dirty(folder.id);
    }
}

impl Tree {
    /// Removes every row of a node.
    pub(super) fn erase_node(&mut self, id: NodeId) -> Result<()> {
        self.begin()?;
        for statement in [
            "DELETE FROM inline WHERE id IN (SELECT -chunk FROM extents WHERE node = ?1 AND chunk < 0)",
            "DELETE FROM extents WHERE node = ?1",
            "DELETE FROM xattrs WHERE node = ?1",
            "DELETE FROM orphans WHERE node = ?1",
            "DELETE FROM tombstones WHERE parent = ?1",
            "DELETE FROM nodes WHERE id = ?1",
        ] {
            self.db.prepare_cached(statement)?.execute(params![id.row()])?;
        }
        Ok(())
    }
}
