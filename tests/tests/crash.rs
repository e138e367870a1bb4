//! A process that ends without closing: what was synced is there, and the space opens without any repair.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_crypto::Suite;
use cartable_tests::model::{Act, Model, Node};
use cartable_tests::world::{Core, World};

fn path(name: &str) -> Vec<String> {
    vec![name.into()]
}

fn files(tree: Vec<(Vec<String>, Node)>) -> Vec<(Vec<String>, Node)> {
    tree.into_iter().filter(|(_, node)| matches!(node, Node::File(_))).collect()
}

/// After each fsync in turn the process is gone: the synced files are whole, whatever was written besides.
#[test]
fn what_was_synced_outlives_the_process() {
    let sizes = [10, 4096, 70_000, 300_000, 5_000_000];
    for stop in 1..=sizes.len() {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305);
        let mut model = Model::default();
        for (n, size) in sizes.iter().take(stop).enumerate() {
            let name = path(&format!("file{n}"));
            let acts = [
                Act::Create(name.clone()),
                Act::Write(name.clone(), 0, *size, 7),
                Act::Write(name.clone(), 1000, *size / 2, 9),
                Act::Sync(name),
            ];
            for act in acts {
                assert_eq!(model.act(&act), world.act(&act));
            }
        }
        world.crash();
        world.open().unwrap();
        assert_eq!(files(model.tree()), files(world.tree()), "after {stop} files");
        let mut quiet = |_| {};
        assert!(world.space().check(world.access(), &mut quiet).unwrap().is_clean());
    }
}

/// The old content or the new one, never an empty file: a rename takes the contents along.
#[test]
fn a_rename_takes_the_contents_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305);
    let (document, new, other) = (path("document"), path("document.new"), path("other"));
    let acts = [
        Act::Create(document.clone()),
        Act::Write(document.clone(), 0, 50_000, 1),
        Act::SyncAll,
        Act::Create(new.clone()),
        Act::Write(new.clone(), 0, 50_000, 2),
        Act::Rename(new, document.clone()),
        Act::Create(other.clone()),
        Act::Sync(other),
    ];
    let mut model = Model::default();
    for act in acts {
        assert_eq!(model.act(&act), world.act(&act));
    }
    world.crash();
    world.open().unwrap();
    assert_eq!(files(model.tree()), files(world.tree()));
}

/// A flipped byte anywhere in a pack is an error and a report, or the right bytes; never wrong ones.
#[test]
fn a_flipped_byte_is_never_served() {
    let folder = tempfile::tempdir().unwrap();
    let space = folder.path().join("space");
    let mut world = Core::create(space.clone(), Suite::ChaCha20Poly1305);
    let name = path("file");
    for act in [Act::Create(name.clone()), Act::Write(name.clone(), 0, 200_000, 3), Act::Reopen] {
        world.act(&act).unwrap();
    }
    world.space().close(world.access()).unwrap();
    world.crash();
    let packs = space.join("packs");
    let pack = std::fs::read_dir(&packs).unwrap().next().unwrap().unwrap().path();
    let pack = std::fs::read_dir(pack).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&pack).unwrap();
    let mut refused = 0;
    for at in (0..200_000).step_by(9973) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&pack, &bytes).unwrap();
        world.open().unwrap();
        let access = *world.access();
        let id = {
            let attr =
                world.space().lookup(&access, cartable_fs::NodeId::ROOT, cartable_fs::Name::new(b"file").unwrap());
            attr.unwrap().id
        };
        let mut out = vec![0; 200_000];
        match world.space().read(&access, id, 0, &mut out) {
            Ok(read) => assert_eq!(out[..read], cartable_tests::model::pattern(0, 200_000, 3)[..], "flip at {at}"),
            Err(_) => refused += 1,
        }
        world.crash();
    }
    assert!(refused > 10, "{refused}");
}
