//! A bag seen through its doors at once.

use std::os::unix::fs::MetadataExt;

use crate::dav::Dav;
use crate::deed::{Chosen, Deed};
use crate::model::{Act, Model, Node, Path};
use crate::share::{Doors, Served};
use crate::world::{Folder, World};

/// A bag seen through its doors.
pub struct Seen {
    /// The bag.
    pub served: Served,
    /// A client of the share.
    pub dav: Dav,
    drive: Option<Folder>,
}

impl Seen {
    /// Makes a bag with these doors.
    #[must_use]
    pub fn new(doors: Doors) -> Self {
        let served = Served::new(doors);
        let drive = (doors == Doors::Both).then(|| Folder::new(served.drive()));
        Self { dav: Dav::new(served.client()), served, drive }
    }

    /// Does a deed that the model is about to do, through one of the doors.
    pub fn act(&mut self, model: &Model, Chosen { deed, door, .. }: &Chosen) -> Option<()> {
        if let Deed::Act(Act::Reopen) = deed {
            self.reopen();
            return Some(());
        }
        let through_share = door % 2 == 0 && deed.is_known_to_dav() && !self.is_between_names(deed);
        match &mut self.drive {
            Some(drive) if !through_share => deed.acts(model)?.iter().try_for_each(|act| drive.act(act)),
            _ => deed.done_by(&mut self.dav),
        }
    }

    /// Closes the bag and opens it again.
    pub fn reopen(&mut self) {
        self.dav.hang_up();
        self.served.reopen();
        self.dav = Dav::new(self.served.client());
    }

    /// Whether all that the bag holds is sound. Opens it again.
    pub fn is_clean(&mut self) -> bool {
        self.dav.hang_up();
        let clean = self.served.is_clean();
        self.dav = Dav::new(self.served.client());
        clean
    }

    /// rename(2) does nothing between two names of one file, and MOVE removes the first.
    fn is_between_names(&self, deed: &Deed) -> bool {
        let inode = |path: &Path| {
            let path = path.iter().fold(self.served.drive(), |at, name| at.join(name));
            std::fs::symlink_metadata(path).map(|found| found.ino()).ok()
        };
        match deed {
            Deed::Act(Act::Rename(from, to)) => inode(from).is_some() && inode(from) == inode(to),
            _ => false,
        }
    }

    /// What the share shows, and so does the drive. Panics where they differ.
    #[must_use]
    pub fn tree(&self) -> Vec<(Path, Node)> {
        match &self.drive {
            Some(_) => same(&self.dav, &self.served.drive()),
            None => self.dav.tree(),
        }
    }
}

/// What a share shows, and so does the drive. Panics where they differ.
#[must_use]
pub fn same(dav: &Dav, drive: &std::path::Path) -> Vec<(Path, Node)> {
    let names = |tree: &[(Path, Node)]| tree.iter().map(|(path, _)| path.join("/")).collect::<Vec<_>>();
    let (shared, mounted) = (dav.tree(), Folder::new(drive.to_owned()).tree());
    assert_eq!(names(&mounted), names(&shared), "the drive, and the share");
    for ((path, mounted), (_, shared)) in mounted.iter().zip(&shared) {
        assert!(mounted == shared, "{} differs between the drive and the share", path.join("/"));
    }
    shared
}
