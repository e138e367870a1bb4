//! A folder becomes a space of its own: nothing is lost, nothing is copied, and whoever is given it gets no more.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::Arc;

use cartable_benches::ramdisk::{Loss, RamDisk};
use cartable_fs::bag::{
    AppPassword, Bag, BagError, Code, Grant, Opening, Secret, SlotRight, SpaceId, StateFolder, Suite,
};
use cartable_fs::{Caller, FsError, Kind, Name, NodeId, Space, WriteTimes};
use cartable_store::{Backend as _, DiskBackend};
use cartable_tests::http::{Body, Client};
use cartable_tests::share::{Doors, Served};

const LARGE: usize = 3 << 20;

fn noise(seed: u8, bytes: usize) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

/// What a drive shows: mode, links, time and contents of all that lies there.
fn shown(folder: &Path) -> BTreeMap<String, (u32, u64, i64, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let about = path.symlink_metadata().unwrap();
            let bytes = match about.file_type() {
                kind if kind.is_dir() => {
                    left.push(path.clone());
                    Vec::new()
                }
                kind if kind.is_symlink() => fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes(),
                _ => fs::read(&path).unwrap(),
            };
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            all.insert(name, (about.mode(), about.nlink(), about.mtime(), bytes));
        }
    }
    all
}

fn fill(drive: &Path) {
    let folder = drive.join("Devoirs");
    fs::create_dir_all(folder.join("Maths/Brouillons")).unwrap();
    fs::write(drive.join("Journal.txt"), "nobody else's").unwrap();
    fs::write(folder.join("small.txt"), "quelques mots").unwrap();
    fs::write(folder.join("Maths/large.bin"), noise(1, LARGE)).unwrap();
    fs::write(folder.join("Maths/Brouillons/2.txt"), noise(2, 90_000)).unwrap();
    fs::hard_link(folder.join("small.txt"), folder.join("Maths/twice.txt")).unwrap();
    symlink("../small.txt", folder.join("Maths/link")).unwrap();
    fs::File::open(drive).unwrap().sync_all().unwrap();
}

fn node(served: &Served, name: &str) -> NodeId {
    served.space().find(&served.access(), NodeId::ROOT, Name::new(name.as_bytes()).unwrap()).unwrap().id
}

fn is_in_use(done: &Result<SpaceId, BagError>) -> bool {
    matches!(done, Err(BagError::Space(FsError::InUse)))
}

fn get(client: &mut Client, path: &str) -> (u16, Vec<u8>) {
    let answer = client.send("GET", path, &[], Body::None);
    (answer.status, answer.body)
}

/// Names and bytes of the packs of a space.
fn packs(served: &Served, space: &SpaceId) -> BTreeMap<String, fs::Metadata> {
    let folder = served.opened().space_folder(space).join("packs");
    let folders = fs::read_dir(folder).unwrap().flat_map(|entry| fs::read_dir(entry.unwrap().path()).unwrap());
    folders.map(|entry| entry.unwrap()).map(|e| (e.file_name().into_string().unwrap(), e.metadata().unwrap())).collect()
}

#[test]
fn a_folder_becomes_a_space_where_it_stands() {
    let mut served = Served::new(Doors::Both);
    fill(&served.drive());
    let before = shown(&served.drive());
    let folder = node(&served, "Devoirs");
    let space = served.opened().make_space_of(folder).unwrap();
    assert_eq!(served.opened().make_space_of(folder).unwrap(), space, "it is one already");
    assert!(shown(&served.drive()) == before);
    assert!(get(&mut served.client(), "/Devoirs/Maths/large.bin") == (200, noise(1, LARGE)));
    // The packs of the new space are those of home, under a second name.
    let (own, new) = (packs(&served, &served.opened().home().unwrap()), packs(&served, &space));
    assert!(!new.is_empty());
    for (name, about) in &new {
        assert_eq!((about.ino(), about.nlink()), (own[name].ino(), 2), "{name} was copied");
    }
    fs::write(served.drive().join("Devoirs/new.txt"), "written since").unwrap();
    fs::remove_file(served.drive().join("Devoirs/Maths/Brouillons/2.txt")).unwrap();
    let after = shown(&served.drive());
    served.reopen();
    assert!(shown(&served.drive()) == after);
    assert!(served.is_clean());
}

/// Each removes what it names no more; what the other names stays.
#[test]
fn each_space_gives_back_its_own_room() {
    let served = Served::new(Doors::Both);
    fill(&served.drive());
    fs::write(served.drive().join("Album.bin"), noise(9, LARGE)).unwrap();
    let space = served.opened().make_space_of(node(&served, "Devoirs")).unwrap();
    let before = shown(&served.drive());
    let (access, shared) = (served.access(), served.opened().open_space(&space).unwrap());
    let change = access.change().unwrap();
    for space in [served.space(), &shared, served.space(), &shared] {
        space.collect(&access, &change, &mut |_| {}).unwrap();
        assert!(shown(&served.drive()) == before);
        assert!(space.check(&access, &mut |_| {}).unwrap().is_clean());
    }
    for (name, about) in packs(&served, &space) {
        assert_eq!(about.nlink(), 1, "{name} is still home's");
    }
}

#[test]
fn what_somebody_uses_stays_where_it_is() {
    let mut served = Served::new(Doors::Both);
    fill(&served.drive());
    let folder = node(&served, "Devoirs");
    let open = fs::File::open(served.drive().join("Devoirs/Maths/large.bin")).unwrap();
    assert!(is_in_use(&served.opened().make_space_of(folder)));
    assert!(is_in_use(&served.opened().make_space_of(NodeId::ROOT)));
    let file = node(&served, "Journal.txt");
    assert!(matches!(served.opened().make_space_of(file), Err(BagError::Space(FsError::NotFolder))));
    let inner = served.space().find(&served.access(), folder, Name::new(b"Maths").unwrap()).unwrap().id;
    assert!(is_in_use(&served.opened().make_space_of(inner)));
    drop(open);
    let inner = served.opened().make_space_of(inner);
    assert!(inner.is_ok(), "{inner:?}: nothing in it is open any more");
    assert!(is_in_use(&served.opened().make_space_of(folder)), "another space is shown in it");
    assert!(served.is_clean());
}

/// A file with another name outside is two files afterwards.
#[test]
fn a_file_with_a_name_outside_is_in_both() {
    let mut served = Served::new(Doors::Both);
    fill(&served.drive());
    let (inside, outside) = (served.drive().join("Devoirs/Maths/large.bin"), served.drive().join("outside.bin"));
    fs::hard_link(&inside, &outside).unwrap();
    served.opened().make_space_of(node(&served, "Devoirs")).unwrap();
    fs::write(&inside, "changed").unwrap();
    assert!(fs::read(&outside).unwrap() == noise(1, LARGE));
    for path in [&inside, &outside] {
        assert_eq!(path.metadata().unwrap().nlink(), 1);
    }
    served.reopen();
    assert!(fs::read(&outside).unwrap() == noise(1, LARGE));
    assert_eq!(fs::read(&inside).unwrap(), b"changed");
    assert!(served.is_clean());
}

/// By its key, and by the door: a guest reads the space, and nothing beside it.
#[test]
fn a_guest_reads_the_space_and_no_more() {
    let mut served = Served::new(Doors::Both);
    fill(&served.drive());
    let space = served.opened().make_space_of(node(&served, "Devoirs")).unwrap();
    let AppPassword { login, password } = AppPassword::random();
    let guest = || Secret::App(AppPassword { login: login.clone(), password: Code::parse(&password.text()).unwrap() });
    let right = SlotRight::GuestRead;
    let slot = served.opened().add_slot(&guest(), Grant::Space { space, right, until: None }, 1).unwrap();
    let mut client = Client::new(served.address(), &login.to_string(), &password.text());
    assert!(get(&mut client, "/Maths/large.bin") == (200, noise(1, LARGE)));
    assert_eq!(get(&mut client, "/small.txt"), (200, b"quelques mots".to_vec()));
    for path in ["/Journal.txt", "/Devoirs/small.txt", "/../Journal.txt", "/principal/"] {
        assert!(matches!(get(&mut client, path).0, 400..=404), "{path}");
    }
    for (method, path) in [("PUT", "/small.txt"), ("DELETE", "/small.txt"), ("MKCOL", "/mine"), ("PROPPATCH", "/")] {
        let status = client.send(method, path, &[], Body::Sized(b"x")).status;
        assert!(matches!(status, 400..=415), "{method}: {status}");
    }
    assert_eq!(fs::read(served.drive().join("Devoirs/small.txt")).unwrap(), b"quelques mots");

    served.opened().remove_slot(&slot).unwrap();
    assert_eq!(get(&mut client, "/small.txt").0, 401);
    fs::write(served.drive().join("Devoirs/later.txt"), "not for them").unwrap();
    assert!(served.opened().header().unlock(&guest()).is_err());
    assert!(served.is_clean());
}

fn put(space: &Space, bag: &Bag, folder: NodeId, name: &str, bytes: &[u8]) {
    let access = bag.access().unwrap();
    let (change, caller) = (access.change().unwrap(), Caller { uid: 0, gid: 0, umask: 0 });
    let name = Name::new(name.as_bytes()).unwrap();
    let made = space.make_node(&change, folder, name, Kind::File.type_bits() | 0o600, 0, caller).unwrap();
    space.write(&change, made.id, 0, bytes, WriteTimes::Now, false).unwrap();
    space.unpin(made.id, 1);
}

/// All files of a bag, with what is shown in its folders.
fn files(bag: &Bag) -> BTreeMap<String, Vec<u8>> {
    let access = bag.access().unwrap();
    let mut all = BTreeMap::new();
    let mut left = vec![(bag.open_home().unwrap(), NodeId::ROOT, String::new())];
    while let Some((space, folder, path)) = left.pop() {
        for (name, attr) in space.entries(&access, folder).unwrap() {
            let path = format!("{path}/{}", String::from_utf8(name).unwrap());
            if attr.kind == Kind::Folder {
                left.push(match space.link_of(attr.id) {
                    Some(link) => (bag.open_space(&link.space).unwrap(), link.target, path),
                    None => (Arc::clone(&space), attr.id, path),
                });
            } else {
                let mut bytes = vec![0; usize::try_from(attr.size).unwrap()];
                assert_eq!(space.read(&access, attr.id, 0, &mut bytes).unwrap(), bytes.len());
                all.insert(path, bytes);
            }
        }
    }
    all
}

/// The power goes at any change of the disk: the folder is as it was, or it is a space, whole.
#[test]
fn a_power_cut_leaves_the_folder_or_the_space() {
    let folder = tempfile::tempdir().unwrap();
    let disk = RamDisk::mount(folder.path()).unwrap();
    let states = tempfile::tempdir().unwrap();
    let run = |round: u64, after: Option<u64>| -> (u64, bool) {
        let state = Arc::new(StateFolder::open(&states.path().join(round.to_string())).unwrap());
        let (place, owner) = (folder.path().join(format!("bag{round}")), Code::random());
        let secret = || Secret::Recovery(Code::parse(&owner.text()).unwrap());
        let bag = Bag::create(&place, Suite::ChaCha20Poly1305, &[&secret()], &state, 1).unwrap();
        let home = bag.open_home().unwrap();
        let access = bag.access().unwrap();
        let caller = Caller { uid: 0, gid: 0, umask: 0 };
        let name = Name::new(b"Devoirs").unwrap();
        let made = home.make_folder(&access.change().unwrap(), NodeId::ROOT, name, 0o700, caller).unwrap();
        home.unpin(made.id, 1);
        put(&home, &bag, NodeId::ROOT, "beside", &noise(3, 70_000));
        put(&home, &bag, made.id, "large", &noise(4, 200_000));
        put(&home, &bag, made.id, "small", b"a few words");
        home.sync_all(&access).unwrap();
        let before = files(&bag);
        fs::File::open(folder.path()).unwrap().sync_all().unwrap();
        let changes = disk.changes();
        if let Some(after) = after {
            disk.power_off_after(after);
        }
        let parted = bag.make_space_of(made.id);
        let took = disk.changes() - changes;
        drop((home, bag));
        disk.power_off();
        disk.power_on(round, Loss::All);
        let bag = Bag::open(&place, &secret(), &state, Opening::default()).unwrap();
        assert!(files(&bag) == before, "cut after {after:?} changes");
        let is_space = !bag.open_home().unwrap().links().is_empty();
        assert!(is_space || parted.is_err(), "cut after {after:?} changes: it was said to be done");
        for to_check in bag.open_all_to_check().unwrap() {
            let report = to_check.space.check(&access, &mut |_| {}).unwrap();
            assert!(report.is_clean(), "cut after {after:?} changes: {report:?}");
        }
        bag.close_spaces().unwrap();
        drop(bag);
        fs::remove_dir_all(&place).unwrap();
        (took, is_space)
    };
    let (all, is_space) = run(0, None);
    assert!(is_space && all > 20, "{all}");
    let mut seen = [false; 2];
    for after in 0..=all {
        seen[usize::from(run(after + 1, Some(after)).1)] = true;
    }
    assert_eq!(seen, [true; 2]);
    disk.unmount().unwrap();
}

/// A crash between the new header and home leaves the old key in home: whoever has home's key alone is told, and writes nothing
/// into a database that counts no more; the owner's next opening makes it good.
#[test]
fn a_key_that_home_did_not_hear_of_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let state = Arc::new(StateFolder::open(&folder.path().join("state")).unwrap());
    let (place, owner) = (folder.path().join("bag"), Code::random());
    let code = || Secret::Recovery(Code::parse(&owner.text()).unwrap());
    let app = AppPassword::random();
    let device =
        || Secret::App(AppPassword { login: app.login.clone(), password: Code::parse(&app.password.text()).unwrap() });
    let bag = Bag::create(&place, Suite::ChaCha20Poly1305, &[&code()], &state, 1).unwrap();
    bag.add_slot(&device(), Grant::Home, 1).unwrap();
    let (home, access) = (bag.open_home().unwrap(), bag.access().unwrap());
    let (change, caller) = (access.change().unwrap(), Caller { uid: 0, gid: 0, umask: 0 });
    let made = home.make_folder(&change, NodeId::ROOT, Name::new(b"Devoirs").unwrap(), 0o700, caller).unwrap();
    home.unpin(made.id, 1);
    put(&home, &bag, made.id, "small", b"a few words");
    let space = bag.make_space_of(made.id).unwrap();
    let guest = Grant::Space { space, right: SlotRight::GuestRead, until: None };
    let slot = bag.add_slot(&Secret::App(AppPassword::random()), guest, 1).unwrap();
    let old = home.kept_key(&space).unwrap().unwrap();
    bag.remove_slot(&slot).unwrap();
    assert!(home.kept_key(&space).unwrap().unwrap().epoch() > old.epoch());
    home.keep_key(&change, &space, &old).unwrap();
    bag.close_spaces().unwrap();
    drop((home, bag));
    let with = |secret: &Secret| {
        let bag = Bag::open(&place, secret, &state, Opening::default()).unwrap();
        bag.open_home().unwrap();
        let opened = bag.open_space(&space).map(|space| space.entries(&access, NodeId::ROOT).unwrap().len());
        bag.close_spaces().unwrap();
        opened
    };
    assert!(matches!(with(&device()), Err(BagError::KeysChanged)));
    assert_eq!(with(&code()).unwrap(), 1);
    assert_eq!(with(&device()).unwrap(), 1);
}

/// On another disk, or one without second names, a pack is copied.
#[test]
fn where_a_pack_can_have_no_second_name_it_is_copied() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = RamDisk::mount(there.path()).unwrap();
    let (own, other) = (DiskBackend::open(here.path()).unwrap(), DiskBackend::open(there.path()).unwrap());
    let (name, bytes) = ("ab/abcdef", noise(7, 100_000));
    let object = own.create(name).unwrap();
    object.write(0, &bytes).unwrap();
    object.sync().unwrap();
    for _ in 0..2 {
        own.link(name, &other).unwrap();
        let mut read = vec![0; bytes.len()];
        other.read_at(name, 0, &mut read).unwrap();
        assert!(read == bytes && other.list().unwrap() == [name]);
    }
    drop(other);
    disk.unmount().unwrap();
}
