//! Worlds that acts are done in: the core of a space, and any folder of the system, such as a mounted drive.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use cartable_crypto::{BagId, SpaceId, SpaceKey, Suite};
use cartable_fs::{Caller, FsError, Kind, Name, NodeId, RenameMode, SetAttr, Space, WriteTimes};
use cartable_share::{Access, Principal, Right, decide};
use rustix::fs::{CWD, FallocateFlags, RenameFlags, fallocate, renameat_with};

use crate::model::{Act, Node, Path, pattern};

/// Something that acts can be done in and that can be looked at.
pub trait World {
    /// Does an act; `None` when it can't be done. Panics when the world is broken.
    fn act(&mut self, act: &Act) -> Option<()>;

    /// All that is there, with contents, folders before what they hold. Entries of folders carry no numbers.
    fn tree(&self) -> Vec<(Path, Node)>;
}

const CALLER: Caller = Caller { uid: 0, gid: 0, umask: 0o022 };

/// A space, without a door.
pub struct Core {
    folder: PathBuf,
    key: SpaceKey,
    ids: (BagId, SpaceId),
    suite: Suite,
    space: Option<Arc<Space>>,
    access: Access,
}

impl Core {
    /// Makes a space in a folder that is not there yet.
    #[must_use]
    pub fn create(folder: PathBuf, suite: Suite) -> Self {
        let (key, ids) = (SpaceKey::random(1), (BagId::random(), SpaceId::random()));
        let space = Space::create(&folder, key.derive(suite, &ids.0, &ids.1), (0, 0)).expect("a space can be made");
        let access = decide(Principal::Owner, Right::Edit).expect("an owner may edit");
        Self { folder, key, ids, suite, space: Some(Arc::new(space)), access }
    }

    /// The open space.
    #[must_use]
    pub fn space(&self) -> &Arc<Space> {
        self.space.as_ref().expect("the space is open")
    }

    /// The owner's access.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Drops the space without closing it, as a crash of the process does.
    pub fn crash(&mut self) {
        self.space = None;
    }

    /// Opens the space again.
    ///
    /// # Errors
    /// Those of [`Space::open`].
    pub fn open(&mut self) -> Result<(), FsError> {
        let keys = self.key.derive(self.suite, &self.ids.0, &self.ids.1);
        self.space = Some(Arc::new(Space::open(&self.folder, keys)?));
        Ok(())
    }

    fn find(&self, path: &[String]) -> Option<(NodeId, Kind)> {
        let space = self.space();
        path.iter().try_fold((NodeId::ROOT, Kind::Folder), |(at, _), name| {
            let attr = ok(space.lookup(&self.access, at, Name::new(name.as_bytes()).ok()?))?;
            space.unpin(attr.id, 1);
            Some((attr.id, attr.kind))
        })
    }

    fn at<'a>(&self, path: &'a Path) -> Option<(NodeId, Name<'a>)> {
        let (name, parent) = path.split_last()?;
        Some((self.find(parent)?.0, Name::new(name.as_bytes()).ok()?))
    }

    fn file(&self, path: &Path) -> Option<NodeId> {
        self.find(path).filter(|(_, kind)| *kind == Kind::File).map(|(id, _)| id)
    }

    fn walk(&self, id: NodeId, kind: Kind, path: &mut Path, tree: &mut Vec<(Path, Node)>) {
        let space = self.space();
        match kind {
            Kind::Folder => {
                let mut entries = Vec::new();
                space
                    .list(&self.access, id, 0, |entry| {
                        let name = String::from_utf8(entry.name.to_vec()).expect("names of the tests are text");
                        entries.push((name, entry.attr.id, entry.attr.kind));
                        true
                    })
                    .expect("a folder can be listed");
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                tree.push((path.clone(), Node::Folder(BTreeMap::new())));
                for (name, id, kind) in entries {
                    path.push(name);
                    self.walk(id, kind, path, tree);
                    path.pop();
                }
            }
            Kind::Symlink => {
                let target = space.read_link(&self.access, id).expect("a link can be read");
                tree.push((path.clone(), Node::Symlink(String::from_utf8_lossy(&target).into_owned())));
            }
            _ => {
                let size = space.attr(&self.access, id).expect("a file has attributes").size;
                let mut bytes = vec![0; usize::try_from(size).expect("files of the tests are small")];
                let read = space.read(&self.access, id, 0, &mut bytes).expect("a file can be read");
                assert_eq!(read, bytes.len());
                tree.push((path.clone(), Node::File(bytes)));
            }
        }
    }
}

impl World for Core {
    fn act(&mut self, act: &Act) -> Option<()> {
        if let Act::Reopen = act {
            self.space().close(&self.access).expect("a space can be closed");
            self.crash();
            self.open().expect("a closed space opens");
            return Some(());
        }
        let change = self.access.change().expect("an owner may change");
        let space = self.space();
        match act {
            Act::Create(path) => {
                let (folder, name) = self.at(path)?;
                let attr = ok(space.make_node(&change, folder, name, 0o644, 0, CALLER))?;
                space.unpin(attr.id, 1);
                Some(())
            }
            Act::MakeFolder(path) => {
                let (folder, name) = self.at(path)?;
                let attr = ok(space.make_folder(&change, folder, name, 0o755, CALLER))?;
                space.unpin(attr.id, 1);
                Some(())
            }
            Act::Symlink(path, target) => {
                let (folder, name) = self.at(path)?;
                let attr = ok(space.make_symlink(&change, folder, name, target.as_bytes(), CALLER))?;
                space.unpin(attr.id, 1);
                Some(())
            }
            Act::Link(from, to) => {
                let (folder, name) = self.at(to)?;
                let attr = ok(space.link(&change, self.find(from)?.0, folder, name))?;
                space.unpin(attr.id, 1);
                Some(())
            }
            Act::Unlink(path) => {
                let (folder, name) = self.at(path)?;
                ok(space.unlink(&change, folder, name))
            }
            Act::RemoveFolder(path) => {
                let (folder, name) = self.at(path)?;
                ok(space.remove_folder(&change, folder, name))
            }
            Act::Rename(from, to) => ok(space.rename(&change, self.at(from)?, self.at(to)?, RenameMode::Replace)),
            Act::RenameNoReplace(from, to) => {
                ok(space.rename(&change, self.at(from)?, self.at(to)?, RenameMode::NoReplace))
            }
            Act::Exchange(a, b) => ok(space.rename(&change, self.at(a)?, self.at(b)?, RenameMode::Exchange)),
            Act::Write(path, offset, length, seed) => {
                let bytes = pattern(*offset, *length, *seed);
                if bytes.is_empty() {
                    return self.file(path).map(|_| ());
                }
                ok(space.write(&change, self.file(path)?, *offset, &bytes, WriteTimes::Now, false)).map(|_| ())
            }
            Act::Truncate(path, size) => {
                let set = SetAttr { size: Some(*size), ..SetAttr::default() };
                ok(space.set_attr(&change, self.file(path)?, &set)).map(|_| ())
            }
            Act::Punch(path, offset, length) => {
                ok(space.punch(&change, self.file(path)?, *offset..offset + length, true))
            }
            Act::CopyRange(from, at, to, into, length) => {
                let (from, to) = ((self.file(from)?, *at), (self.file(to)?, *into));
                ok(space.copy_range(&self.access, &change, from, to, *length)).map(|_| ())
            }
            Act::Sync(path) => ok(space.sync(&self.access, self.find(path)?.0)),
            Act::SyncAll => ok(space.sync_all(&self.access)),
            Act::Reopen => None,
        }
    }

    fn tree(&self) -> Vec<(Path, Node)> {
        let mut tree = Vec::new();
        self.walk(NodeId::ROOT, Kind::Folder, &mut Vec::new(), &mut tree);
        tree
    }
}

/// Turns a refusal into `None`; a space that is damaged or stopped fails the test.
fn ok<T>(result: Result<T, FsError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(
            error @ (FsError::Damaged(_)
            | FsError::Stopped(_)
            | FsError::Database(_)
            | FsError::Store(_)
            | FsError::Io { .. }
            | FsError::NoRoom),
        ) => panic!("the space is broken: {error}"),
        Err(_) => None,
    }
}

/// A folder of the system.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Uses a folder that is there and empty.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn path(&self, path: &Path) -> PathBuf {
        path.iter().fold(self.root.clone(), |at, name| at.join(name))
    }

    fn walk(&self, path: &mut Path, tree: &mut Vec<(Path, Node)>) {
        let at = self.path(path);
        let kind = fs::symlink_metadata(&at).expect("what is listed is there").file_type();
        if kind.is_symlink() {
            let target = fs::read_link(&at).expect("a link can be read");
            tree.push((path.clone(), Node::Symlink(target.to_string_lossy().into_owned())));
        } else if kind.is_dir() {
            let mut names: Vec<String> = fs::read_dir(&at)
                .expect("a folder can be listed")
                .map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            tree.push((path.clone(), Node::Folder(BTreeMap::new())));
            for name in names {
                path.push(name);
                self.walk(path, tree);
                path.pop();
            }
        } else {
            tree.push((path.clone(), Node::File(fs::read(&at).expect("a file can be read"))));
        }
    }

    fn open(&self, path: &Path) -> Option<fs::File> {
        let at = self.path(path);
        if fs::symlink_metadata(&at).ok()?.is_file() {
            sys(OpenOptions::new().read(true).write(true).open(at))
        } else {
            None
        }
    }
}

impl World for Folder {
    fn act(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Create(path) => sys(OpenOptions::new().write(true).create_new(true).open(self.path(path))).map(|_| ()),
            Act::MakeFolder(path) => sys(fs::create_dir(self.path(path))),
            Act::Symlink(path, target) => sys(std::os::unix::fs::symlink(target, self.path(path))),
            Act::Link(from, to) => sys(fs::hard_link(self.path(from), self.path(to))),
            Act::Unlink(path) => sys(fs::remove_file(self.path(path))),
            Act::RemoveFolder(path) => sys(fs::remove_dir(self.path(path))),
            Act::Rename(from, to) => sys(fs::rename(self.path(from), self.path(to))),
            Act::RenameNoReplace(from, to) => {
                sys(renameat_with(CWD, self.path(from), CWD, self.path(to), RenameFlags::NOREPLACE).map_err(Into::into))
            }
            Act::Exchange(a, b) => {
                sys(renameat_with(CWD, self.path(a), CWD, self.path(b), RenameFlags::EXCHANGE).map_err(Into::into))
            }
            Act::Write(path, offset, length, seed) => {
                sys(self.open(path)?.write_all_at(&pattern(*offset, *length, *seed), *offset))
            }
            Act::Truncate(path, size) => sys(self.open(path)?.set_len(*size)),
            Act::Punch(path, offset, length) => {
                let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
                sys(fallocate(self.open(path)?, flags, *offset, *length).map_err(Into::into))
            }
            Act::CopyRange(from, at, to, into, length) => {
                let (from, to) = (self.open(from)?, self.open(to)?);
                let size = from.metadata().expect("an open file has a size").len();
                let left = (*length).min(size.saturating_sub(*at));
                let (mut at, mut into, mut left) = (*at, *into, usize::try_from(left).ok()?);
                while left > 0 {
                    let copied = sys(rustix::fs::copy_file_range(&from, Some(&mut at), &to, Some(&mut into), left)
                        .map_err(std::io::Error::from))?;
                    if copied == 0 {
                        break;
                    }
                    left -= copied;
                }
                Some(())
            }
            Act::Sync(path) => {
                let kind = sys(fs::symlink_metadata(self.path(path)))?.file_type();
                // The system offers no way to sync a link or a device by its own name.
                if kind.is_file() || kind.is_dir() {
                    sys(fs::File::open(self.path(path)).and_then(|file| file.sync_all()))
                } else {
                    Some(())
                }
            }
            Act::SyncAll | Act::Reopen => Some(()),
        }
    }

    fn tree(&self) -> Vec<(Path, Node)> {
        let mut tree = Vec::new();
        self.walk(&mut Vec::new(), &mut tree);
        tree
    }
}

fn sys<T>(result: std::io::Result<T>) -> Option<T> {
    match result {
        Err(error) if error.raw_os_error() == Some(5) => panic!("the drive is broken: {error}"),
        other => other.ok(),
    }
}
