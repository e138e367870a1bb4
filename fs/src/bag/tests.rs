//! Real bags in real folders: made, opened, changed, interrupted at each step, and tampered with.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod change;
mod memory;
mod opening;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use cartable_crypto::{AppPassword, Code, Grant, Header, KeyError, Keyring, Secret, SlotId, SlotKind, Suite};
use tempfile::TempDir;

use super::{Bag, BagError, OlderCopy, Opening, StateFolder, state::Ended};
use crate::{
    error::FsError,
    name::Name,
    node::{Caller, NodeId},
    space::{Space, WriteTimes},
};

thread_local! {
    static STEPS_LEFT: Arc<AtomicI64> = Arc::new(AtomicI64::new(i64::MAX));
}

/// How many durable steps the bags of this thread may still take.
pub(super) fn steps_left() -> Arc<AtomicI64> {
    STEPS_LEFT.with(Arc::clone)
}

fn allow_steps(count: i64) {
    steps_left().store(count, Ordering::SeqCst);
}

/// A bag with two recovery codes, its state folder, and room for copies. Codes are quicker than passphrases.
struct World {
    folder: TempDir,
    first: Code,
    second: Code,
}

impl World {
    fn new() -> Self {
        allow_steps(i64::MAX);
        let world = Self { folder: TempDir::new().unwrap(), first: Code::random(), second: Code::random() };
        let secrets = [world.first(), world.second()];
        let bag = Bag::create(&world.bag(), Suite::ChaCha20Poly1305, &[&secrets[0], &secrets[1]], &world.state(), 1);
        let bag = bag.unwrap();
        write(&bag, "first", b"written before");
        world
    }

    fn bag(&self) -> PathBuf {
        self.folder.path().join("bag")
    }

    fn state(&self) -> Arc<StateFolder> {
        Arc::new(StateFolder::open(&self.folder.path().join("state")).unwrap())
    }

    /// Another machine, which has never seen the bag.
    fn other_state(&self) -> Arc<StateFolder> {
        Arc::new(StateFolder::open(&self.folder.path().join("other-state")).unwrap())
    }

    fn first(&self) -> Secret {
        same(&self.first)
    }

    fn second(&self) -> Secret {
        same(&self.second)
    }

    fn open(&self, secret: &Secret) -> Result<Bag, BagError> {
        Bag::open(&self.bag(), secret, &self.state(), Opening::default())
    }

    fn accept(&self, secret: &Secret) -> Result<Bag, BagError> {
        let opening = Opening { danger_accept_older_copy: true, ..Opening::default() };
        Bag::open(&self.bag(), secret, &self.state(), opening)
    }

    /// Copies the bag as it is on disk.
    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.folder.path().join(name);
        copy_tree(&self.bag(), &copy);
        copy
    }

    /// Puts a copy in the place of the bag.
    fn put_back(&self, copy: &Path) {
        fs::remove_dir_all(self.bag()).unwrap();
        copy_tree(copy, &self.bag());
    }

    fn slot(&self, secret: &Secret) -> SlotId {
        let header = Bag::header_at(&self.bag()).unwrap();
        header.unlock(secret).unwrap().slot
    }
}

fn same(code: &Code) -> Secret {
    Secret::Recovery(Code::parse(&code.text()).unwrap())
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

const CALLER: Caller = Caller { uid: 0, gid: 0, umask: 0 };

fn write(bag: &Bag, name: &str, content: &[u8]) {
    let space = bag.open_home().unwrap();
    write_in(bag, &space, name, content);
    bag.close_space(&bag.home().unwrap()).unwrap();
}

fn write_in(bag: &Bag, space: &Space, name: &str, content: &[u8]) {
    let change = bag.access().unwrap().change().unwrap();
    let name = Name::new(name.as_bytes()).unwrap();
    let node = space.make_node(&change, NodeId::ROOT, name, 0o100_600, 0, CALLER).unwrap();
    space.write(&change, node.id, 0, content, WriteTimes::Now, false).unwrap();
    space.unpin(node.id, 1);
}

fn read_in(bag: &Bag, space: &Space, name: &str) -> Option<Vec<u8>> {
    let access = bag.access().unwrap();
    let attr = space.lookup(&access, NodeId::ROOT, Name::new(name.as_bytes()).unwrap()).ok()?;
    let mut content = vec![0; usize::try_from(attr.size).unwrap()];
    let count = space.read(&access, attr.id, 0, &mut content).unwrap();
    space.unpin(attr.id, 1);
    (count == content.len()).then_some(content)
}

fn read(bag: &Bag, name: &str) -> Option<Vec<u8>> {
    let space = bag.open_home().unwrap();
    let content = read_in(bag, &space, name);
    bag.close_space(&bag.home().unwrap()).unwrap();
    content
}

fn error<T>(result: Result<T, BagError>) -> BagError {
    result.err().expect("it must fail")
}

fn older<T>(result: Result<T, BagError>) -> OlderCopy {
    match error(result) {
        BagError::OlderCopy(older) => older,
        other => panic!("{other}"),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}
