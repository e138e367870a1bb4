//! Finding nodes by name, and keeping track of who knows them outside.

use std::collections::HashMap;
use std::sync::Arc;

use cartable_share::Access;

use super::state::Shared;
use super::{Node, Space, Tree};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Kind, NodeId};

impl Space {
    /// Finds `name` in `folder` and pins what it names: the caller gives the pin back with [`Space::unpin`].
    ///
    /// # Errors
    /// [`FsError::NotFound`], or [`FsError::NotFolder`].
    pub fn lookup(&self, _access: &Access, folder: NodeId, name: Name<'_>) -> Result<Attr> {
        let tree = self.shared.tree.lock();
        self.shared.folder(&tree, folder)?;
        let entry = tree.find(folder, name)?.ok_or(FsError::NotFound)?;
        let node = self.shared.node_in(&tree, entry.node)?;
        self.pin(entry.node);
        let attr = node.lock().attr();
        Ok(attr)
    }

    /// The attributes of a node.
    ///
    /// # Errors
    /// [`FsError::NotFound`] when there is no such node.
    pub fn attr(&self, _access: &Access, id: NodeId) -> Result<Attr> {
        Ok(self.shared.node(id)?.lock().attr())
    }

    /// The folder that a folder lies in; the root lies in itself.
    ///
    /// # Errors
    /// [`FsError::NotFound`] or [`FsError::NotFolder`].
    pub fn parent(&self, _access: &Access, id: NodeId) -> Result<NodeId> {
        let node = self.shared.node(id)?;
        let state = node.lock();
        if state.attr.kind == Kind::Folder { Ok(state.parent) } else { Err(FsError::NotFolder) }
    }

    /// Where a symlink points.
    ///
    /// # Errors
    /// [`FsError::Invalid`] when it is no symlink.
    pub fn read_link(&self, _access: &Access, id: NodeId) -> Result<Arc<[u8]>> {
        let node = self.shared.node(id)?;
        let state = node.lock();
        state.target.clone().ok_or(FsError::Invalid("not a symlink"))
    }

    /// Notes that a node is known outside once more: it outlives its last name until unpinned.
    pub fn pin(&self, id: NodeId) {
        *self.shared.pins.lock().entry(id).or_insert(0) += 1;
    }

    /// Gives back all pins at once: the kernel says nothing when a drive goes.
    pub fn unpin_all(&self) {
        let pinned: Vec<NodeId> = self.shared.pins.lock().drain().map(|(id, _)| id).collect();
        pinned.into_iter().for_each(|id| self.shared.unknown(id));
    }

    /// Gives back `times` pins. A node without name and pins is removed.
    pub fn unpin(&self, id: NodeId, times: u64) {
        self.shared.unpin(id, times);
    }
}

impl Shared {
    fn unpin(&self, id: NodeId, times: u64) {
        if take(&mut self.pins.lock(), id, times) {
            self.unknown(id);
        }
    }

    /// Notes that somebody in this process works with a node.
    pub(super) fn hold(&self, id: NodeId) {
        *self.holds.lock().entry(id).or_insert(0) += 1;
    }

    pub(super) fn let_go(&self, id: NodeId) {
        if take(&mut self.holds.lock(), id, 1) {
            self.unknown(id);
        }
    }

    /// Has a node removed that has no name and that nobody knows any more.
    fn unknown(&self, id: NodeId) {
        let node = self.nodes.lock().get(&id).map(Arc::clone);
        if node.is_some_and(|node| node.lock().attr.links == 0) && !self.is_pinned(id) {
            self.reaped.lock().push(id);
        }
    }

    pub(super) fn is_pinned(&self, id: NodeId) -> bool {
        self.pins.lock().contains_key(&id) || self.holds.lock().contains_key(&id)
    }

    /// The folder `id`, which must still have a name.
    pub(super) fn folder(&self, tree: &Tree, id: NodeId) -> Result<Arc<Node>> {
        let node = self.node_in(tree, id)?;
        let state = node.lock();
        if state.attr.kind != Kind::Folder {
            return Err(FsError::NotFolder);
        }
        if state.attr.links == 0 {
            return Err(FsError::NotFound);
        }
        drop(state);
        Ok(node)
    }

    /// A folder that a name may be added to: not one in whose place another space is shown. Who came to it before it was may
    /// still have it open, and what they put there nobody would ever see.
    pub(super) fn folder_to_add_to(&self, tree: &Tree, id: NodeId) -> Result<Arc<Node>> {
        let node = self.folder(tree, id)?;
        if self.links.read().contains_key(&id) { Err(FsError::InUse) } else { Ok(node) }
    }
}

/// Gives back `times`; returns whether none is left.
fn take(counts: &mut HashMap<NodeId, u64>, id: NodeId, times: u64) -> bool {
    let Some(count) = counts.get_mut(&id) else { return false };
    *count = count.saturating_sub(times);
    let none = *count == 0;
    if none {
        counts.remove(&id);
    }
    none
}
