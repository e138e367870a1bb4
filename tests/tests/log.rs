//! The database's log is copied while others go on changing things.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, Ordering};

use cartable_crypto::Suite;
use cartable_fs::{Caller, Kind, Name, NodeId, Space, WriteTimes, XattrMode};
use cartable_share::{Access, Principal, Right, decide};
use cartable_tests::world::Core;

fn file(space: &Space, access: &Access, name: &str) -> NodeId {
    let caller = Caller { uid: 0, gid: 0, umask: 0 };
    let (change, name) = (access.change().unwrap(), Name::new(name.as_bytes()).unwrap());
    space.make_node(&change, NodeId::ROOT, name, Kind::File.type_bits() | 0o600, 0, caller).unwrap().id
}

/// A batch that somebody had opened since the commit kept the log from being copied, and stopped the space.
#[test]
fn a_long_log_is_copied_while_names_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let world = Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305);
    let access = decide(Principal::Owner, Right::Edit).unwrap();
    let space = world.space();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                file(space, &access, &format!("name-{n}"));
                if over.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let id = file(space, &access, "log");
        let change = access.change().unwrap();
        for n in 0..600_u64 {
            let body = vec![u8::try_from(n % 251).unwrap(); 60_000];
            space.write(&change, id, n * 60_000, &body, WriteTimes::Now, false).unwrap();
            space.sync(&access, id).unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// The same, while another thread commits: whoever of the two copies the log finds the other's batch open.
#[test]
fn a_long_log_is_copied_while_others_commit() {
    let folder = tempfile::tempdir().unwrap();
    let world = Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305);
    let access = decide(Principal::Owner, Right::Edit).unwrap();
    let (space, change) = (world.space(), access.change().unwrap());
    std::thread::scope(|scope| {
        for name in ["a", "b"] {
            let (access, change) = (&access, &change);
            scope.spawn(move || {
                let id = file(space, access, name);
                for n in 0..600 {
                    let value = vec![u8::try_from(n % 251).unwrap(); 60_000];
                    space.set_xattr(change, id, b"user.long", &value, XattrMode::Set).unwrap();
                    space.sync(access, id).unwrap();
                }
            });
        }
    });
}
