//! What lies in memory, in rows and in packs at a moment: nothing is mixed, lost or promised wrongly between them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_crypto::Suite;
use cartable_fs::{Caller, FsError, Kind, Name, NodeId, RenameMode, SetAttr, Space, WriteTimes};
use cartable_share::Change;
use cartable_tests::world::Core;

struct Desk {
    world: Core,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { world: Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305), _folder: folder }
    }

    fn space(&self) -> &Space {
        self.world.space()
    }

    fn change(&self) -> Change {
        self.world.access().change().unwrap()
    }

    fn file(&self, name: &str) -> NodeId {
        let caller = Caller { uid: 0, gid: 0, umask: 0 };
        let (name, mode) = (Name::new(name.as_bytes()).unwrap(), Kind::File.type_bits() | 0o600);
        self.space().make_node(&self.change(), NodeId::ROOT, name, mode, 0, caller).unwrap().id
    }

    fn write(&self, id: NodeId, offset: u64, bytes: &[u8]) {
        self.space().write(&self.change(), id, offset, bytes, WriteTimes::Now, false).unwrap();
    }

    fn resize(&self, id: NodeId, size: u64) {
        let set = SetAttr { size: Some(size), ..SetAttr::default() };
        self.space().set_attr(&self.change(), id, &set).unwrap();
    }

    fn sync(&self, id: NodeId) {
        self.space().sync(self.world.access(), id).unwrap();
    }

    fn found(&self, name: &str) -> Vec<u8> {
        let access = self.world.access();
        let attr = self.space().lookup(access, NodeId::ROOT, Name::new(name.as_bytes()).unwrap()).unwrap();
        let mut bytes = vec![0; usize::try_from(attr.size).unwrap()];
        assert_eq!(self.space().read(access, attr.id, 0, &mut bytes).unwrap(), bytes.len());
        bytes
    }

    fn crash(&mut self) {
        self.world.crash();
        self.world.open().unwrap();
    }
}

/// What a torn inline row leaves is dirty: it is part of a copy, too.
#[test]
fn a_copy_has_what_was_overwritten_in_part() {
    let desk = Desk::new();
    let (source, target) = (desk.file("source"), desk.file("target"));
    desk.write(source, 0, &[b'a'; 10_000]);
    desk.sync(source);
    desk.write(source, 0, &[b'b'; 4096]);
    let copied =
        desk.space().copy_range(desk.world.access(), &desk.change(), (source, 0), (target, 0), 10_000).unwrap();
    assert_eq!(copied, 10_000);
    assert!(desk.found("target") == [vec![b'b'; 4096], vec![b'a'; 5904]].concat());
}

/// What is inline is copied, what is in chunks is shared: a batch that closes in between takes both or nothing.
#[test]
fn a_copy_never_lacks_what_could_not_be_shared() {
    let mut desk = Desk::new();
    let (source, target, other) = (desk.file("source"), desk.file("target"), desk.file("other"));
    desk.write(source, 0, &[b'a'; 1000]);
    desk.sync(source);
    desk.write(source, 1000, &[b'b'; 70_000]);
    desk.space().sync_all(desk.world.access()).unwrap();
    desk.space().copy_range(desk.world.access(), &desk.change(), (source, 0), (target, 0), 71_000).unwrap();
    desk.write(other, 0, b"other");
    desk.sync(other);
    desk.crash();
    let found = desk.found("target");
    assert!(found.is_empty() || found == [vec![b'a'; 1000], vec![b'b'; 70_000]].concat(), "{}", found.len());
}

/// What lies inline only, and much of it, is copied in rounds.
#[test]
fn a_copy_of_many_inline_rows_is_whole() {
    const ROW: usize = 50_000;
    let mut desk = Desk::new();
    let (source, target) = (desk.file("source"), desk.file("target"));
    for row in 0..60 {
        desk.write(source, (row * ROW) as u64, &[b'a' + row as u8; ROW]);
        desk.sync(source);
    }
    desk.write(target, 0, b"head");
    let (from, length) = (10_000, (60 * ROW - 20_000) as u64);
    let copied =
        desk.space().copy_range(desk.world.access(), &desk.change(), (source, from), (target, 4), length + 5).unwrap();
    assert_eq!(copied, length + 5);
    let expected = [b"head", &desk.found("source")[10_000..10_000 + copied as usize]].concat();
    assert!(desk.found("target") == expected);
    desk.sync(target);
    desk.crash();
    assert!(desk.found("target") == expected);
}

/// A file that is written anew is after a crash the old one, an empty one or the new one: never zeros in its length.
#[test]
fn a_file_written_anew_is_never_zeros() {
    let mut desk = Desk::new();
    let (file, other) = (desk.file("file"), desk.file("other"));
    desk.write(file, 0, &[b'a'; 100]);
    desk.space().sync_all(desk.world.access()).unwrap();
    desk.resize(file, 0);
    desk.write(file, 0, &[b'b'; 50]);
    desk.write(other, 0, b"other");
    desk.sync(other);
    desk.crash();
    let found = desk.found("file");
    assert!(found.is_empty() || found == [b'a'; 100] || found == [b'b'; 50], "{found:?}");
}

/// Its new bytes are in a pack that is not synced yet when somebody else's fsync writes rows.
#[test]
fn a_stream_written_anew_leaves_nothing_of_the_old_behind_its_end() {
    const OLD: usize = 9 << 20;
    const NEW: usize = 5 << 20;
    let mut desk = Desk::new();
    let (file, other) = (desk.file("file"), desk.file("other"));
    desk.write(file, 0, &vec![b'a'; OLD]);
    desk.space().sync_all(desk.world.access()).unwrap();
    desk.resize(file, 0);
    desk.write(file, 0, &vec![b'b'; NEW]);
    desk.write(other, 0, b"other");
    desk.sync(other);
    desk.crash();
    let found = desk.found("file");
    let one_letter = found.iter().all(|byte| *byte == found[0]);
    assert!(
        one_letter && (found.len() == OLD || found.len() <= NEW && found.first() != Some(&b'a')),
        "{}",
        found.len()
    );
    let id = desk.space().lookup(desk.world.access(), NodeId::ROOT, Name::new(b"file").unwrap()).unwrap().id;
    let was = found.len();
    desk.resize(id, (OLD + 1000) as u64);
    assert!(desk.found("file")[was..].iter().all(|byte| *byte == 0), "old bytes came back behind the end");
    let mut quiet = |_| {};
    assert!(desk.space().check(desk.world.access(), &mut quiet).unwrap().is_clean());
}

/// Grown by ftruncate and synced, while bytes of it are dirty: the size is there.
#[test]
fn a_grown_file_keeps_its_size() {
    let mut desk = Desk::new();
    let (file, other) = (desk.file("file"), desk.file("other"));
    desk.resize(file, 1_000_000);
    desk.write(file, 10, b"dirty");
    desk.write(other, 0, b"other");
    desk.sync(other);
    desk.crash();
    assert_eq!(desk.found("file").len(), 1_000_000);
}

#[test]
fn a_closed_space_takes_no_change() {
    let desk = Desk::new();
    let file = desk.file("file");
    desk.space().close(desk.world.access()).unwrap();
    let written = desk.space().write(&desk.change(), file, 0, b"late", WriteTimes::Now, false);
    assert!(matches!(written, Err(FsError::Stopped(_))));
    let caller = Caller { uid: 0, gid: 0, umask: 0 };
    let made = desk.space().make_folder(&desk.change(), NodeId::ROOT, Name::new(b"late").unwrap(), 0o700, caller);
    assert!(matches!(made, Err(FsError::Stopped(_))));
}

/// Both names of an exchange keep their contents.
#[test]
fn an_exchange_takes_both_contents_along() {
    let mut desk = Desk::new();
    let (one, two, other) = (desk.file("one"), desk.file("two"), desk.file("other"));
    desk.write(one, 0, &[b'1'; 30_000]);
    desk.write(two, 0, &[b'2'; 30_000]);
    let names = [Name::new(b"one").unwrap(), Name::new(b"two").unwrap()];
    let (from, to) = ((NodeId::ROOT, names[0]), (NodeId::ROOT, names[1]));
    desk.space().rename(&desk.change(), from, to, RenameMode::Exchange).unwrap();
    desk.write(other, 0, b"other");
    desk.sync(other);
    desk.crash();
    assert!((desk.found("one"), desk.found("two")) == (vec![b'2'; 30_000], vec![b'1'; 30_000]));
}

/// One thread makes room at the end while another writes behind it.
#[test]
fn making_room_never_cuts_a_file() {
    let desk = Desk::new();
    for round in 0..300 {
        let file = desk.file(&format!("file {round}"));
        std::thread::scope(|scope| {
            scope.spawn(|| desk.write(file, 5000, &[b'w'; 5000]));
            desk.space().allocate(&desk.change(), file, 0..6000, false).unwrap();
        });
        assert_eq!(desk.space().attr(desk.world.access(), file).unwrap().size, 10_000);
    }
}
