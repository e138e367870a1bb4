//! Nodes that are made ready without a name: nobody sees a file before it is whole, and one that is never finished goes
//! without a trace, at the latest when the space is opened again.

use std::sync::Arc;

use cartable_share::{Access, Change};
use rusqlite::params;

use super::entries::New;
use super::{Pinned, Space, Tree, WriteTimes};
use crate::acl;
use crate::error::Result;
use crate::node::{Attr, Kind, NodeId, SetAttr};

/// How often a file that is written meanwhile is copied.
const COPIES: usize = 5;

/// Attributes that belong to users.
const USER: &[u8] = b"user.";
/// Bytes that are copied at once from one space to another.
const PIECE_BYTES: usize = 1 << 20;

/// Where something is copied from: the same space, or another.
#[derive(Clone, Copy)]
pub struct Original<'a> {
    /// The space.
    pub space: &'a Arc<Space>,
    /// Who may read it.
    pub access: &'a Access,
}

impl Original<'_> {
    pub(super) fn is_in(&self, space: &Arc<Space>) -> bool {
        Arc::ptr_eq(self.space, space)
    }

    /// Copies the contents of a file into another space: its chunks have other keys there.
    fn copy_bytes(&self, from: &Attr, space: &Space, change: &Change, to: NodeId) -> Result<()> {
        let mut piece = vec![0; PIECE_BYTES];
        let mut at = 0;
        loop {
            let read = self.space.read(self.access, from.id, at, &mut piece)?;
            if read == 0 {
                return Ok(());
            }
            space.write(change, to, at, &piece[..read], WriteTimes::Now, false)?;
            at += read as u64;
        }
    }
}

/// A file or folder without a name. Dropped before it was placed, it is gone.
pub struct Staged {
    pinned: Pinned,
    kind: Kind,
}

impl Staged {
    /// Makes an empty file, or an empty folder, without a name.
    ///
    /// # Errors
    /// [`FsError::NoRoom`](crate::FsError::NoRoom), [`FsError::Stopped`](crate::FsError::Stopped).
    pub fn new(space: &Arc<Space>, change: &Change, kind: Kind) -> Result<Self> {
        let id = space.make_nameless(change, kind)?;
        Ok(Self { pinned: Pinned::adopt(space, id), kind })
    }

    /// Makes a copy of a file without a name: its attributes and its time are the same; within a space its stored bytes are shared. The
    /// file is pinned. Where it is written meanwhile, it is copied anew, some times; one that is written all the time is copied as
    /// it comes.
    ///
    /// # Errors
    /// As [`Staged::new`]; those of reading.
    pub fn copy(original: Original<'_>, space: &Arc<Space>, change: &Change, from: &Attr) -> Result<Self> {
        let staged = Self::new(space, change, from.kind)?;
        let mut from = from.clone();
        if from.kind == Kind::File {
            for _ in 0..COPIES {
                from = original.space.attr(original.access, from.id)?;
                space.set_attr(change, staged.id(), &SetAttr { size: Some(from.size), ..SetAttr::default() })?;
                if original.is_in(space) {
                    space.copy_range(original.access, change, (from.id, 0), (staged.id(), 0), from.size)?;
                } else {
                    original.copy_bytes(&from, space, change, staged.id())?;
                }
                if original.space.attr(original.access, from.id)?.version == from.version {
                    break;
                }
            }
        }
        if original.is_in(space) {
            space.copy_xattrs(change, from.id, staged.id())?;
        } else {
            let own = original.space.xattrs(original.access, from.id, USER)?;
            let own: Vec<_> = own.into_iter().map(|(name, value)| (name, Some(value))).collect();
            space.change_xattrs(change, staged.id(), &own)?;
        }
        staged.set_modified(change, &from)?;
        Ok(staged)
    }

    /// The node.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.pinned.id()
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    fn set_modified(&self, change: &Change, like: &Attr) -> Result<()> {
        let set = SetAttr { modified: Some(like.modified), accessed: Some(like.accessed), ..SetAttr::default() };
        self.pinned.space().set_attr(change, self.id(), &set).map(|_| ())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.pinned.space().discard(self.id());
    }
}

impl Space {
    fn make_nameless(&self, _change: &Change, kind: Kind) -> Result<NodeId> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        let id = NodeId(tree.next_node);
        tree.next_node += 1;
        let mode = if kind == Kind::Folder { 0o777 } else { 0o666 };
        let new = New { kind, mode, device: 0, target: None };
        let mut state = new.state(id, id, mode, (0, 0), self.shared.next_version());
        if kind != Kind::Folder {
            state.attr.links = 0;
        }
        self.shared.adopt(id, state);
        self.pin(id);
        tree.new_orphans.push(id);
        tree.nameless.insert(id);
        self.shared.mark_dirty(id);
        Ok(id)
    }

    /// Gives a node all extended attributes of another, but those that the system gives rights by.
    fn copy_xattrs(&self, _change: &Change, from: NodeId, to: NodeId) -> Result<()> {
        let mut tree = self.shared.tree.lock();
        let copied = tree.copy_xattrs(from, to);
        self.shared.stop_on_failure(copied)
    }

    /// Lets go of a node that never got a name; one that did stays.
    fn discard(&self, id: NodeId) {
        let Ok(node) = self.shared.node(id) else { return };
        let mut tree = self.shared.tree.lock();
        // Its row among the orphans is there, or about to be.
        if tree.nameless.remove(&id) {
            node.lock().attr.links = 0;
        }
    }
}

impl Tree {
    pub(super) fn copy_xattrs(&mut self, from: NodeId, to: NodeId) -> Result<()> {
        self.begin()?;
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO xattrs (node, name, value)
                 SELECT ?2, name, value FROM xattrs WHERE node = ?1 AND name NOT IN (?3, ?4, ?5)",
            )?
            .execute(params![from.row(), to.row(), b"security.capability", acl::ACCESS, acl::DEFAULT])?;
        Ok(())
    }
}
