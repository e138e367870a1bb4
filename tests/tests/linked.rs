//! Another space, shown in folders of home: through both doors it is part of the tree, with its own rights and keys.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use cartable_fs::bag::SlotKind;
use cartable_fs::{Caller, FsError, Keeping, Kind, Name, NodeId, RenameMode, Space, Spaces, Staged, WriteTimes};
use cartable_share::Access;
use cartable_tests::dav::Dav;
use cartable_tests::http::Body;
use cartable_tests::share::{Doors, Served};
use rustix::io::Errno;

const OWNER: Caller = Caller { uid: 0, gid: 0, umask: 0 };
const CONTENTS: &[u8] = b"Trimestre 1: ensemble satisfaisant";

/// A served bag in whose folder `Bulletins` a folder of another space is shown.
struct World {
    served: Served,
}

impl World {
    fn new(doors: Doors, edit: bool) -> Self {
        let served = Served::new(doors);
        let bag = served.opened();
        let id = bag.add_space().unwrap();
        let (home, other, access) = (served.space(), bag.open_space(&id).unwrap(), served.access());
        let change = access.change().unwrap();
        let folder = make_folder(&other, &access, NodeId::ROOT, "Bulletins");
        let year = make_folder(&other, &access, folder, "2025-2026");
        put(&other, &access, year, "Trimestre-1.txt", CONTENTS);
        let shown = make_folder(home, &access, NodeId::ROOT, "Bulletins");
        home.show(&change, shown, &id, folder, edit).unwrap();
        home.sync_all(&access).unwrap();
        Self { served }
    }

    fn drive(&self, path: &str) -> PathBuf {
        self.served.drive().join(path)
    }

    fn dav(&self) -> Dav {
        Dav::new(self.served.client())
    }

    fn other(&self) -> Arc<Space> {
        let (_, link) = self.served.space().links().pop().unwrap();
        self.served.opened().open_space(&link.space).unwrap()
    }
}

fn name(text: &str) -> Name<'_> {
    Name::new(text.as_bytes()).unwrap()
}

fn make_folder(space: &Space, access: &Access, folder: NodeId, called: &str) -> NodeId {
    let made = space.make_folder(&access.change().unwrap(), folder, name(called), 0o755, OWNER).unwrap();
    space.unpin(made.id, 1);
    made.id
}

fn put(space: &Space, access: &Access, folder: NodeId, called: &str, contents: &[u8]) {
    let (change, mode) = (access.change().unwrap(), Kind::File.type_bits() | 0o644);
    let made = space.make_node(&change, folder, name(called), mode, 0, OWNER).unwrap();
    space.write(&change, made.id, 0, contents, WriteTimes::Now, false).unwrap();
    space.unpin(made.id, 1);
}

fn words(path: &str) -> Vec<String> {
    path.split('/').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn refused(done: std::io::Result<()>) -> Errno {
    Errno::from_io_error(&done.unwrap_err()).unwrap()
}

/// Who has the folder open from before it was shown is told, instead of writing where nobody looks.
#[test]
fn nothing_is_put_behind_what_is_shown() {
    let world = World::new(Doors::Both, false);
    let (home, access) = (world.served.space(), world.served.access());
    let change = access.change().unwrap();
    let behind = home.links().pop().unwrap().0;
    put(home, &access, NodeId::ROOT, "mine", b"mine");
    let mode = Kind::File.type_bits() | 0o644;
    let busy = |done: Result<(), FsError>| assert!(matches!(done, Err(FsError::InUse)), "{done:?}");
    busy(home.make_node(&change, behind, name("essay"), mode, 0, OWNER).map(drop));
    busy(home.make_folder(&change, behind, name("essays"), 0o755, OWNER).map(drop));
    let mine = home.find(&access, NodeId::ROOT, name("mine")).unwrap().id;
    busy(home.link(&change, mine, behind, name("mine")).map(drop));
    busy(home.rename(&change, (NodeId::ROOT, name("mine")), (behind, name("mine")), RenameMode::Replace));
    let staged = Staged::new(home, &change, Kind::File).unwrap();
    busy(home.place(&change, &staged, (behind, name("mine")), Keeping::Own, |_| Ok(())).map(drop));
}

/// A file that may only be read is not even opened for more: what the kernel took in would be seen by all until it is refused.
#[test]
fn what_may_only_be_read_is_not_opened_to_be_changed() {
    let world = World::new(Doors::Both, false);
    let file = world.drive("Bulletins/2025-2026/Trimestre-1.txt");
    for options in [fs::OpenOptions::new().append(true), fs::OpenOptions::new().read(true).write(true)] {
        assert_eq!(refused(options.open(&file).map(drop)), Errno::ACCESS);
    }
    assert_eq!(fs::read(&file).unwrap(), CONTENTS);
}

#[test]
fn a_drive_shows_it_for_reading() {
    let world = World::new(Doors::Both, false);
    let names = |path: &str| {
        let mut names: Vec<_> =
            fs::read_dir(world.drive(path)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(""), ["Bulletins"]);
    assert_eq!(names("Bulletins"), ["2025-2026"]);
    assert_eq!(names("Bulletins/2025-2026"), ["Trimestre-1.txt"]);
    let file = "Bulletins/2025-2026/Trimestre-1.txt";
    assert_eq!(fs::read(world.drive(file)).unwrap(), CONTENTS);
    assert_eq!(refused(fs::write(world.drive(file), "other")), Errno::ACCESS);
    assert_eq!(refused(fs::create_dir(world.drive("Bulletins/new"))), Errno::ACCESS);
    assert_eq!(refused(fs::remove_file(world.drive(file))), Errno::ACCESS);
    assert_eq!(refused(fs::remove_dir(world.drive("Bulletins"))), Errno::BUSY);
    fs::write(world.drive("mine"), "mine").unwrap();
    assert_eq!(refused(fs::rename(world.drive("mine"), world.drive("Bulletins/mine"))), Errno::XDEV);
    assert_eq!(refused(fs::hard_link(world.drive(file), world.drive("linked"))), Errno::XDEV);
    fs::copy(world.drive(file), world.drive("copied")).unwrap();
    assert_eq!(fs::read(world.drive("copied")).unwrap(), CONTENTS);
    fs::rename(world.drive("Bulletins"), world.drive("Livret")).unwrap();
    assert_eq!(names("Livret/2025-2026"), ["Trimestre-1.txt"]);
}

#[test]
fn what_comes_to_be_known_is_shown_at_once() {
    let world = World::new(Doors::Both, false);
    assert_eq!(fs::read_dir(world.drive("Bulletins")).unwrap().count(), 1);
    assert!(!world.drive("Bulletins/2026-2027").exists());
    let (other, access) = (world.other(), world.served.access());
    let folder = other.find(&access, NodeId::ROOT, name("Bulletins")).unwrap().id;
    make_folder(&other, &access, folder, "2026-2027");
    let entry = cartable_fs::Notice::Entry { folder, name: b"2026-2027".to_vec() };
    other.notify(&[entry, cartable_fs::Notice::Names(folder)]);
    assert!(world.drive("Bulletins/2026-2027").exists());
    assert_eq!(fs::read_dir(world.drive("Bulletins")).unwrap().count(), 2);
}

#[test]
fn a_share_shows_it_for_reading() {
    let world = World::new(Doors::Share, false);
    let dav = world.dav();
    let file = words("Bulletins/2025-2026/Trimestre-1.txt");
    assert_eq!(dav.read(&file).unwrap(), CONTENTS);
    assert_eq!(dav.list(&words("Bulletins")).unwrap().len(), 1);
    let whole = dav.send("PROPFIND", &[], &[("Depth", "infinity")], Body::None).text();
    assert!(whole.contains("Trimestre-1.txt"), "{whole}");
    // What is said of a folder in its parent is said by itself.
    let inside = dav.send("PROPFIND", &[], &[("Depth", "1")], Body::None).text();
    let alone = dav.send("PROPFIND", &words("Bulletins"), &[("Depth", "0")], Body::None).text();
    let about = |text: &str| text.split("<D:response>").find(|part| part.contains("/Bulletins/<")).unwrap().to_owned();
    let end = |text: String| text.split("</D:response>").next().unwrap().to_owned();
    assert_eq!(end(about(&inside)), end(about(&alone)));
    for method in ["PUT", "DELETE", "MKCOL", "PROPPATCH", "LOCK"] {
        let path = if method == "MKCOL" { words("Bulletins/new") } else { file.clone() };
        let status = dav.send(method, &path, &[], Body::Sized(b"")).status;
        assert!([400, 403].contains(&status), "{method}: {status}");
    }
    assert_eq!(dav.send("DELETE", &words("Bulletins"), &[], Body::None).status, 403);
    assert!(dav.carry("MOVE", &file, &words("moved"), true).is_none());
    dav.carry("COPY", &file, &words("copied"), true).unwrap();
    assert_eq!(dav.read(&words("copied")).unwrap(), CONTENTS);
    dav.carry("COPY", &words("Bulletins"), &words("Tout"), true).unwrap();
    assert_eq!(dav.read(&words("Tout/2025-2026/Trimestre-1.txt")).unwrap(), CONTENTS);
    assert!(dav.carry("COPY", &words("copied"), &words("Bulletins/copied"), true).is_none());
    assert_eq!(dav.read(&file).unwrap(), CONTENTS);
}

#[test]
fn where_it_may_be_changed_it_is() {
    let world = World::new(Doors::Both, true);
    fs::write(world.drive("Bulletins/note"), "one").unwrap();
    let dav = world.dav();
    assert_eq!(dav.read(&words("Bulletins/note")).unwrap(), b"one");
    assert_eq!(dav.send("PUT", &words("Bulletins/note"), &[], Body::Sized(b"other")).status, 204);
    assert_eq!(fs::read(world.drive("Bulletins/note")).unwrap(), b"other");
    dav.carry("COPY", &words("Bulletins/note"), &words("note"), true).unwrap();
    dav.carry("COPY", &words("note"), &words("Bulletins/again"), true).unwrap();
    assert_eq!(fs::read(world.drive("Bulletins/again")).unwrap(), b"other");
    fs::rename(world.drive("Bulletins/again"), world.drive("Bulletins/2025-2026/again")).unwrap();
    dav.delete(&words("Bulletins/note")).unwrap();
    assert!(!world.drive("Bulletins/note").exists());
}

#[test]
fn it_is_there_again_when_the_bag_is_opened_again() {
    let mut world = World::new(Doors::Share, false);
    assert!(world.served.is_clean());
    assert_eq!(world.dav().read(&words("Bulletins/2025-2026/Trimestre-1.txt")).unwrap(), CONTENTS);
    assert!(world.other().check(&world.served.access(), &mut |_| {}).unwrap().is_clean());
}

/// Between the making of a space and its first folder a device may be removed, too.
#[test]
fn a_key_that_is_kept_and_not_yet_shown_changes_too() {
    let served = Served::new(Doors::Share);
    let bag = served.opened();
    let id = bag.add_space().unwrap();
    let device = bag.slots().unwrap().into_iter().find(|slot| slot.kind == SlotKind::Device).unwrap();
    bag.remove_slot(&device.id).unwrap();
    let home = bag.open_home().unwrap();
    assert_eq!(home.kept_key(&id).unwrap().unwrap().epoch(), bag.open_space(&id).unwrap().epoch());
}

/// Who knew home knew the keys that home keeps: without its slot, neither opens anything that is written since.
#[test]
fn a_removed_device_loses_it_too() {
    let world = World::new(Doors::Share, false);
    let (bag, access) = (Arc::clone(world.served.opened()), world.served.access());
    let (_, link) = world.served.space().links().pop().unwrap();
    let before = world.other();
    assert_eq!(before.epoch(), 1);
    let device = bag.slots().unwrap().into_iter().find(|slot| slot.kind == SlotKind::Device).unwrap();
    bag.remove_slot(&device.id).unwrap();
    assert_eq!((bag.open_home().unwrap().epoch(), world.other().epoch()), (2, 2));
    assert_eq!(bag.open_home().unwrap().kept_key(&link.space).unwrap().unwrap().epoch(), 2);
    let spaces = Spaces::new(Arc::clone(&bag), bag.open_home().unwrap(), access);
    spaces.open_all();
    let (root, shown) =
        (spaces.home(), bag.open_home().unwrap().find(&access, NodeId::ROOT, name("Bulletins")).unwrap());
    assert!(spaces.shown(root, &shown).is_some());
}
