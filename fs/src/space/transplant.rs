//! Giving a name to what was made ready without one: in one batch, so that after a crash the name leads to the old or the
//! new, whole.
//!
//! What had the name before is not changed but replaced: whoever has it open keeps the old contents, and a kernel that caches
//! pages of it caches them of another node. The new node takes over what the old one was known by: all its names, its
//! owner, permissions, attributes and the time it was made.

use std::sync::Arc;

use cartable_share::{Access, Change};
use rusqlite::params;

use super::entries::{inherit, put_acl};
use super::staging::{Original, Staged};
use super::{Node, Notice, Space, Tree};
use crate::acl;
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Caller, Kind, NodeId, SetAttr, Time};

/// Whose attributes a file has that takes the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Those of the one that was there: new contents of the same file.
    Replaced,
    /// Its own: another file under the same name.
    Own,
}

/// What placing did.
#[derive(Debug)]
pub struct Placed {
    /// What the name leads to now.
    pub attr: Attr,
    /// Something had the name before.
    pub replaced: bool,
    /// What caches must forget.
    pub notices: Vec<Notice>,
}

impl Space {
    /// Gives a staged file or folder a name. `agreed` is asked, while nothing can change, whether what has the name now, if
    /// anything, may be replaced. New contents replace those of a file; what keeps its own attributes replaces anything, a
    /// folder with all that lies in it.
    ///
    /// # Errors
    /// What `agreed` answers; [`FsError::IsFolder`] and [`FsError::Exists`] where new contents meet a folder, or what is no
    /// file; [`FsError::NotFound`] and [`FsError::NotFolder`] of the folder.
    pub fn place(
        &self,
        _change: &Change,
        staged: &Staged,
        (folder, name): (NodeId, Name<'_>),
        keeping: Keeping,
        agreed: impl FnOnce(Option<&Attr>) -> Result<()>,
    ) -> Result<Placed> {
        self.shared.may_add()?;
        self.shared.settle(staged.id())?;
        let mut tree = self.shared.tree.lock();
        let into = self.shared.folder_to_add_to(&tree, folder)?;
        let node = self.shared.node_in(&tree, staged.id())?;
        let old = match tree.find(folder, name)? {
            Some(entry) => Some(self.shared.node_in(&tree, entry.node)?),
            None => None,
        };
        let old_attr = old.as_ref().map(|old| old.lock().attr());
        let old_kind = old_attr.as_ref().map(|attr| attr.kind);
        match (keeping, old_kind) {
            (Keeping::Own, _) | (Keeping::Replaced, None | Some(Kind::File)) => {}
            (Keeping::Replaced, Some(Kind::Folder)) => return Err(FsError::IsFolder),
            (Keeping::Replaced, Some(_)) => return Err(FsError::Exists),
        }
        agreed(old_attr.as_ref())?;
        let names = match &old_attr {
            Some(attr) if attr.links > 1 && keeping == Keeping::Replaced => tree.names_of(attr.id)?,
            _ => vec![(folder, name.bytes().to_vec())],
        };
        let done = match &old {
            Some(old) if keeping == Keeping::Replaced => Self::take_over(&mut tree, old.id, &node, &names),
            Some(_) => tree.remove_entry(folder, name).and_then(|()| Self::take_new(&mut tree, &into, &node, name)),
            None => Self::take_new(&mut tree, &into, &node, name),
        };
        self.shared.stop_on_failure(done)?;
        let now = Time::now();
        if let (Some(old), Some(attr)) = (&old, &old_attr) {
            if keeping == Keeping::Replaced {
                let mut state = node.lock();
                state.attr.links = attr.links;
                (state.attr.uid, state.attr.gid) = (attr.uid, attr.gid);
                (state.attr.permissions, state.attr.created) = (attr.permissions, attr.created);
                state.attr.drop_set_ids();
                drop(state);
                // Its names are the new one's now.
                old.lock().attr.links = 1;
            }
            self.shared.drop_name(&mut tree, old, now);
        }
        let folders = i32::from(staged.kind() == Kind::Folder) - i32::from(old_kind == Some(Kind::Folder));
        {
            let mut state = node.lock();
            state.attr.changed = now;
            state.parent = folder;
            state.set_dirty();
        }
        self.shared.mark_dirty(node.id);
        self.shared.urgent.lock().insert(node.id);
        self.shared.touch_folder(&into, now, folders);
        let attr = node.lock().attr();
        drop(tree);
        let entries = names.into_iter().map(|(folder, name)| Notice::Entry { folder, name });
        // Other names of what was replaced show how many there are left.
        let old = old.map(|old| Notice::Attributes(old.id));
        let replaced = old.is_some();
        let notices = entries.chain([Notice::Names(folder)]).chain(old).collect();
        Ok(Placed { attr, replaced, notices })
    }

    /// Sets when a file was last changed. One that a cache knows is replaced by a copy: the kernel believes itself about the
    /// times of files. One that somebody may write to stays what it is, and is shown with the time of what was written: what
    /// goes into a file that has no name any more is lost. Returns what caches must forget.
    ///
    /// # Errors
    /// Those of [`Space::place`].
    pub fn set_modified(
        self: &Arc<Self>,
        access: &Access,
        change: &Change,
        (folder, name): (NodeId, Name<'_>),
        time: Time,
    ) -> Result<Vec<Notice>> {
        let set = SetAttr { modified: Some(time), ..SetAttr::default() };
        loop {
            let found = self.find(access, folder, name)?;
            if found.kind != Kind::File || !self.shared.is_pinned(found.id) || self.is_written(found.id) {
                self.set_attr(change, found.id, &set)?;
                return Ok(vec![Notice::Attributes(found.id)]);
            }
            let staged = Staged::copy(Original { space: self, access }, self, change, &found)?;
            self.set_attr(change, staged.id(), &set)?;
            // The same contents have the same version.
            self.shared.node(staged.id())?.lock().attr.version = found.version;
            let same = |now: Option<&Attr>| {
                let now = now.filter(|now| (now.id, now.version) == (found.id, found.version));
                if now.is_some() && !self.is_written(found.id) { Ok(()) } else { Err(FsError::Exists) }
            };
            match self.place(change, &staged, (folder, name), Keeping::Replaced, same) {
                // Another has the name since, or other contents: they are not what was copied.
                Err(FsError::Exists) => {}
                placed => return Ok(placed?.notices),
            }
        }
    }

    /// Puts a new node into the place of another.
    fn take_over(tree: &mut Tree, old: NodeId, node: &Node, names: &[(NodeId, Vec<u8>)]) -> Result<()> {
        tree.begin()?;
        for (folder, name) in names {
            // The name is as old as it was: what is new is told by the node.
            tree.db
                .prepare_cached("UPDATE entries SET node = ?3 WHERE parent = ?1 AND name = ?2")?
                .execute(params![folder.row(), name, node.id.row()])?;
        }
        tree.copy_xattrs(old, node.id)?;
        if let Some(value) = tree.xattr(old, acl::ACCESS)? {
            tree.put_xattr(node.id, acl::ACCESS, &value)?;
        }
        tree.adopt_orphan(node.id)
    }

    /// Puts a new node where nothing was. It belongs to whom the folder belongs.
    fn take_new(tree: &mut Tree, into: &Node, node: &Node, name: Name<'_>) -> Result<()> {
        let (caller, kind) = {
            let state = into.lock();
            (Caller { uid: state.attr.uid, gid: state.attr.gid, umask: UMASK }, node.lock().attr.kind)
        };
        let mode = if kind == Kind::Folder { 0o777 } else { 0o666 };
        let inherited = inherit(tree, into, kind, mode, caller)?;
        tree.begin()?;
        tree.add_entry(into.id, name, node.id)?;
        if let Some(acl) = &inherited.acl {
            put_acl(tree, node.id, acl)?;
        }
        let mut state = node.lock();
        (state.attr.uid, state.attr.gid) = (caller.uid, inherited.gid);
        state.attr.permissions = inherited.permissions;
        if kind != Kind::Folder {
            state.attr.links = 1;
        }
        drop(state);
        tree.adopt_orphan(node.id)
    }
}

impl Tree {
    /// All names of a node.
    fn names_of(&self, id: NodeId) -> Result<Vec<(NodeId, Vec<u8>)>> {
        let mut query = self.db.prepare_cached("SELECT parent, name FROM entries WHERE node = ?1")?;
        let rows = query.query_map([id.row()], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(FsError::from).and_then(|(parent, name)| Ok((NodeId::from_row(parent)?, name))))
            .collect()
    }

    /// Notes that a node has a name now.
    fn adopt_orphan(&mut self, id: NodeId) -> Result<()> {
        self.nameless.remove(&id);
        self.new_orphans.retain(|orphan| *orphan != id);
        self.db.prepare_cached("DELETE FROM orphans WHERE node = ?1")?.execute([id.row()])?;
        Ok(())
    }
}

/// Bits that a file made through a door without users does not get.
const UMASK: u32 = 0o022;
