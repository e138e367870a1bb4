//! Making and opening bags, and files that were tampered with.

use super::*;

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
    assert!(matches!(refused(), BagError::Space(FsError::Damaged(_))));
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
    bag.replace_slot(&world.slot(&world.first()), &Secret::Recovery(Code::random()), 9).unwrap();
    drop(bag);
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
    assert!(fs::symlink_metadata(world.bag().join("bag.json")).unwrap().is_file());

    let pipe = world.bag().join("keyring.2");
    fs::remove_file(&pipe).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(matches!(error(world.open(&world.second())), BagError::Space(FsError::Damaged(_))), "and does not wait");
}

/// In the place of the reserve, of a pack, of a database.
#[test]
fn planted_links_and_pipes_in_a_space_lead_nowhere() {
    let world = World::new();
    let victim = world.folder.path().join("victim");
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "large", &vec![7; 200_000]);
    let space = bag.space_folder(&bag.home().unwrap());
    fs::remove_file(space.join("reserve")).unwrap();
    std::os::unix::fs::symlink(&victim, space.join("reserve")).unwrap();
    assert_eq!(read(&bag, "large").unwrap().len(), 200_000);
    assert!(!victim.exists());

    let folder = space.join("packs").join(&names(&space.join("packs"))[0]);
    let pack = folder.join(&names(&folder)[0]);
    let pipe = |path: &Path| {
        fs::remove_file(path).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    };
    pipe(&pack);
    let home = bag.open_home().unwrap();
    let access = bag.access().unwrap();
    let attr = home.lookup(&access, NodeId::ROOT, Name::new(b"large").unwrap()).unwrap();
    assert!(home.read(&access, attr.id, 0, &mut [0; 1000]).is_err(), "and does not wait");
    assert!(!home.check(&access, &mut |_| {}).unwrap().is_clean());
    drop(home);
    bag.close_spaces().unwrap();
    drop(bag);
    pipe(&space.join("space.1.db"));
    let bag = Bag::open(&world.bag(), &world.first(), &world.other_state(), Opening::default()).unwrap();
    assert!(matches!(error(bag.open_home()), BagError::Space(FsError::Damaged(_))));
}

/// Reading a copy, to check it for instance, does not make the original an older one; nor does it write anything.
#[test]
fn reading_leaves_no_trace() {
    let world = World::new();
    let copy = world.copy("copy");
    let reading = Opening { read_only: true, ..Opening::default() };
    let files = |folder: &Path| {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    found.push((entry.path(), fs::read(entry.path()).unwrap()));
                }
            }
        }
        found.sort();
        found
    };
    let before = (files(&copy), files(&world.folder.path().join("state")));
    for _ in 0..2 {
        let bag = Bag::open(&copy, &world.first(), &world.state(), reading).unwrap();
        let space = bag.open_home().unwrap();
        assert_eq!(read_in(&bag, &space, "first").unwrap(), b"written before");
        assert!(space.check(&bag.access().unwrap(), &mut |_| {}).unwrap().is_clean());
        drop(space);
        bag.close_spaces().unwrap();
    }
    assert!(before == (files(&copy), files(&world.folder.path().join("state"))));
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "first").unwrap(), b"written before");
    write(&bag, "second", b"written since");
    drop(bag);
    let bag = Bag::open(&copy, &world.first(), &world.state(), reading).unwrap();
    assert!(matches!(older(bag.open_home()), OlderCopy::Database { .. }));
    let crate::bag::ToCheck { space, older: told, .. } = bag.open_all_to_check().unwrap().remove(0);
    assert!(told.is_some());
    assert!(space.check(&bag.access().unwrap(), &mut |_| {}).unwrap().is_clean());
}

/// Whatever the umask, and the folder that somebody made before.
#[test]
fn only_the_owner_reads_a_bags_files() {
    use std::os::unix::fs::PermissionsExt;
    fn modes(folder: &Path, found: &mut Vec<(PathBuf, u32)>) {
        found.push((folder.to_owned(), fs::metadata(folder).unwrap().permissions().mode() & 0o777));
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                modes(&entry.path(), found);
            } else {
                found.push((entry.path(), entry.metadata().unwrap().permissions().mode() & 0o777));
            }
        }
    }
    let folder = TempDir::new().unwrap();
    let (place, state) = (folder.path().join("bag"), folder.path().join("state"));
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, PermissionsExt::from_mode(0o755)).unwrap();
    let code = Code::random();
    let state = Arc::new(StateFolder::open(&state).unwrap());
    let bag = Bag::create(&place, Suite::ChaCha20Poly1305, &[&same(&code)], &state, 1).unwrap();
    write(&bag, "large", &vec![7; 200_000]);
    bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 2).unwrap();
    let slot = bag.prove_owner(&same(&code)).unwrap();
    bag.replace_slot(&slot, &Secret::Recovery(Code::random()), 2).unwrap();
    let mut found = Vec::new();
    [place.as_path(), &folder.path().join("state")].into_iter().for_each(|folder| modes(folder, &mut found));
    assert!(found.len() > 10, "{found:?}");
    for (path, mode) in found {
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
    }
}

/// A bag without its header is no place for a new one: the header may still come back from a copy.
#[test]
fn a_bag_that_lost_its_header_is_not_cleared() {
    let world = World::new();
    let header = fs::read(world.bag().join("bag.json")).unwrap();
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "large", &vec![7; 200_000]);
    drop(bag);
    fs::remove_file(world.bag().join("bag.json")).unwrap();
    let made = Bag::create(&world.bag(), Suite::ChaCha20Poly1305, &[&world.first()], &world.state(), 1);
    assert!(matches!(error(made), BagError::NotEmpty { .. }));
    fs::write(world.bag().join("bag.json"), header).unwrap();
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "large").unwrap().len(), 200_000);
}
