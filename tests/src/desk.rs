//! A bag on a desk: made, filled, copied, damaged and opened again, with or without what this device remembers of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cartable_fs::bag::{Bag, BagError, Code, Opening, Secret, StateFolder, Suite};
use cartable_fs::check::Report;
use cartable_fs::{Caller, FsError, Name, NodeId, Space, WriteTimes};
use tempfile::TempDir;

const CALLER: Caller = Caller { uid: 0, gid: 0, umask: 0 };

/// Whether the device knows the bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// The one that made it.
    Own,
    /// One that never saw it.
    Other,
}

/// A folder with a bag, copies of it, and one state folder for each device.
pub struct Desk {
    folder: TempDir,
    code: Code,
}

/// What one file of a bag says: its bytes, or that they can't be had.
pub type Content = Option<Vec<u8>>;

impl Default for Desk {
    fn default() -> Self {
        Self { folder: TempDir::new().expect("a folder"), code: Code::random() }
    }
}

impl Desk {
    /// Makes an empty bag.
    #[must_use]
    pub fn with_bag(suite: Suite) -> Self {
        let desk = Self::default();
        Bag::create(&desk.bag(), suite, &[&desk.secret()], &desk.state(Device::Own), 1).expect("a bag can be made");
        desk
    }

    /// Where the bag lies.
    #[must_use]
    pub fn bag(&self) -> PathBuf {
        self.path("bag")
    }

    /// A place beside the bag.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn secret(&self) -> Secret {
        Secret::Recovery(Code::parse(&self.code.text()).expect("a code reads its own text"))
    }

    fn state(&self, device: Device) -> Arc<StateFolder> {
        Arc::new(StateFolder::open(&self.path(&format!("{device:?}"))).expect("a state folder"))
    }

    /// Opens the bag and its home.
    ///
    /// # Errors
    /// Those of the bag.
    pub fn open(&self, device: Device) -> Result<(Bag, Arc<Space>), BagError> {
        let bag = Bag::open(&self.bag(), &self.secret(), &self.state(device), Opening::default())?;
        let space = bag.open_home()?;
        Ok((bag, space))
    }

    /// Does something in the open bag, and closes it.
    pub fn work<T>(&self, act: impl FnOnce(&Bag, &Space) -> T) -> T {
        let (bag, space) = self.open(Device::Own).expect("the bag opens");
        let done = act(&bag, &space);
        bag.close_space(&bag.home().expect("home")).expect("the bag closes");
        done
    }

    /// Forgets what the other device saw.
    pub fn forget(&self) {
        let _ = fs::remove_dir_all(self.path("Other"));
    }

    /// Puts a copy in the place of the bag.
    pub fn put_back(&self, copy: &Path) {
        fs::remove_dir_all(self.bag()).expect("the bag can be removed");
        copy_tree(copy, &self.bag());
    }

    /// Copies the bag as it lies there.
    #[must_use]
    pub fn copy(&self, name: &str) -> PathBuf {
        copy_tree(&self.bag(), &self.path(name));
        self.path(name)
    }
}

/// Makes a file in the root of the space.
pub fn write(bag: &Bag, space: &Space, name: &str, content: &[u8]) {
    let access = bag.access().expect("an owner");
    let change = access.change().expect("an owner may change");
    let name = Name::new(name.as_bytes()).expect("a name");
    let node = match space.lookup(&access, NodeId::ROOT, name) {
        Ok(node) => node,
        Err(_) => space.make_node(&change, NodeId::ROOT, name, 0o100_600, 0, CALLER).expect("a file can be made"),
    };
    space.write(&change, node.id, 0, content, WriteTimes::Now, false).expect("a file can be written");
    space.unpin(node.id, 1);
}

/// Reads a file of the root; an error is no content, and no file an empty one.
#[must_use]
pub fn read(bag: &Bag, space: &Space, name: &str) -> Content {
    let access = bag.access().expect("an owner");
    let attr = match space.lookup(&access, NodeId::ROOT, Name::new(name.as_bytes()).expect("a name")) {
        Ok(attr) => attr,
        Err(FsError::NotFound) => return Some(Vec::new()),
        Err(_) => return None,
    };
    let mut content = vec![0; usize::try_from(attr.size).ok()?];
    let count = space.read(&access, attr.id, 0, &mut content);
    space.unpin(attr.id, 1);
    (count.ok()? == content.len()).then_some(content)
}

/// Reads everything the space has.
///
/// # Errors
/// Those of the space.
pub fn check(bag: &Bag, space: &Space) -> Result<Report, FsError> {
    space.check(&bag.access().expect("an owner"), &mut |_| {})
}

/// All files of a folder, by their paths from it.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let path = PathBuf::from(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|inner| path.join(inner)));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for path in files(from) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::copy(from.join(&path), target).expect("a file can be copied");
    }
    // Empty folders belong to the bag as well.
    for folder in ["spaces", "quarantine"] {
        if from.join(folder).is_dir() {
            fs::create_dir_all(to.join(folder)).expect("a folder can be made");
        }
    }
}
