//! Copying a folder with all that lies in it.

use std::sync::Arc;

use cartable_share::{Access, Change};

use super::staging::{Original, Staged};
use super::transplant::Keeping;
use super::{Pinned, Space};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Caller, Kind, NodeId, SetAttr};

impl Staged {
    /// Makes a copy of a folder and all that lies in it, without a name, for whoever `owner` (user, group) is. Stored bytes are
    /// shared; what programs wrote and a cache holds back is part of it. Pipes, sockets and devices are left out: they have no
    /// contents.
    ///
    /// # Errors
    /// As [`Staged::copy`].
    pub fn copy_tree(
        original: Original<'_>,
        space: &Arc<Space>,
        change: &Change,
        from: &Attr,
        owner: (u32, u32),
    ) -> Result<Self> {
        let top = Self::copy(original, space, change, from)?;
        // What is placed in a folder belongs to whom the folder belongs.
        let set = SetAttr { uid: Some(owner.0), gid: Some(owner.1), ..SetAttr::default() };
        space.set_attr(change, top.id(), &set)?;
        let mut folders = vec![(from.clone(), top.id())];
        let mut done = 0;
        while let Some((from, to)) = folders.get(done).map(|(from, to)| (from.id, *to)) {
            done += 1;
            let entries = match original.space.entries(original.access, from) {
                Err(FsError::NotFound) => continue,
                entries => entries?,
            };
            for (name, _) in entries {
                let name = Name::new(&name)?;
                // Whoever is saved meanwhile has another node under the same name; what has no name any more is not copied.
                let (pinned, attr) = match Pinned::find(original.space, original.access, from, name) {
                    Err(FsError::NotFound) => continue,
                    found => found?,
                };
                original.space.gather(pinned.id());
                let copied = space.copy_entry(original, change, &attr, (to, name))?;
                folders.extend(copied.map(|folder| (attr, folder)));
            }
        }
        // What was put into them made them newer.
        for (from, to) in folders {
            let set = SetAttr { modified: Some(from.modified), ..SetAttr::default() };
            space.set_attr(change, to, &set)?;
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
        original: Original<'_>,
        change: &Change,
        from: &Attr,
        to: (NodeId, Name<'_>),
    ) -> Result<Option<NodeId>> {
        match from.kind {
            Kind::File | Kind::Folder => {
                let staged = Staged::copy(original, self, change, from)?;
                self.place(change, &staged, to, Keeping::Own, |_| Ok(()))?;
                Ok((from.kind == Kind::Folder).then(|| staged.id()))
            }
            Kind::Symlink => {
                let target = original.space.read_link(original.access, from.id)?;
                let caller = Caller { uid: from.uid, gid: from.gid, umask: 0 };
                let made = self.make_symlink(change, to.0, to.1, &target, caller)?;
                drop(Pinned::adopt(self, made.id));
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}
