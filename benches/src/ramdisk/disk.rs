//! The disk's nodes and what programs do with them.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::time::SystemTime;

use fuser::{Errno, FileType};

use super::content::Content;
use super::names::{Change, Pending};

pub(super) type Result<T> = std::result::Result<T, Errno>;

/// The root's number.
pub(super) const ROOT: u64 = 1;

/// The whole disk.
pub(super) struct Disk {
    pub(super) nodes: HashMap<u64, Node>,
    pub(super) pending: Pending,
    pub(super) on: bool,
    /// Changes so far.
    pub(super) changes: u64,
    /// After so many changes one fails, and what then.
    pub(super) failure: Option<(u64, Failure)>,
    /// What each open folder held when it was opened.
    pub(super) listings: HashMap<u64, Vec<(OsString, u64)>>,
    next: u64,
}

/// A file, folder or link. One without a name stays until the next cut, which may bring the name back.
pub(super) struct Node {
    pub(super) body: Body,
    pub(super) permissions: u16,
    pub(super) owner: (u32, u32),
    pub(super) links: u32,
    pub(super) modified: SystemTime,
}

pub(super) enum Body {
    File(Content),
    Folder { seen: Names, safe: Names, parent: u64 },
    Symlink(Vec<u8>),
}

pub(super) type Names = BTreeMap<OsString, u64>;

/// What follows a change that fails.
#[derive(Clone, Copy)]
pub(super) enum Failure {
    /// Later changes pass.
    Once,
    /// Nothing passes any more.
    PowerOff,
}

/// What a new node is to be.
pub(super) struct Wanted {
    pub(super) body: Body,
    pub(super) permissions: u32,
    pub(super) owner: (u32, u32),
}

impl Body {
    pub(super) fn folder(parent: u64) -> Self {
        Self::Folder { seen: Names::new(), safe: Names::new(), parent }
    }

    pub(super) fn kind(&self) -> FileType {
        match self {
            Self::File(_) => FileType::RegularFile,
            Self::Folder { .. } => FileType::Directory,
            Self::Symlink(_) => FileType::Symlink,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::File(content) => content.bytes(),
            Self::Folder { seen, .. } => seen.len(),
            Self::Symlink(target) => target.len(),
        }
    }
}

impl Disk {
    pub(super) fn new() -> Self {
        let root = Node {
            body: Body::folder(ROOT),
            permissions: 0o755,
            owner: (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw()),
            links: 1,
            modified: SystemTime::now(),
        };
        Self {
            nodes: HashMap::from([(ROOT, root)]),
            pending: Pending::default(),
            on: true,
            changes: 0,
            failure: None,
            listings: HashMap::new(),
            next: ROOT + 1,
        }
    }

    /// Counts a change; refused when it was to fail.
    pub(super) fn count_change(&mut self) -> Result<()> {
        if let Some((after, failure)) = self.failure
            && self.changes >= after
        {
            match failure {
                Failure::Once => self.failure = None,
                Failure::PowerOff => self.power_off(),
            }
            return Err(Errno::EIO);
        }
        self.changes += 1;
        Ok(())
    }

    pub(super) fn node(&self, id: u64) -> Result<&Node> {
        self.nodes.get(&id).ok_or(Errno::ESTALE)
    }

    pub(super) fn node_mut(&mut self, id: u64) -> Result<&mut Node> {
        self.nodes.get_mut(&id).ok_or(Errno::ESTALE)
    }

    pub(super) fn content(&self, id: u64) -> Result<&Content> {
        match &self.node(id)?.body {
            Body::File(content) => Ok(content),
            Body::Folder { .. } | Body::Symlink(_) => Err(Errno::EISDIR),
        }
    }

    pub(super) fn content_mut(&mut self, id: u64) -> Result<&mut Content> {
        let node = self.node_mut(id)?;
        node.modified = SystemTime::now();
        match &mut node.body {
            Body::File(content) => Ok(content),
            Body::Folder { .. } | Body::Symlink(_) => Err(Errno::EISDIR),
        }
    }

    pub(super) fn names(&self, folder: u64) -> Result<&Names> {
        match &self.node(folder)?.body {
            Body::Folder { seen, .. } => Ok(seen),
            Body::File(_) | Body::Symlink(_) => Err(Errno::ENOTDIR),
        }
    }

    pub(super) fn lookup(&self, folder: u64, name: &OsStr) -> Result<u64> {
        self.names(folder)?.get(name).copied().ok_or(Errno::ENOENT)
    }

    pub(super) fn make(&mut self, folder: u64, name: &OsStr, wanted: Wanted) -> Result<u64> {
        self.must_be_free(folder, name)?;
        let id = self.next;
        self.next += 1;
        let Wanted { body, permissions, owner } = wanted;
        let permissions = u16::try_from(permissions & 0o7777).unwrap_or(0);
        self.nodes.insert(id, Node { body, permissions, owner, links: 1, modified: SystemTime::now() });
        self.change(vec![(folder, name, Some(id))])?;
        Ok(id)
    }

    pub(super) fn link(&mut self, id: u64, folder: u64, name: &OsStr) -> Result<()> {
        self.must_be_free(folder, name)?;
        self.node_mut(id)?.links += 1;
        self.change(vec![(folder, name, Some(id))])
    }

    pub(super) fn unlink(&mut self, folder: u64, name: &OsStr) -> Result<()> {
        let id = self.lookup(folder, name)?;
        self.lose_name(id)?;
        self.change(vec![(folder, name, None)])
    }

    pub(super) fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Result<()> {
        let id = self.lookup(from.0, from.1)?;
        match self.lookup(to.0, to.1) {
            Ok(other) if other == id => return Ok(()),
            Ok(other) => self.lose_name(other)?,
            Err(_) => {}
        }
        if let Body::Folder { parent, .. } = &mut self.node_mut(id)?.body {
            *parent = to.0;
        }
        self.change(vec![(from.0, from.1, None), (to.0, to.1, Some(id))])
    }

    pub(super) fn must_be_free(&self, folder: u64, name: &OsStr) -> Result<()> {
        if self.names(folder)?.contains_key(name) { Err(Errno::EEXIST) } else { Ok(()) }
    }

    pub(super) fn parent(&self, folder: u64) -> Result<u64> {
        match &self.node(folder)?.body {
            Body::Folder { parent, .. } => Ok(*parent),
            Body::File(_) | Body::Symlink(_) => Err(Errno::ENOTDIR),
        }
    }

    /// Keeps what a folder holds for a reader, under the number returned.
    pub(super) fn open_folder(&mut self, folder: u64) -> Result<u64> {
        let listing = self.names(folder)?.iter().map(|(name, id)| (name.clone(), *id)).collect();
        let handle = self.next;
        self.next += 1;
        self.listings.insert(handle, listing);
        Ok(handle)
    }

    /// Makes a file's bytes or a folder's names safe.
    pub(super) fn sync(&mut self, id: u64) -> Result<()> {
        if let Err(error) = self.count_change() {
            if let (true, Body::File(content)) = (self.on, &mut self.node_mut(id)?.body) {
                content.fail_sync();
            }
            return Err(error);
        }
        match &mut self.node_mut(id)?.body {
            Body::File(content) => content.sync(),
            Body::Folder { .. } => {
                for change in self.pending.take_of(id) {
                    self.make_safe(change);
                }
            }
            Body::Symlink(_) => {}
        }
        Ok(())
    }

    pub(super) fn make_safe(&mut self, change: Change) {
        for ((folder, name), node) in change.sets {
            if let Some(Body::Folder { safe, .. }) = self.nodes.get_mut(&folder).map(|node| &mut node.body) {
                set(safe, name, node);
            }
        }
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> usize {
        self.nodes.values().filter(|node| node.links > 0).map(|node| node.body.bytes()).sum()
    }

    fn lose_name(&mut self, id: u64) -> Result<()> {
        let node = self.node_mut(id)?;
        if matches!(&node.body, Body::Folder { seen, .. } if !seen.is_empty()) {
            return Err(Errno::ENOTEMPTY);
        }
        node.links -= 1;
        Ok(())
    }

    fn change(&mut self, sets: Vec<(u64, &OsStr, Option<u64>)>) -> Result<()> {
        for (folder, name, node) in &sets {
            let folder = self.node_mut(*folder)?;
            folder.modified = SystemTime::now();
            if let Body::Folder { seen, .. } = &mut folder.body {
                set(seen, (*name).to_owned(), *node);
            }
        }
        let sets = sets.into_iter().map(|(folder, name, node)| ((folder, name.to_owned()), node)).collect();
        self.pending.add(Change { sets });
        Ok(())
    }
}

fn set(names: &mut Names, name: OsString, node: Option<u64>) {
    match node {
        Some(node) => names.insert(name, node),
        None => names.remove(&name),
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::super::cut::Loss;
    use super::*;

    fn file() -> Wanted {
        Wanted { body: Body::File(Content::default()), permissions: 0o600, owner: (0, 0) }
    }

    fn name(name: &str) -> &OsStr {
        OsStr::new(name)
    }

    #[test]
    fn a_name_is_safe_once_its_folder_was_synced() {
        let mut disk = Disk::new();
        let kept = disk.make(ROOT, name("kept"), file()).unwrap();
        disk.content_mut(kept).unwrap().write(0, b"abc");
        disk.sync(kept).unwrap();
        disk.sync(ROOT).unwrap();
        let lost = disk.make(ROOT, name("lost"), file()).unwrap();
        disk.sync(lost).unwrap();
        disk.unlink(ROOT, name("kept")).unwrap();
        disk.power_off();
        disk.power_on(1, Loss::All);
        assert_eq!(disk.lookup(ROOT, name("kept")), Ok(kept));
        assert_eq!(disk.content(kept).unwrap().read(0, 9), b"abc");
        assert_eq!(disk.lookup(ROOT, name("lost")), Err(Errno::ENOENT));
    }

    #[test]
    fn a_rename_over_a_file_leaves_the_old_or_the_new() {
        let mut seen = [false; 2];
        for seed in 0..50 {
            let mut disk = Disk::new();
            let old = disk.make(ROOT, name("file"), file()).unwrap();
            let new = disk.make(ROOT, name("file.new"), file()).unwrap();
            disk.sync(ROOT).unwrap();
            disk.rename((ROOT, name("file.new")), (ROOT, name("file"))).unwrap();
            disk.power_off();
            disk.power_on(seed, Loss::Part);
            let found = disk.lookup(ROOT, name("file")).unwrap();
            assert_eq!(disk.lookup(ROOT, name("file.new")).is_err(), found == new);
            seen[usize::from(found == old)] = true;
        }
        assert_eq!(seen, [true; 2]);
    }
}
