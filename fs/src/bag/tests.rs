//! Real bags in real folders: made, opened, changed, interrupted at each step, and tampered with.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

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
    bag.close_space(&bag.home(), &space).unwrap();
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
    bag.close_space(&bag.home(), &space).unwrap();
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

#[test]
fn a_bag_is_made_and_opened() {
    let world = World::new();
    assert_eq!(names(&world.bag()), ["bag.json", "keyring.1", "lock", "spaces"]);
    for secret in [world.first(), world.second()] {
        let bag = world.open(&secret).unwrap();
        assert_eq!(read(&bag, "first").unwrap(), b"written before");
        assert_eq!(bag.slots().unwrap().len(), 2);
        assert!(bag.slots().unwrap().iter().all(|slot| slot.kind == SlotKind::Recovery));
    }
    let wrong = Secret::Recovery(Code::random());
    assert!(matches!(error(world.open(&wrong)), BagError::Key(KeyError::WrongSecret)));
    let public = Bag::header_at(&world.bag()).unwrap();
    assert_eq!((public.version(), public.suite()), (1, Suite::ChaCha20Poly1305));
}

#[test]
fn what_is_no_bag_is_said_to_be_none() {
    let world = World::new();
    let elsewhere = world.folder.path().join("elsewhere");
    for folder in [&elsewhere, &world.bag().join("bag.json"), &world.bag().join("spaces")] {
        let opened = Bag::open(folder, &world.first(), &world.state(), Opening::default());
        assert!(matches!(error(opened), BagError::NotABag { .. }), "{}", folder.display());
    }
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("letter.txt"), "dear").unwrap();
    for folder in [&elsewhere, &world.bag()] {
        let made = Bag::create(folder, Suite::Aes256Gcm, &[&world.first()], &world.state(), 1);
        assert!(matches!(error(made), BagError::NotEmpty { .. }));
    }
    assert_eq!(names(&elsewhere), ["letter.txt"]);
    assert!(world.open(&world.first()).is_ok());
    let made = Bag::create(&world.folder.path().join("x"), Suite::Aes256Gcm, &[], &world.state(), 1);
    assert!(matches!(error(made), BagError::Key(KeyError::LastOwnerSlot)));
}

#[test]
fn one_process_has_an_open_bag() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let process = Some(std::process::id());
    assert!(matches!(error(world.open(&world.first())), BagError::Busy { process: number } if number == process));
    drop(bag);
    assert!(world.open(&world.first()).is_ok());
}

#[test]
fn a_changed_secret_opens_and_the_old_one_does_not() {
    let world = World::new();
    let before = world.copy("before");
    let new = Code::random();
    let bag = world.open(&world.first()).unwrap();
    let slot = world.slot(&world.first());
    let (bag, added) = bag.replace_slot(&slot, &same(&new), 9).unwrap();
    assert_eq!(bag.slots().unwrap().iter().map(|slot| slot.made).collect::<Vec<_>>(), [1, 9]);
    assert_eq!(read(&bag, "first").unwrap(), b"written before");
    write(&bag, "second", b"written since");
    let home = bag.home();
    let space = bag.space_folder(&home);
    drop(bag);
    assert_eq!(world.slot(&same(&new)), added);
    assert!(matches!(error(world.open(&world.first())), BagError::Key(KeyError::WrongSecret)));
    assert_eq!(names(&world.bag()), ["bag.json", "keyring.2", "lock", "spaces"]);
    assert!(names(&space).iter().all(|name| !name.starts_with("space.1.")), "{:?}", names(&space));
    for secret in [same(&new), world.second()] {
        let bag = world.open(&secret).unwrap();
        assert_eq!(bag.space_keys_of_all_epochs(&home).unwrap().len(), 2);
        assert_eq!(read(&bag, "first").unwrap(), b"written before");
        assert_eq!(read(&bag, "second").unwrap(), b"written since");
    }

    // Whoever kept the old header, its keyring and the old secret, and now gets the bag's files, on a machine of their own:
    for name in ["bag.json", "keyring.1"] {
        fs::copy(before.join(name), world.bag().join(name)).unwrap();
    }
    let mine = world.other_state();
    let opened = Bag::open(&world.bag(), &world.first(), &mine, Opening::default()).unwrap();
    assert!(opened.open_home().is_err(), "there is no database of the old epoch");
    fs::rename(space.join("space.2.db"), space.join("space.1.db")).unwrap();
    assert!(opened.open_home().is_err(), "and the old key does not open the new one");
}

#[test]
fn an_interrupted_change_leaves_a_bag_that_opens() {
    let mut ended_before = 0;
    let mut ended_after = 0;
    for steps in 0.. {
        let world = World::new();
        let new = Code::random();
        let slot = world.slot(&world.first());
        let bag = world.open(&world.first()).unwrap();
        allow_steps(steps);
        let changed = bag.replace_slot(&slot, &same(&new), 9);
        let finished = changed.is_ok();
        drop(changed);
        let some_left = steps_left().load(Ordering::SeqCst) > 0;
        allow_steps(i64::MAX);

        let (old_opens, new_opens) = (world.open(&world.first()).is_ok(), world.open(&same(&new)).is_ok());
        assert_ne!(old_opens, new_opens, "exactly one of both, after {steps} steps");
        assert!(new_opens || !finished);
        *if new_opens { &mut ended_after } else { &mut ended_before } += 1;
        let bag = world.open(&world.second()).unwrap();
        assert_eq!(read(&bag, "first").unwrap(), b"written before", "after {steps} steps");
        write(&bag, "second", b"written since");
        // The same change again, over what the interruption left.
        let current = world.slot(&if new_opens { same(&new) } else { world.first() });
        let last = Code::random();
        let (bag, _) = bag.replace_slot(&current, &same(&last), 10).unwrap();
        assert_eq!(read(&bag, "second").unwrap(), b"written since");
        let space = bag.space_folder(&bag.home());
        drop(bag);
        let bag = world.open(&same(&last)).unwrap();
        assert_eq!(read(&bag, "first").unwrap(), b"written before");
        let keyrings = names(&world.bag()).into_iter().filter(|name| name.starts_with("keyring")).count();
        assert_eq!(keyrings, 1, "{:?}", names(&world.bag()));
        let databases = names(&space).into_iter().filter(|name| name.ends_with(".db")).count();
        assert_eq!(databases, 1, "{:?}", names(&space));
        if finished && some_left {
            break;
        }
    }
    assert!(ended_before >= 3 && ended_after >= 2, "{ended_before} before the commit, {ended_after} after");
}

#[test]
fn an_interrupted_creation_is_begun_again() {
    let folder = TempDir::new().unwrap();
    let state = Arc::new(StateFolder::open(&folder.path().join("state")).unwrap());
    let code = Code::random();
    let place = folder.path().join("bag");
    for steps in 0.. {
        allow_steps(steps);
        let made = Bag::create(&place, Suite::Aes256Gcm, &[&same(&code)], &state, 1);
        allow_steps(i64::MAX);
        if made.is_ok() {
            assert!(steps >= 3);
            break;
        }
        let opened = Bag::open(&place, &same(&code), &state, Opening::default());
        assert!(matches!(error(opened), BagError::NotABag { .. }), "after {steps} steps");
    }
    let bag = Bag::open(&place, &same(&code), &state, Opening::default()).unwrap();
    write(&bag, "first", b"it works");
    assert_eq!(names(&place), ["bag.json", "keyring.1", "lock", "spaces"]);
}

#[test]
fn an_older_copy_of_the_whole_bag_is_noticed() {
    let world = World::new();
    let before = world.copy("before");
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "second", b"written since");
    let home = bag.home();
    drop(bag);
    let after = world.copy("after");

    // The same keys, an older database.
    world.put_back(&before);
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(older(bag.open_home()), OlderCopy::Database { space: home });
    drop(bag);
    // The true one again.
    world.put_back(&after);
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"written since");
    // Older keys.
    let (bag, _) = bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 3).unwrap();
    drop(bag);
    world.put_back(&after);
    assert_eq!(older(world.open(&world.first())), OlderCopy::Header { found: 1, known: 2 });
    // A machine that never saw the bag can't know.
    assert!(Bag::open(&world.bag(), &world.first(), &world.other_state(), Opening::default()).is_ok());
    // Taken for true by its owner, it is from then on.
    let bag = world.accept(&world.first()).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"written since");
    drop(bag);
    let bag = world.open(&world.first()).unwrap();
    assert!(bag.open_home().is_ok());
}

#[test]
fn an_older_database_is_taken_only_when_accepted() {
    let world = World::new();
    let before = world.copy("before");
    write(&world.open(&world.first()).unwrap(), "second", b"written since");
    world.put_back(&before);
    let bag = world.accept(&world.first()).unwrap();
    assert_eq!(read(&bag, "second"), None);
    write(&bag, "third", b"a new history");
    drop(bag);
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "third").unwrap(), b"a new history");
}

#[test]
fn two_histories_of_one_version_are_told_apart() {
    let world = World::new();
    let before = world.copy("before");
    let add = |secret: &Secret| {
        let bag = world.open(&world.first()).unwrap();
        drop(bag.add_slot(secret, Grant::Bag, 3).unwrap());
    };
    add(&Secret::Recovery(Code::random()));
    let state = world.folder.path().join("state");
    let kept = world.folder.path().join("kept-state");
    copy_tree(&state, &kept);
    // Another machine with the older copy makes another second version.
    world.put_back(&before);
    fs::remove_dir_all(&state).unwrap();
    add(&Secret::Recovery(Code::random()));
    fs::remove_dir_all(&state).unwrap();
    copy_tree(&kept, &state);
    assert_eq!(older(world.open(&world.first())), OlderCopy::OtherHeader { version: 2 });
}

#[test]
fn a_header_made_with_stolen_keys_is_noticed() {
    let world = World::new();
    // A thief with the first secret and the bag's files reads the keyring, owner's signing key and all.
    let header = Bag::header_at(&world.bag()).unwrap();
    let file = fs::read(world.bag().join("keyring.1")).unwrap();
    let mut stolen = Keyring::open(header.unlock(&world.first()).unwrap(), &file).unwrap();
    // The owner removes that slot; everything rotates.
    let bag = world.open(&world.second()).unwrap();
    drop(bag.remove_slot(&world.slot(&world.first())).unwrap());
    // The thief knows the second slot's public key and makes a newer header for it.
    stolen.publish().unwrap();
    let forged = stolen.publish().unwrap();
    assert_eq!(forged.version, 3);
    fs::write(world.bag().join("keyring.3"), &forged.keyring).unwrap();
    fs::write(world.bag().join("bag.json"), &forged.header).unwrap();
    assert_eq!(older(world.open(&world.second())), OlderCopy::OwnerChanged);
}

#[test]
fn a_change_made_elsewhere_is_followed() {
    let world = World::new();
    let elsewhere = world.other_state();
    let bag = Bag::open(&world.bag(), &world.first(), &elsewhere, Opening::default()).unwrap();
    write(&bag, "second", b"on another machine");
    let (bag, _) = bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 3).unwrap();
    drop(bag);
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"on another machine");
    assert_eq!(bag.header().version(), 2);
}

#[test]
fn a_device_has_home_and_no_more() {
    let world = World::new();
    let (login, password) = (AppPassword::random().login, Code::random());
    let device = || {
        let password = Code::parse(&password.text()).unwrap();
        Secret::App(AppPassword { login: login.clone(), password })
    };
    let bag = world.open(&world.first()).unwrap();
    let (bag, slot) = bag.add_slot(&device(), Grant::Home, 3).unwrap();
    drop(bag);
    let bag = world.open(&device()).unwrap();
    write(&bag, "second", b"from the phone");
    assert!(matches!(bag.slots().err(), Some(BagError::Key(KeyError::NotOwner))));
    let changed = bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 3);
    assert!(matches!(error(changed), BagError::Key(KeyError::NotOwner)));

    let bag = world.open(&world.first()).unwrap();
    let bag = bag.remove_slot(&slot).unwrap();
    assert_eq!(bag.header().spaces(), [(bag.home(), 2)]);
    assert_eq!(read(&bag, "second").unwrap(), b"from the phone");
    drop(bag);
    assert!(matches!(error(world.open(&device())), BagError::Key(KeyError::WrongSecret)));
    assert!(world.open(&world.second()).is_ok());
}

#[test]
fn the_last_owner_slot_can_not_be_removed() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let bag = bag.remove_slot(&world.slot(&world.second())).unwrap();
    let last = world.slot(&world.first());
    assert!(matches!(error(bag.remove_slot(&last)), BagError::Key(KeyError::LastOwnerSlot)));
    assert!(world.open(&world.first()).is_ok());
}

#[test]
fn reading_only_changes_no_keys() {
    let world = World::new();
    let opening = Opening { read_only: true, ..Opening::default() };
    let bag = Bag::open(&world.bag(), &world.first(), &world.state(), opening).unwrap();
    assert!(bag.access().unwrap().change().is_err());
    let slot = world.slot(&world.second());
    assert!(matches!(error(bag.remove_slot(&slot)), BagError::ReadOnly));
}

#[test]
fn tampered_files_are_refused() {
    let world = World::new();
    let before = world.copy("before");
    let stranger = World::new();
    let header = fs::read_to_string(world.bag().join("bag.json")).unwrap();
    let set = |name: &str, content: &[u8]| fs::write(world.bag().join(name), content).unwrap();
    let refused = || error(world.open(&world.first()));

    set("bag.json", header.replace("\"version\": 1", "\"version\": 7").as_bytes());
    assert!(matches!(refused(), BagError::Key(KeyError::AlteredHeader)));
    set("bag.json", header.replace("\"cartable\": 1", "\"cartable\": 9").as_bytes());
    assert!(matches!(refused(), BagError::Key(KeyError::NewerFormat { found: 9, .. })));
    set("bag.json", &vec![b' '; Header::MAX_BYTES + 1]);
    assert!(matches!(refused(), BagError::Io { .. }));
    set("bag.json", header.as_bytes());

    let keyring = fs::read(world.bag().join("keyring.1")).unwrap();
    for wrong in [&keyring[..keyring.len() - 1], &[keyring.as_slice(), b"x"].concat(), b"", &[0; 4000]] {
        set("keyring.1", wrong);
        assert!(matches!(refused(), BagError::Key(KeyError::AlteredKeyring(_))));
    }
    let foreign = fs::read(stranger.bag().join("keyring.1")).unwrap();
    set("keyring.1", &foreign);
    assert!(matches!(refused(), BagError::Key(KeyError::AlteredKeyring(_))));
    fs::remove_file(world.bag().join("keyring.1")).unwrap();
    assert!(matches!(refused(), BagError::Missing { .. }));

    // Another bag's header and keyring: its slots are of other secrets.
    set("keyring.1", &foreign);
    fs::copy(stranger.bag().join("bag.json"), world.bag().join("bag.json")).unwrap();
    assert!(matches!(refused(), BagError::Key(KeyError::WrongSecret)));
    world.put_back(&before);
    assert!(world.open(&world.first()).is_ok());
}

#[test]
fn the_memory_of_a_bag_can_t_be_forged() {
    let world = World::new();
    let stranger = World::new();
    let id = Bag::header_at(&world.bag()).unwrap().bag();
    let other = Bag::header_at(&stranger.bag()).unwrap().bag();
    let file = world.folder.path().join("state").join(format!("{id}.state"));
    let true_one = fs::read(&file).unwrap();
    let mut flipped = true_one.clone();
    flipped[40] ^= 1;
    let foreign = fs::read(stranger.folder.path().join("state").join(format!("{other}.state"))).unwrap();
    for wrong in [flipped, foreign, Vec::new(), true_one[..true_one.len() - 1].to_vec()] {
        fs::write(&file, wrong).unwrap();
        assert!(matches!(error(world.open(&world.first())), BagError::DamagedMemory { .. }));
    }
    assert!(world.accept(&world.first()).is_ok());
    assert!(world.open(&world.first()).is_ok());
    let text = String::from_utf8_lossy(&true_one).into_owned();
    assert!(!text.contains(&id.to_string()));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file.parent().unwrap()).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn commits_are_remembered_now_and_then_and_at_close() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let home = bag.home();
    let access = bag.access().unwrap();
    let space = bag.open_home().unwrap();
    let at_opening = bag.memory.of(&home).unwrap();
    assert_eq!(at_opening.ended, Ended::Open);
    write_in(&bag, &space, "second", b"written since");
    bag.memory.remember(home, &space, &access).unwrap();
    assert_eq!(bag.memory.of(&home), Some(at_opening), "it was written a moment ago");
    bag.memory.make_due();
    space.sync_all(&access).unwrap();
    bag.memory.remember(home, &space, &access).unwrap();
    let remembered = bag.memory.of(&home).unwrap();
    assert!(remembered.commit.counter > at_opening.commit.counter);
    assert_eq!(remembered.commit, space.last_commit());

    // The process is killed now: what is on the disk is no older copy.
    let killed = world.copy("killed");
    copy_tree(&world.folder.path().join("state"), &world.folder.path().join("other-state"));
    bag.close_space(&home, &space).unwrap();
    assert!(matches!(bag.memory.of(&home).unwrap().ended, Ended::Closed(_)));
    drop((space, bag));
    let bag = Bag::open(&killed, &world.first(), &world.other_state(), Opening::default()).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"written since");
}

#[test]
fn a_keeper_ends_when_it_is_dropped() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let space = Arc::new(bag.open_home().unwrap());
    drop(bag.keep_remembering(bag.home(), Arc::clone(&space)).unwrap());
    assert_eq!(Arc::strong_count(&space), 1);
}

#[test]
fn single_pages_put_back_after_a_close_are_noticed() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let home = bag.home();
    let database = bag.space_folder(&home).join("space.1.db");
    let old = fs::read(&database).unwrap();
    write(&bag, "second", b"written since");
    let new = fs::read(&database).unwrap();
    let log = bag.space_folder(&home).join("space.1.db-wal");
    let differing = (0..old.len() / 4096).filter(|page| {
        let page = page * 4096..(page + 1) * 4096;
        old[page.clone()] != new[page]
    });
    let pages: Vec<_> = differing.collect();
    assert!(pages.len() > 1);
    let state = world.folder.path().join("state");
    let kept = world.folder.path().join("kept-state");
    drop(bag);
    copy_tree(&state, &kept);
    for page in pages {
        let mut mixed = new.clone();
        mixed[page * 4096..(page + 1) * 4096].copy_from_slice(&old[page * 4096..(page + 1) * 4096]);
        fs::write(&database, &mixed).unwrap();
        for _ in 0..3 {
            let bag = world.open(&world.first()).unwrap();
            // Either SQLite finds the pages contradicting each other, or the hash tells; never a space.
            assert!(bag.open_home().is_err(), "page {page}");
        }
        fs::write(&database, &new).unwrap();
        let _ = fs::remove_file(&log);
        let bag = world.open(&world.first()).unwrap();
        assert_eq!(read(&bag, "second").unwrap(), b"written since", "the true one is taken again");
        drop(bag);
        fs::write(&database, &new).unwrap();
        fs::remove_dir_all(&state).unwrap();
        copy_tree(&kept, &state);
    }
    // A log where none was left.
    let bag = world.open(&world.first()).unwrap();
    let space = bag.open_home().unwrap();
    let forged = fs::read(&log).unwrap();
    bag.close_space(&home, &space).unwrap();
    drop(space);
    assert!(!forged.is_empty());
    let whole = fs::read(&database).unwrap();
    fs::write(&log, forged).unwrap();
    assert_eq!(older(bag.open_home()), OlderCopy::Pages { space: home });
    fs::write(&database, whole).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"written since");
}

#[test]
fn content_is_not_found_again_across_epochs() {
    let world = World::new();
    let large: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "large", &large);
    write(&bag, "again", &large);
    let packs = || tree_bytes(&bag.space_folder(&bag.home()).join("packs"));
    let before = packs();
    assert!((1_600_000..3_000_000).contains(&before), "stored once: {before}");
    let (bag, _) = bag.replace_slot(&world.slot(&world.first()), &Secret::Recovery(Code::random()), 9).unwrap();
    assert_eq!(read(&bag, "large").unwrap(), large);
    write(&bag, "once more", &large);
    assert_eq!(read(&bag, "once more").unwrap(), large);
    let after = tree_bytes(&bag.space_folder(&bag.home()).join("packs"));
    assert!(after >= before + 1_600_000, "{before} before, {after} after");
}

fn tree_bytes(folder: &Path) -> u64 {
    let bytes = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() { tree_bytes(&entry.path()) } else { metadata.len() }
    };
    fs::read_dir(folder).unwrap().map(bytes).sum()
}

#[test]
fn planted_links_and_pipes_lead_nowhere() {
    let world = World::new();
    let victim = world.folder.path().join("victim");
    let link = |name: &str| {
        let path = world.bag().join(name);
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(&victim, &path).unwrap();
    };
    fs::write(&victim, "precious").unwrap();
    link("lock");
    assert!(matches!(error(world.open(&world.first())), BagError::Io { .. }));
    fs::remove_file(world.bag().join("lock")).unwrap();
    for name in ["bag.json.new", "keyring.2.new"] {
        link(name);
    }
    let bag = world.open(&world.first()).unwrap();
    drop(bag.replace_slot(&world.slot(&world.first()), &Secret::Recovery(Code::random()), 9).unwrap());
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
    assert!(fs::symlink_metadata(world.bag().join("bag.json")).unwrap().is_file());

    let pipe = world.bag().join("keyring.2");
    fs::remove_file(&pipe).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(matches!(error(world.open(&world.second())), BagError::Io { .. }), "and does not wait");
}

#[test]
fn a_passphrase_opens_a_bag() {
    let world = World::new();
    let passphrase = |text: &str| {
        let bytes = zeroize::Zeroizing::new(text.as_bytes().to_vec());
        Secret::Passphrase(cartable_crypto::Passphrase::new(bytes).unwrap())
    };
    let bag = world.open(&world.first()).unwrap();
    let (bag, slot) = bag.add_slot(&passphrase("il etait une fois"), Grant::Bag, 3).unwrap();
    drop(bag);
    let bag = world.open(&passphrase("il etait une fois")).unwrap();
    let (bag, _) = bag.replace_slot(&slot, &passphrase("une autre fois"), 4).unwrap();
    assert_eq!(read(&bag, "first").unwrap(), b"written before");
    drop(bag);
    let refused = error(world.open(&passphrase("il etait une fois")));
    assert!(matches!(refused, BagError::Key(KeyError::WrongSecret)));
    assert!(world.open(&passphrase("une autre fois")).is_ok());
}

#[test]
fn processes_that_make_a_state_folder_at_once_agree_on_its_key() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("state");
    let keys: Vec<_> = std::thread::scope(|scope| {
        let open = || StateFolder::open(&place).unwrap().key_bytes();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(names(&place), ["key"]);
}
