//! Making nodes: files, folders, links, devices.

use std::sync::Arc;

use cartable_share::Change;

use super::{Content, Node, NodeState, Space, Tree};
use crate::acl;
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Caller, Kind, NodeId, PERMISSION_MASK, SET_GID, Time};

/// Size that a folder shows.
pub(super) const FOLDER_SIZE: u64 = 4096;

/// The longest symlink target, in bytes (PATH_MAX without its NUL).
const TARGET_BYTES: usize = 4095;

/// The most names a node may have.
const LINKS_MAX: u32 = 1 << 20;

impl Space {
    /// Makes a file, fifo, socket or device node and pins it once.
    ///
    /// `mode` is as mknod(2) has it, before the mask; `device` counts for device nodes only.
    ///
    /// # Errors
    /// [`FsError::Exists`], [`FsError::NotFound`] and [`FsError::NotFolder`] of the folder, [`FsError::NoRoom`].
    pub fn make_node(
        &self,
        change: &Change,
        folder: NodeId,
        name: Name<'_>,
        mode: u32,
        device: u32,
        caller: Caller,
    ) -> Result<Attr> {
        let kind = Kind::of_mode(mode)?;
        match kind {
            Kind::Folder | Kind::Symlink => Err(FsError::Invalid("mknod of a folder or link")),
            Kind::CharDevice | Kind::BlockDevice => {
                self.make(change, folder, name, New { kind, mode, device, target: None }, caller)
            }
            _ => self.make(change, folder, name, New { kind, mode, device: 0, target: None }, caller),
        }
    }

    /// Makes a folder and pins it once.
    ///
    /// # Errors
    /// As [`Space::make_node`].
    pub fn make_folder(
        &self,
        change: &Change,
        folder: NodeId,
        name: Name<'_>,
        mode: u32,
        caller: Caller,
    ) -> Result<Attr> {
        self.make(change, folder, name, New { kind: Kind::Folder, mode, device: 0, target: None }, caller)
    }

    /// Makes a symlink to `target`, which is stored as it is, and pins it once.
    ///
    /// # Errors
    /// As [`Space::make_node`]; [`FsError::NameTooLong`] for a target of more than 4095 bytes.
    pub fn make_symlink(
        &self,
        change: &Change,
        folder: NodeId,
        name: Name<'_>,
        target: &[u8],
        caller: Caller,
    ) -> Result<Attr> {
        if target.len() > TARGET_BYTES {
            return Err(FsError::NameTooLong);
        }
        let new = New { kind: Kind::Symlink, mode: 0o777, device: 0, target: Some(target) };
        self.make(change, folder, name, new, Caller { umask: 0, ..caller })
    }

    /// Gives a node one more name and pins it once.
    ///
    /// # Errors
    /// As [`Space::make_node`]; [`FsError::IsFolder`] for a folder, [`FsError::TooManyLinks`].
    pub fn link(&self, _change: &Change, id: NodeId, folder: NodeId, name: Name<'_>) -> Result<Attr> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        let into = self.shared.folder_to_add_to(&tree, folder)?;
        let node = self.shared.node_in(&tree, id)?;
        if tree.find(folder, name)?.is_some() {
            return Err(FsError::Exists);
        }
        {
            let state = node.lock();
            match (state.attr.kind, state.attr.links) {
                (Kind::Folder, _) => return Err(FsError::IsFolder),
                (_, 0) => return Err(FsError::NotFound),
                (_, LINKS_MAX..) => return Err(FsError::TooManyLinks),
                _ => {}
            }
        }
        self.shared.stop_on_failure(tree.add_entry(folder, name, id))?;
        let now = Time::now();
        let mut state = node.lock();
        state.attr.links += 1;
        state.attr.changed = now;
        state.set_dirty();
        let attr = state.attr();
        drop(state);
        self.shared.mark_dirty(id);
        self.shared.touch_folder(&into, now, 0);
        self.pin(id);
        Ok(attr)
    }

    fn make(&self, _change: &Change, folder: NodeId, name: Name<'_>, new: New<'_>, caller: Caller) -> Result<Attr> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        let into = self.shared.folder_to_add_to(&tree, folder)?;
        if tree.find(folder, name)?.is_some() {
            return Err(FsError::Exists);
        }
        let Inherited { acl, permissions, gid } = inherit(&tree, &into, new.kind, new.mode, caller)?;
        let id = NodeId(tree.next_node);
        let state = new.state(id, folder, permissions, (caller.uid, gid), self.shared.next_version());
        let attr = state.attr.clone();
        let written = Self::write_new(&mut tree, folder, name, id, acl.as_ref());
        self.shared.stop_on_failure(written)?;
        tree.next_node += 1;
        self.shared.adopt(id, state);
        self.shared.mark_dirty(id);
        self.pin(id);
        self.shared.touch_folder(&into, attr.created, i32::from(new.kind == Kind::Folder));
        Ok(attr)
    }

    fn write_new(
        tree: &mut Tree,
        folder: NodeId,
        name: Name<'_>,
        id: NodeId,
        acl: Option<&acl::Inherited>,
    ) -> Result<()> {
        tree.add_entry(folder, name, id)?;
        acl.map_or(Ok(()), |acl| put_acl(tree, id, acl))
    }
}

/// What a new node gets from the folder it is made in.
pub(super) struct Inherited {
    pub(super) acl: Option<acl::Inherited>,
    pub(super) permissions: u32,
    pub(super) gid: u32,
}

/// Finds out what a node of a kind and mode gets in a folder.
pub(super) fn inherit(tree: &Tree, into: &Node, kind: Kind, mode: u32, caller: Caller) -> Result<Inherited> {
    let (folder_mode, folder_gid) = {
        let state = into.lock();
        (state.attr.permissions, state.attr.gid)
    };
    let acl = match kind {
        Kind::Symlink => None,
        _ => acl::inherit(tree.xattr(into.id, acl::DEFAULT)?.as_deref(), mode, kind)?,
    };
    let mut permissions = match &acl {
        Some(inherited) => inherited.permissions,
        None => mode & PERMISSION_MASK & !caller.umask,
    };
    let mut gid = caller.gid;
    if folder_mode & SET_GID != 0 {
        gid = folder_gid;
        if kind == Kind::Folder {
            permissions |= SET_GID;
        }
    }
    Ok(Inherited { acl, permissions, gid })
}

/// Writes the lists that a new node inherits.
pub(super) fn put_acl(tree: &mut Tree, id: NodeId, acl: &acl::Inherited) -> Result<()> {
    if let Some(access) = &acl.access {
        tree.put_xattr(id, acl::ACCESS, access)?;
    }
    if let Some(default) = &acl.default {
        tree.put_xattr(id, acl::DEFAULT, default)?;
    }
    Ok(())
}

/// A node to be made.
pub(super) struct New<'a> {
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) device: u32,
    pub(super) target: Option<&'a [u8]>,
}

impl New<'_> {
    pub(super) fn state(
        &self,
        id: NodeId,
        folder: NodeId,
        permissions: u32,
        (uid, gid): (u32, u32),
        version: u64,
    ) -> NodeState {
        let now = Time::now();
        let size = match (self.kind, self.target) {
            (Kind::Folder, _) => FOLDER_SIZE,
            (_, Some(target)) => target.len() as u64,
            _ => 0,
        };
        let attr = Attr {
            id,
            kind: self.kind,
            permissions,
            uid,
            gid,
            links: if self.kind == Kind::Folder { 2 } else { 1 },
            size,
            stored_bytes: 0,
            device: self.device,
            accessed: now,
            modified: now,
            changed: now,
            created: now,
            version,
        };
        NodeState {
            durable_size: size,
            firm_size: size,
            attr,
            attr_dirty: true,
            touched: false,
            parent: folder,
            target: self.target.map(Arc::from),
            content: (self.kind == Kind::File).then(Content::default),
            unborn: true,
        }
    }
}
