//! Files and trees made ready without a name, placed, replaced and removed whole; what is told to those who sync.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use cartable_crypto::Suite;
use cartable_fs::{
    Attr, Caller, FsError, Keeping, Kind, Name, NodeId, Original, Pinned, Placed, RenameMode, SetAttr, Space, Staged,
    SyncPoint, Time, WriteTimes, XattrMode,
};
use cartable_share::{Access, Change};
use cartable_tests::world::Core;

struct Desk {
    world: Core,
    _folder: tempfile::TempDir,
}

const CALLER: Caller = Caller { uid: 7, gid: 8, umask: 0 };

fn name(text: &str) -> Name<'_> {
    Name::new(text.as_bytes()).unwrap()
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { world: Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305), _folder: folder }
    }

    fn space(&self) -> &Arc<Space> {
        self.world.space()
    }

    fn original(&self) -> Original<'_> {
        Original { space: self.space(), access: self.access() }
    }

    fn access(&self) -> &Access {
        self.world.access()
    }

    fn change(&self) -> Change {
        self.world.access().change().unwrap()
    }

    fn file(&self, folder: NodeId, called: &str, bytes: &[u8]) -> Attr {
        let mode = Kind::File.type_bits() | 0o640;
        let made = self.space().make_node(&self.change(), folder, name(called), mode, 0, CALLER).unwrap();
        self.space().write(&self.change(), made.id, 0, bytes, WriteTimes::Now, false).unwrap();
        self.space().unpin(made.id, 1);
        self.space().attr(self.access(), made.id).unwrap()
    }

    fn folder(&self, folder: NodeId, called: &str) -> NodeId {
        let made = self.space().make_folder(&self.change(), folder, name(called), 0o755, CALLER).unwrap();
        self.space().unpin(made.id, 1);
        made.id
    }

    fn staged(&self, bytes: &[u8]) -> Staged {
        let staged = Staged::new(self.space(), &self.change(), Kind::File).unwrap();
        self.space().write(&self.change(), staged.id(), 0, bytes, WriteTimes::Now, false).unwrap();
        staged
    }

    fn place(&self, staged: &Staged, called: &str) -> Result<Placed, FsError> {
        self.space().place(&self.change(), staged, (NodeId::ROOT, name(called)), Keeping::Replaced, |_| Ok(()))
    }

    fn find(&self, folder: NodeId, called: &str) -> Result<Attr, FsError> {
        self.space().find(self.access(), folder, name(called))
    }

    fn bytes(&self, id: NodeId) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.space().attr(self.access(), id).unwrap().size).unwrap()];
        assert_eq!(self.space().read(self.access(), id, 0, &mut bytes).unwrap(), bytes.len());
        bytes
    }

    fn content(&self, called: &str) -> Vec<u8> {
        self.bytes(self.find(NodeId::ROOT, called).unwrap().id)
    }

    fn sync(&self) {
        self.space().sync_all(self.access()).unwrap();
    }

    fn crash(&mut self) {
        self.world.crash();
        self.world.open().unwrap();
    }

    fn assert_clean(&self, nodes: u64) {
        self.sync();
        let report = self.space().check(self.access(), &mut |_| {}).unwrap();
        assert!(report.is_clean(), "{:?}", report.findings);
        assert_eq!(report.nodes, nodes);
    }
}

#[test]
fn a_placed_file_takes_over_what_the_old_one_was_known_by() {
    let desk = Desk::new();
    let old = desk.file(NodeId::ROOT, "file", b"old");
    let space = desk.space();
    space.link(&desk.change(), old.id, NodeId::ROOT, name("other name")).unwrap();
    space.unpin(old.id, 1);
    space.set_xattr(&desk.change(), old.id, b"user.mark", b"kept", XattrMode::Set).unwrap();
    let open = Pinned::new(space, old.id);
    let staged = desk.staged(b"new and longer");
    let placed = desk.place(&staged, "file").unwrap();
    assert!(placed.replaced);
    drop(staged);
    for called in ["file", "other name"] {
        let found = desk.find(NodeId::ROOT, called).unwrap();
        assert_eq!((found.id, found.links, found.uid, found.permissions), (placed.attr.id, 2, 7, 0o640));
        assert_eq!(found.created, old.created);
        assert_eq!(desk.content(called), b"new and longer");
    }
    assert_eq!(space.xattr(desk.access(), placed.attr.id, b"user.mark").unwrap(), b"kept");
    assert_eq!(desk.bytes(open.id()), b"old", "who has the old one open keeps it");
    drop(open);
    desk.assert_clean(2);
}

#[test]
fn what_is_dropped_before_it_is_placed_leaves_nothing() {
    let desk = Desk::new();
    let staged = desk.staged(&[7; 3_000_000]);
    desk.assert_clean(2);
    drop(staged);
    desk.assert_clean(1);
}

#[test]
fn a_crash_leaves_the_old_or_the_new_whole() {
    let mut desk = Desk::new();
    desk.file(NodeId::ROOT, "file", &[1; 200_000]);
    desk.sync();
    for (round, synced) in [(2_u8, true), (3, false), (4, true)] {
        let staged = desk.staged(&vec![round; 300_000]);
        let placed = desk.place(&staged, "file").unwrap();
        if synced {
            desk.space().sync(desk.access(), placed.attr.id).unwrap();
        }
        drop(staged);
        desk.crash();
        let content = desk.content("file");
        assert!(content.iter().all(|byte| *byte == content[0]), "torn in round {round}");
        assert!(!synced || content[0] == round);
    }
    desk.assert_clean(2);
}

#[test]
fn placing_can_be_refused_at_the_last_moment() {
    let desk = Desk::new();
    let old = desk.file(NodeId::ROOT, "file", b"old");
    let staged = desk.staged(b"new");
    let refused =
        desk.space().place(&desk.change(), &staged, (NodeId::ROOT, name("file")), Keeping::Replaced, |there| {
            if there.is_some_and(|there| there.version == old.version) { Err(FsError::Exists) } else { Ok(()) }
        });
    assert!(matches!(refused, Err(FsError::Exists)));
    drop(staged);
    assert_eq!(desk.content("file"), b"old");
    desk.folder(NodeId::ROOT, "folder");
    assert!(matches!(desk.place(&desk.staged(b"x"), "folder"), Err(FsError::IsFolder)));
    desk.assert_clean(3);
}

#[test]
fn a_tree_goes_with_its_name_and_is_copied_whole() {
    let mut desk = Desk::new();
    let top = desk.folder(NodeId::ROOT, "top");
    for n in 0..30 {
        let inner = desk.folder(top, &format!("folder {n}"));
        for m in 0..30 {
            desk.file(inner, &format!("file {m}"), format!("{n} {m}").as_bytes());
        }
    }
    let attr = desk.find(NodeId::ROOT, "top").unwrap();
    let staged = Staged::copy_tree(desk.original(), desk.space(), &desk.change(), &attr, (7, 8)).unwrap();
    let place = (NodeId::ROOT, name("copy"));
    desk.space().place(&desk.change(), &staged, place, Keeping::Own, |_| Ok(())).unwrap();
    drop(staged);
    desk.assert_clean(1 + 2 * (1 + 30 + 900));
    let copied = desk.find(NodeId::ROOT, "copy").unwrap();
    let inner = desk.find(copied.id, "folder 17").unwrap();
    assert_eq!((inner.uid, inner.gid), (7, 8), "what is in a copy belongs to whom the copy was made for");
    assert_eq!(desk.find(inner.id, "file 1").unwrap().uid, 7);
    assert_eq!(inner.modified, desk.find(top, "folder 17").unwrap().modified, "and is as old as it was");
    assert_eq!(desk.bytes(desk.find(inner.id, "file 23").unwrap().id), b"17 23");

    // A copy that is never placed.
    drop(Staged::copy_tree(desk.original(), desk.space(), &desk.change(), &attr, (7, 8)).unwrap());
    desk.assert_clean(1 + 2 * (1 + 30 + 900));

    let open = Pinned::new(desk.space(), desk.find(inner.id, "file 1").unwrap().id);
    desk.space().remove_tree(&desk.change(), NodeId::ROOT, name("copy")).unwrap();
    assert!(matches!(desk.find(NodeId::ROOT, "copy"), Err(FsError::NotFound)));
    desk.sync();
    assert_eq!(desk.bytes(open.id()), b"17 1");
    drop(open);
    desk.assert_clean(1 + 1 + 30 + 900);
    desk.space().remove_tree(&desk.change(), NodeId::ROOT, name("top")).unwrap();
    desk.sync();
    desk.crash();
    desk.assert_clean(1);
}

#[test]
fn a_rename_may_replace_whatever_is_there() {
    let desk = Desk::new();
    let full = desk.folder(NodeId::ROOT, "full");
    desk.file(full, "inside", b"lost");
    desk.file(NodeId::ROOT, "file", b"moved");
    let (from, to) = ((NodeId::ROOT, name("file")), (NodeId::ROOT, name("full")));
    desk.space().rename(&desk.change(), from, to, RenameMode::Overwrite).unwrap();
    assert_eq!(desk.content("full"), b"moved");
    desk.assert_clean(2);
}

#[test]
fn an_entity_tag_never_stands_for_two_contents() {
    let mut desk = Desk::new();
    let mut seen = std::collections::HashSet::new();
    let file = desk.file(NodeId::ROOT, "file", b"0");
    desk.sync();
    for round in 0..6_u8 {
        for n in 0..3 {
            let byte = [round * 3 + n];
            desk.space().write(&desk.change(), file.id, 0, &byte, WriteTimes::Now, false).unwrap();
            let tag = desk.space().entity_tag(&desk.space().attr(desk.access(), file.id).unwrap());
            assert!(seen.insert(tag), "given twice");
        }
        if round % 2 == 0 {
            desk.sync();
            let before = desk.space().entity_tag(&desk.space().attr(desk.access(), file.id).unwrap());
            desk.crash();
            assert_eq!(desk.space().entity_tag(&desk.space().attr(desk.access(), file.id).unwrap()), before);
        } else {
            desk.crash();
        }
    }
}

#[test]
fn times_of_a_file_that_is_known_outside_are_those_of_another_node() {
    let desk = Desk::new();
    let file = desk.file(NodeId::ROOT, "file", b"content");
    let time = Time { seconds: 1_000_000, nanos: 0 };
    let place = (NodeId::ROOT, name("file"));
    desk.space().set_modified(desk.access(), &desk.change(), place, time).unwrap();
    assert_eq!(desk.find(NodeId::ROOT, "file").unwrap().id, file.id);
    let known = Pinned::new(desk.space(), file.id);
    let later = Time { seconds: 2_000_000, nanos: 0 };
    let notices = desk.space().set_modified(desk.access(), &desk.change(), place, later).unwrap();
    assert_eq!(notices.len(), 3, "the name, its folder, and the other node");
    let found = desk.find(NodeId::ROOT, "file").unwrap();
    assert!(found.id != known.id());
    assert_eq!((found.modified, found.version), (later, file.version));
    assert_eq!(desk.content("file"), b"content");
    drop(known);
    desk.assert_clean(2);
}

#[test]
fn who_syncs_hears_of_what_changed_and_of_nothing_else() {
    let mut desk = Desk::new();
    let folder = desk.folder(NodeId::ROOT, "folder");
    desk.file(folder, "kept", b"1");
    desk.file(folder, "changed", b"1");
    desk.file(folder, "removed", b"1");
    desk.file(folder, "moved", b"1");
    let first = desk.space().sync_point(desk.access()).unwrap();
    assert_eq!(desk.space().sync_point(desk.access()).unwrap(), first, "nothing changed");
    assert_eq!(told(&desk, folder, &first), (vec![], vec![]));

    let changed = desk.find(folder, "changed").unwrap();
    desk.space().write(&desk.change(), changed.id, 0, b"2", WriteTimes::Now, false).unwrap();
    desk.space().unlink(&desk.change(), folder, name("removed")).unwrap();
    let (from, to) = ((folder, name("moved")), (folder, name("there")));
    desk.space().rename(&desk.change(), from, to, RenameMode::Replace).unwrap();
    desk.file(folder, "short-lived", b"1");
    desk.space().unlink(&desk.change(), folder, name("short-lived")).unwrap();
    let second = desk.space().sync_point(desk.access()).unwrap();
    let all = (texts(&["changed", "there"]), texts(&["moved", "removed"]));
    assert_eq!(told(&desk, folder, &first), all);
    assert_eq!(told(&desk, folder, &second), (vec![], vec![]));

    desk.file(folder, "removed", b"back");
    desk.crash();
    assert!(desk.space().remembers(&first).unwrap());
    let third = desk.space().sync_point(desk.access()).unwrap();
    assert!(third.counter > second.counter);
    let foreign = SyncPoint { opening: [9; 16], ..first };
    assert!(!desk.space().remembers(&foreign).unwrap());
    let later = SyncPoint { counter: third.counter + 100, ..third };
    assert!(!desk.space().remembers(&later).unwrap());
    desk.space()
        .set_attr(&desk.change(), changed.id, &SetAttr { permissions: Some(0o600), ..SetAttr::default() })
        .unwrap();
    assert_eq!(told(&desk, folder, &third).0, texts(&["changed"]));
}

fn told(desk: &Desk, folder: NodeId, since: &SyncPoint) -> (Vec<String>, Vec<String>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut changed = Vec::new();
    let now = desk.space().sync_point(desk.access()).unwrap();
    desk.space()
        .changed_since(desk.access(), folder, Some(since), &now, |entry| {
            changed.push(text(entry.name));
            true
        })
        .unwrap();
    changed.sort();
    let mut gone: Vec<String> =
        desk.space().gone_since(desk.access(), folder, since).unwrap().iter().map(|name| text(name)).collect();
    gone.sort();
    (changed, gone)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_string()).collect()
}

#[test]
fn a_tree_is_copied_whole_while_its_files_are_saved() {
    let desk = Desk::new();
    let top = desk.folder(NodeId::ROOT, "top");
    for n in 0..20 {
        desk.file(top, &format!("file {n}"), &[1; 100_000]);
    }
    let attr = desk.find(NodeId::ROOT, "top").unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for round in 0_u8..200 {
                let staged = desk.staged(&[round.max(1); 100_000]);
                let called = format!("file {}", round % 20);
                let place = (top, name(&called));
                desk.space().place(&desk.change(), &staged, place, Keeping::Replaced, |_| Ok(())).unwrap();
                desk.sync();
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        while !done.load(std::sync::atomic::Ordering::SeqCst) {
            let staged = Staged::copy_tree(desk.original(), desk.space(), &desk.change(), &attr, (0, 0)).unwrap();
            let entries = desk.space().entries(desk.access(), staged.id()).unwrap();
            assert_eq!(entries.len(), 20);
            for (_, file) in entries {
                let bytes = desk.bytes(file.id);
                assert!(bytes.len() == 100_000 && bytes[0] != 0 && bytes.iter().all(|byte| *byte == bytes[0]));
            }
        }
    });
    desk.assert_clean(22);
}

#[test]
fn attributes_are_changed_together_or_not_at_all() {
    let desk = Desk::new();
    let file = desk.file(NodeId::ROOT, "file", b"x");
    let set = |name: &str, bytes: usize| (format!("user.{name}").into_bytes(), Some(vec![1; bytes]));
    desk.space().change_xattrs(&desk.change(), file.id, &[set("a", 10), set("b", 10)]).unwrap();
    let many: Vec<_> = (0..60).map(|n| set(&n.to_string(), 60_000)).collect();
    assert!(matches!(desk.space().change_xattrs(&desk.change(), file.id, &many), Err(FsError::NoRoom)));
    let names = desk.space().xattr_names(desk.access(), file.id).unwrap();
    assert_eq!(names, [b"user.a".to_vec(), b"user.b".to_vec()]);
    let gone = [(b"user.a".to_vec(), None), (b"user.c".to_vec(), None), set("d", 1)];
    desk.space().change_xattrs(&desk.change(), file.id, &gone).unwrap();
    let names = desk.space().xattr_names(desk.access(), file.id).unwrap();
    assert_eq!(names, [b"user.b".to_vec(), b"user.d".to_vec()]);
}

#[test]
fn attributes_past_the_limit_can_be_replaced_and_removed() {
    let desk = Desk::new();
    let file = desk.file(NodeId::ROOT, "file", b"x");
    let name = |n: usize| format!("user.{n}").into_bytes();
    let change = |changes: &[_]| desk.space().change_xattrs(&desk.change(), file.id, changes);
    // Twenty values that a program on the drive set: more than a change of many may leave.
    for n in 0..20 {
        desk.space().set_xattr(&desk.change(), file.id, &name(n), &[1; 60_000], XattrMode::Set).unwrap();
    }
    change(&[(name(0), Some(vec![2; 60_000])), (name(1), None), (name(1), None)]).unwrap();
    assert!(matches!(change(&[(name(1), Some(vec![2; 60_000]))]), Err(FsError::NoRoom)));
    // One name many times counts once.
    let often: Vec<_> = (0..100).map(|_| (name(2), Some(vec![3; 60_000]))).collect();
    change(&often).unwrap();
    assert_eq!(desk.space().xattr(desk.access(), file.id, &name(2)).unwrap(), vec![3; 60_000]);
    change(&[(name(3), None)]).unwrap();
    assert_eq!(desk.space().xattr_names(desk.access(), file.id).unwrap().len(), 18);
}
