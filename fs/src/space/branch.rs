//! Copying a folder with all that lies in it.

use std::sync::Arc;

use cartable_share::{Access, Change};

use super::staging::Staged;
use super::transplant::Keeping;
use super::{Pinned, Space};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Caller, Kind, NodeId};

impl Staged {
    /// Makes a copy of a folder and all that lies in it, without a name. Stored bytes are shared. Pipes, sockets and devices
    /// are left out: they have no contents.
    ///
    /// # Errors
    /// As [`Staged::copy`].
    pub fn copy_tree(space: &Arc<Space>, access: &Access, change: &Change, from: &Attr) -> Result<Self> {
        let top = Self::copy(space, access, change, from)?;
        let mut waiting = vec![(from.id, top.id())];
        while let Some((from, to)) = waiting.pop() {
            for (name, attr) in space.entries(access, from)? {
                let name = Name::new(&name)?;
                match space.copy_entry(access, change, &attr, (to, name)) {
                    Ok(Some(folder)) => waiting.push((attr.id, folder)),
                    // What went meanwhile is not part of the copy.
                    Ok(None) | Err(FsError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(top)
    }
}

impl Space {
    /// All entries of a folder with their attributes, in order.
    ///
    /// # Errors
    /// Those of [`Space::list`].
    pub fn entries(&self, access: &Access, folder: NodeId) -> Result<Vec<(Vec<u8>, Attr)>> {
        let mut entries = Vec::new();
        self.list(access, folder, 0, |entry| {
            entries.push((entry.name.to_vec(), entry.attr.clone()));
            true
        })?;
        Ok(entries)
    }

    /// Copies one entry; returns the new folder when it is one, still empty.
    fn copy_entry(
        self: &Arc<Self>,
        access: &Access,
        change: &Change,
        from: &Attr,
        to: (NodeId, Name<'_>),
    ) -> Result<Option<NodeId>> {
        match from.kind {
            Kind::File | Kind::Folder => {
                let staged = Staged::copy(self, access, change, from)?;
                self.place(change, &staged, to, Keeping::Own, |_| Ok(()))?;
                Ok((from.kind == Kind::Folder).then(|| staged.id()))
            }
            Kind::Symlink => {
                let target = self.read_link(access, from.id)?;
                let caller = Caller { uid: from.uid, gid: from.gid, umask: 0 };
                let made = self.make_symlink(change, to.0, to.1, &target, caller)?;
                drop(Pinned::adopt(self, made.id));
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}
