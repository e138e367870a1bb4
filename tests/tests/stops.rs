//! A process that stops at any of its writes, with or without the power, or meets one that fails: what is found then is
//! an earlier state, no older than what was synced.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use cartable_benches::ramdisk::{Loss, RamDisk};
use cartable_crypto::Suite;
use cartable_tests::model::{Act, Model, Node, Path as Names};
use cartable_tests::world::{Core, World};

type Tree = BTreeMap<Names, Node>;

fn at(name: &str) -> Names {
    name.split('/').map(String::from).collect()
}

/// Small and large, new and overwritten, renamed, cut, punched, shared, removed; each kind of thing synced and not.
fn script() -> Vec<Act> {
    vec![
        Act::MakeFolder(at("folder")),
        Act::Create(at("folder/small")),
        Act::Write(at("folder/small"), 0, 3000, 1),
        Act::Sync(at("folder/small")),
        Act::Create(at("large")),
        Act::Write(at("large"), 0, 400_000, 2),
        Act::Sync(at("large")),
        Act::Create(at("new")),
        Act::Write(at("new"), 0, 90_000, 3),
        Act::Rename(at("new"), at("large")),
        Act::Link(at("folder/small"), at("second")),
        Act::Write(at("second"), 1000, 70_000, 4),
        Act::SyncAll,
        Act::Symlink(at("link"), "folder".into()),
        Act::Truncate(at("large"), 50_000),
        Act::Punch(at("second"), 8192, 20_000),
        Act::Sync(at("second")),
        Act::Reopen,
        Act::Create(at("copy")),
        Act::CopyRange(at("second"), 0, at("copy"), 0, 60_000),
        Act::Sync(at("copy")),
        Act::Unlink(at("large")),
        Act::Exchange(at("copy"), at("folder")),
        Act::SyncAll,
        Act::Unlink(at("second")),
        Act::Write(at("folder"), 5000, 2000, 5),
        Act::Reopen,
    ]
}

/// States that the model went through, and what must be durable.
struct History {
    states: Vec<Tree>,
    /// The state that was made durable as a whole.
    all: usize,
    /// From which state on the names are durable.
    names: usize,
    /// Files synced on their own: in which state.
    files: BTreeMap<Names, usize>,
}

impl History {
    fn new() -> Self {
        Self { states: vec![shown(&Model::default())], all: 0, names: 0, files: BTreeMap::new() }
    }

    fn done(&mut self, act: &Act) {
        let now = self.states.len() - 1;
        match act {
            Act::SyncAll | Act::Reopen => (self.all, self.names) = (now, now),
            Act::Sync(path) => {
                self.names = now;
                self.files.insert(path.clone(), now);
            }
            _ => {}
        }
    }

    /// Whether the names are those of one state, and each file's bytes are, or begin, those it had at some moment since
    /// it was synced.
    fn explains(&self, found: &Tree) -> bool {
        (self.names..self.states.len()).any(|k| {
            let state = &self.states[k];
            state.keys().eq(found.keys())
                && state.iter().zip(found).all(|((path, _), (_, node))| match node {
                    Node::File(bytes) => self.explains_file(k, path, bytes),
                    other => Some(other) == state.get(path),
                })
        })
    }

    fn explains_file(&self, k: usize, path: &Names, bytes: &[u8]) -> bool {
        let synced = self.files.get(path).is_some_and(|synced| {
            // Synced, and not touched in any state since.
            *synced >= self.all && self.states[*synced..].iter().all(|s| s.get(path) == self.states[*synced].get(path))
        });
        let files = |state: &Tree| -> Vec<Vec<u8>> {
            state
                .values()
                .filter_map(|node| if let Node::File(bytes) = node { Some(bytes.clone()) } else { None })
                .collect()
        };
        if synced || self.all + 1 == self.states.len() {
            return matches!(&self.states[k][path], Node::File(expected) if expected == bytes);
        }
        // A name may belong to a file that had another name before: any file since then may have been it.
        self.states[self.all..].iter().flat_map(files).any(|was| was.starts_with(bytes))
    }
}

fn shown(model: &Model) -> Tree {
    let plain = |node| if let Node::Folder(_) = node { Node::Folder(BTreeMap::new()) } else { node };
    model.tree().into_iter().map(|(path, node)| (path, plain(node))).collect()
}

/// What happens to the disk after so many changes.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Fine,
    Stops(u64),
    FailsOnce(u64),
}

/// Runs the script in a new space until an act fails; returns how many changes the disk saw.
fn run(disk: &RamDisk, space: &Path, fate: Fate, loss: Loss) -> u64 {
    let mut world = Core::create(space.to_path_buf(), Suite::ChaCha20Poly1305);
    world.act(&Act::SyncAll).unwrap();
    // The space makes durable what is in its folder; the folder's own name is the bag's business.
    std::fs::File::open(space.parent().unwrap()).unwrap().sync_all().unwrap();
    let before = disk.changes();
    match fate {
        Fate::Fine => {}
        Fate::Stops(after) => disk.power_off_after(after),
        Fate::FailsOnce(after) => disk.fail_once_after(after),
    }
    let (mut model, mut history) = (Model::default(), History::new());
    for act in script() {
        let possible = model.act(&act);
        history.states.push(shown(&model));
        match catch_unwind(AssertUnwindSafe(|| world.act(&act))) {
            Ok(found) if possible == found => {}
            // A space that stopped goes back to what is durable: what came after may be refused as not there.
            Ok(None) if world.space().sync_all(world.access()).is_err() => break,
            Ok(found) => panic!("{act:?} answered {found:?}, not {possible:?}"),
            Err(_) => break,
        }
        history.done(&act);
    }
    world.crash();
    let changes = disk.changes() - before;
    disk.power_off();
    disk.power_on(changes, loss);
    let what = format!("{fate:?}, lost {loss:?}");
    world.open().unwrap_or_else(|error| panic!("{what}: {error}"));
    let found: Tree = world.tree().into_iter().collect();
    assert!(
        history.explains(&found),
        "{what}, after {} acts: {:?}",
        history.states.len() - 1,
        found.iter().map(|(path, node)| (path.join("/"), runs(node))).collect::<Vec<_>>()
    );
    let mut quiet = |_| {};
    let report = world.space().check(world.access(), &mut quiet).unwrap();
    assert!(report.is_clean(), "{what}: {report:?}");
    world.space().close(world.access()).unwrap();
    changes
}

/// The size of a file and where its bytes change abruptly: enough to see what is mixed with what.
fn runs(node: &Node) -> Option<(usize, Vec<(usize, u8)>)> {
    let Node::File(bytes) = node else { return None };
    let jumps = bytes.iter().enumerate().filter(|(i, byte)| *i == 0 || byte.wrapping_sub(bytes[i - 1]) > 1);
    Some((bytes.len(), jumps.map(|(i, byte)| (i, *byte)).take(20).collect()))
}

fn at_every_change(fate: impl Fn(u64) -> Fate, loss: Loss) {
    let folder = tempfile::tempdir().unwrap();
    let disk = RamDisk::mount(folder.path()).unwrap();
    let space = folder.path().join("space");
    let all = run(&disk, &space, Fate::Fine, Loss::Nothing);
    assert!(all > 50, "{all}");
    for after in 0..=all {
        std::fs::remove_dir_all(&space).unwrap();
        run(&disk, &space, fate(after), loss);
    }
    disk.unmount().unwrap();
}

/// The process is gone after its n-th change of the disk, for every n.
#[test]
fn a_stop_at_any_write_leaves_an_earlier_state() {
    at_every_change(Fate::Stops, Loss::Nothing);
}

/// The power is gone with it, and all that was not synced.
#[test]
fn a_power_cut_at_any_write_leaves_an_earlier_state() {
    at_every_change(Fate::Stops, Loss::All);
}

/// One change fails, a sync among them, and the disk works on; what was said to be durable after it is.
#[test]
fn a_failed_write_promises_nothing_that_does_not_hold() {
    at_every_change(Fate::FailsOnce, Loss::All);
}
