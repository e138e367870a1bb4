//! Renaming, with the flags of renameat2(2).

use cartable_share::Change;

use super::state::Shared;
use super::tree::Entry;
use super::{Space, Tree};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Kind, NodeId, Time};

/// What happens when the new name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenameMode {
    /// What stands there is replaced, as rename(2) has it.
    Replace,
    /// The rename fails with [`FsError::Exists`].
    NoReplace,
    /// Both names change places; both must exist.
    Exchange,
    /// Whatever stands there goes, a folder with all that lies in it.
    Overwrite,
}

/// The deepest tree: damaged rows may form a ring.
const DEPTH_MAX: usize = 1 << 20;

impl Space {
    /// Renames an entry. Contents of a file that replaces another are in the same batch as the rename: after a crash
    /// the name shows the old file or the new one, whole.
    ///
    /// # Errors
    /// Those of rename(2).
    pub fn rename(
        &self,
        _change: &Change,
        from: (NodeId, Name<'_>),
        to: (NodeId, Name<'_>),
        mode: RenameMode,
    ) -> Result<()> {
        self.shared.check_running()?;
        self.settle_by_name(from)?;
        if mode == RenameMode::Exchange {
            self.settle_by_name(to)?;
        }
        let mut tree = self.shared.tree.lock();
        let from_folder = self.shared.folder(&tree, from.0)?;
        let to_folder = self.shared.folder_to_add_to(&tree, to.0)?;
        let moved = tree.find(from.0, from.1)?.ok_or(FsError::NotFound)?;
        let target = tree.find(to.0, to.1)?;
        let moved_node = self.shared.node_in(&tree, moved.node)?;
        let moved_is_folder = moved_node.lock().attr.kind == Kind::Folder;
        if moved_is_folder && self.shared.lies_in(&tree, to.0, moved.node)? {
            return Err(FsError::Invalid("a folder can't move into itself"));
        }
        let now = Time::now();
        match (mode, target) {
            (RenameMode::NoReplace, Some(_)) => return Err(FsError::Exists),
            // Two names of one node, or one name twice: rename(2) does nothing.
            (_, Some(same)) if same.node == moved.node => return Ok(()),
            (RenameMode::Exchange, None) => return Err(FsError::NotFound),
            (RenameMode::Exchange, Some(other)) => {
                let other_node = self.shared.node_in(&tree, other.node)?;
                let other_is_folder = other_node.lock().attr.kind == Kind::Folder;
                if other_is_folder && self.shared.lies_in(&tree, from.0, other.node)? {
                    return Err(FsError::Invalid("a folder can't move into itself"));
                }
                let swapped = Self::swap(&mut tree, from, moved, to, other);
                self.shared.stop_on_failure(swapped)?;
                self.shared.moved(&other_node, from.0, now);
                if !other_is_folder {
                    self.shared.urgent.lock().insert(other.node);
                }
                let delta = i32::from(moved_is_folder) - i32::from(other_is_folder);
                self.shared.touch_folder(&to_folder, now, delta);
                self.shared.touch_folder(&from_folder, now, -delta);
            }
            (_, Some(replaced)) => {
                let node = self.shared.node_in(&tree, replaced.node)?;
                let is_folder = node.lock().attr.kind == Kind::Folder;
                match (moved_is_folder, is_folder) {
                    _ if mode == RenameMode::Overwrite => {}
                    (true, false) => return Err(FsError::NotFolder),
                    (false, true) => return Err(FsError::IsFolder),
                    (true, true) if !tree.is_empty(replaced.node)? => return Err(FsError::NotEmpty),
                    _ => {}
                }
                if is_folder {
                    self.shared.refuse_links_in(&tree, replaced.node)?;
                }
                let done = tree.remove_entry(to.0, to.1).and_then(|()| Self::carry(&mut tree, from, to, moved));
                self.shared.stop_on_failure(done)?;
                self.shared.drop_name(&mut tree, &node, now);
                self.shared.touch_folder(&to_folder, now, i32::from(moved_is_folder) - i32::from(is_folder));
                self.shared.touch_folder(&from_folder, now, -i32::from(moved_is_folder));
            }
            (_, None) => {
                let done = Self::carry(&mut tree, from, to, moved);
                self.shared.stop_on_failure(done)?;
                self.shared.touch_folder(&to_folder, now, i32::from(moved_is_folder));
                self.shared.touch_folder(&from_folder, now, -i32::from(moved_is_folder));
            }
        }
        self.shared.moved(&moved_node, to.0, now);
        if !moved_is_folder {
            self.shared.urgent.lock().insert(moved.node);
        }
        Ok(())
    }

    /// Stores what is dirty of the file named so, before its name moves.
    fn settle_by_name(&self, (folder, name): (NodeId, Name<'_>)) -> Result<()> {
        let entry = self.shared.tree.lock().find(folder, name)?;
        entry.map_or(Ok(()), |entry| self.shared.settle(entry.node))
    }

    fn carry(tree: &mut Tree, from: (NodeId, Name<'_>), to: (NodeId, Name<'_>), moved: Entry) -> Result<()> {
        tree.remove_entry(from.0, from.1)?;
        tree.add_entry(to.0, to.1, moved.node)
    }

    fn swap(
        tree: &mut Tree,
        from: (NodeId, Name<'_>),
        moved: Entry,
        to: (NodeId, Name<'_>),
        other: Entry,
    ) -> Result<()> {
        tree.remove_entry(from.0, from.1)?;
        tree.remove_entry(to.0, to.1)?;
        tree.add_entry(to.0, to.1, moved.node)?;
        tree.add_entry(from.0, from.1, other.node)
    }
}

impl Shared {
    /// Whether `folder` is `ancestor` or lies somewhere in it.
    pub(super) fn lies_in(&self, tree: &Tree, folder: NodeId, ancestor: NodeId) -> Result<bool> {
        let mut at = folder;
        for _ in 0..DEPTH_MAX {
            if at == ancestor {
                return Ok(true);
            }
            if at == NodeId::ROOT {
                return Ok(false);
            }
            at = self.node_in(tree, at)?.lock().parent;
        }
        Err(FsError::Damaged(format!("folder {} lies in itself", folder.0)))
    }

    fn moved(&self, node: &super::Node, folder: NodeId, now: Time) {
        let mut state = node.lock();
        state.parent = folder;
        state.attr.changed = now;
        state.set_dirty();
        drop(state);
        self.mark_dirty(node.id);
    }
}
