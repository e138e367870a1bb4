//! Changes of keys, interrupted at each step.

use super::*;

#[test]
fn a_changed_secret_opens_and_the_old_one_does_not() {
    let world = World::new();
    let before = world.copy("before");
    let new = Code::random();
    let bag = world.open(&world.first()).unwrap();
    let slot = world.slot(&world.first());
    let added = bag.replace_slot(&slot, &same(&new), 9).unwrap();
    assert_eq!(bag.slots().unwrap().iter().map(|slot| slot.made).collect::<Vec<_>>(), [1, 9]);
    assert_eq!(read(&bag, "first").unwrap(), b"written before");
    write(&bag, "second", b"written since");
    let home = bag.home().unwrap();
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
        drop(bag);
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
        bag.replace_slot(&current, &same(&last), 10).unwrap();
        assert_eq!(read(&bag, "second").unwrap(), b"written since");
        let space = bag.space_folder(&bag.home().unwrap());
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

/// Several changes of keys while threads write, sync and read: everything is there in the end, and what was written last
/// opens with the last secret only.
#[test]
fn keys_change_while_the_space_is_in_use() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let space = bag.open_home().unwrap();
    assert!(Arc::ptr_eq(&space, &bag.open_home().unwrap()), "an open space is opened once");
    let over = std::sync::atomic::AtomicBool::new(false);
    let mut last = same(&world.first);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3_u8)
            .map(|thread| {
                let (bag, space, over) = (&bag, &space, &over);
                scope.spawn(move || {
                    let change = bag.access().unwrap().change().unwrap();
                    let mut count = 0;
                    while count < 20 || !over.load(Ordering::SeqCst) {
                        let size = [100, 5_000_000, 80_000][usize::from(thread)];
                        let content = vec![thread ^ (count % 251) as u8; size];
                        let name = format!("{thread}-{count}");
                        let name = Name::new(name.as_bytes()).unwrap();
                        let node = space.make_node(&change, NodeId::ROOT, name, 0o100_600, 0, CALLER).unwrap();
                        space.write(&change, node.id, 0, &content, WriteTimes::Now, false).unwrap();
                        space.sync(&bag.access().unwrap(), node.id).unwrap();
                        let mut back = vec![0; size];
                        assert_eq!(space.read(&bag.access().unwrap(), node.id, 0, &mut back).unwrap(), size);
                        assert_eq!(back, content);
                        space.unpin(node.id, 1);
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        for round in 0..4 {
            let new = Code::random();
            let slot = bag.prove_owner(&last).unwrap();
            bag.replace_slot(&slot, &same(&new), round).unwrap();
            assert!(matches!(error(bag.prove_owner(&last)), BagError::Key(KeyError::WrongSecret)));
            last = same(&new);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        over.store(true, Ordering::SeqCst);
        for (thread, writer) in writers.into_iter().enumerate() {
            let count = writer.join().unwrap();
            assert!((0..count).all(|count| read_in(&bag, &space, &format!("{thread}-{count}")).is_some()));
        }
    });
    let mut quiet = |_| {};
    assert!(space.check(&bag.access().unwrap(), &mut quiet).unwrap().is_clean());
    let home = bag.home().unwrap();
    bag.close_space(&home).unwrap();
    assert_eq!(bag.header().spaces(), [(home, 5)]);
    let databases = names(&bag.space_folder(&home)).into_iter().filter(|name| name.ends_with(".db")).count();
    assert_eq!(databases, 1, "{:?}", names(&bag.space_folder(&home)));
    drop((space, bag));
    let bag = world.open(&last).unwrap();
    assert_eq!(read(&bag, "first").unwrap(), b"written before");
    assert_eq!(read(&bag, "1-19").unwrap().len(), 5_000_000);
}

/// Interrupted at each step while the space is open: it goes on where nothing was changed, and stops where nobody knows.
#[test]
fn an_interrupted_change_leaves_an_open_space_safe() {
    let (mut went_on, mut stopped) = (0, 0);
    for steps in 0.. {
        let world = World::new();
        let new = Code::random();
        let bag = world.open(&world.first()).unwrap();
        let space = bag.open_home().unwrap();
        write_in(&bag, &space, "before", b"before");
        allow_steps(steps);
        let changed = bag.replace_slot(&world.slot(&world.first()), &same(&new), 9);
        let some_left = steps_left().load(Ordering::SeqCst) > 0;
        allow_steps(i64::MAX);
        let works = space.sync_all(&bag.access().unwrap()).is_ok();
        assert!(works || changed.is_err());
        if works {
            went_on += 1;
            write_in(&bag, &space, "after", b"after");
            bag.close_space(&bag.home().unwrap()).unwrap();
        } else {
            stopped += 1;
            assert!(matches!(error(bag.add_slot(&same(&Code::random()), Grant::Bag, 9)), BagError::Interrupted));
        }
        let finished = changed.is_ok();
        drop((space, bag));
        let bag = world.open(&world.second()).unwrap();
        assert_eq!(read(&bag, "before").unwrap(), b"before", "after {steps} steps");
        assert_eq!(read(&bag, "after").is_some(), works, "after {steps} steps");
        if finished && some_left {
            break;
        }
    }
    assert!(went_on >= 4 && stopped >= 1, "{went_on} went on, {stopped} stopped");
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
    let slot = bag.add_slot(&device(), Grant::Home, 3).unwrap();
    drop(bag);
    let bag = world.open(&device()).unwrap();
    write(&bag, "second", b"from the phone");
    assert!(matches!(bag.slots().err(), Some(BagError::Key(KeyError::NotOwner))));
    let changed = bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 3);
    assert!(matches!(error(changed), BagError::Key(KeyError::NotOwner)));
    drop(bag);

    let bag = world.open(&world.first()).unwrap();
    bag.remove_slot(&slot).unwrap();
    assert_eq!(bag.header().spaces(), [(bag.home().unwrap(), 2)]);
    assert_eq!(read(&bag, "second").unwrap(), b"from the phone");
    drop(bag);
    assert!(matches!(error(world.open(&device())), BagError::Key(KeyError::WrongSecret)));
    assert!(world.open(&world.second()).is_ok());
}

#[test]
fn the_last_owner_slot_can_not_be_removed() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    bag.remove_slot(&world.slot(&world.second())).unwrap();
    let last = world.slot(&world.first());
    assert!(matches!(error(bag.remove_slot(&last)), BagError::Key(KeyError::LastOwnerSlot)));
    drop(bag);
    assert!(world.open(&world.first()).is_ok());
}

#[test]
fn content_is_not_found_again_across_epochs() {
    let world = World::new();
    let large: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "large", &large);
    write(&bag, "again", &large);
    let packs = || tree_bytes(&bag.space_folder(&bag.home().unwrap()).join("packs"));
    let before = packs();
    assert!((1_600_000..3_000_000).contains(&before), "stored once: {before}");
    bag.replace_slot(&world.slot(&world.first()), &Secret::Recovery(Code::random()), 9).unwrap();
    assert_eq!(read(&bag, "large").unwrap(), large);
    write(&bag, "once more", &large);
    assert_eq!(read(&bag, "once more").unwrap(), large);
    let after = tree_bytes(&bag.space_folder(&bag.home().unwrap()).join("packs"));
    assert!(after >= before + 1_600_000, "{before} before, {after} after");
}

/// After a resealing no byte of the old packs is left, and all opens as before.
#[test]
fn what_old_keys_opened_is_sealed_again() {
    let world = World::new();
    let large: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "large", &large);
    let packs = || {
        let folder = bag.space_folder(&bag.home().unwrap()).join("packs");
        let inner = |name: String| names(&folder.join(&name));
        names(&folder).into_iter().flat_map(inner).collect::<Vec<_>>()
    };
    let before = packs();
    bag.replace_slot(&world.slot(&world.first()), &Secret::Recovery(Code::random()), 9).unwrap();
    let access = bag.access().unwrap();
    let change = access.change().unwrap();
    let space = bag.open_home().unwrap();
    let resealed = space.reseal(&access, &change, &mut |_| {}).unwrap();
    assert!(resealed.chunks > 3 && resealed.damaged == 0, "{resealed:?}");
    space.collect(&access, &change, &mut |_| {}).unwrap();
    assert!(packs().iter().all(|pack| !before.contains(pack)), "{before:?} {:?}", packs());
    assert_eq!(space.reseal(&access, &change, &mut |_| {}).unwrap().chunks, 0, "once is enough");
    assert_eq!(read_in(&bag, &space, "large").unwrap(), large);
    assert!(space.reseal(&access, &change, &mut |_| {}).is_err(), "not while files are in use");
    write_in(&bag, &space, "again", &large);
    assert!(space.check(&access, &mut |_| {}).unwrap().is_clean());
    drop(space);
    bag.close_spaces().unwrap();
    let bytes = tree_bytes(&bag.space_folder(&bag.home().unwrap()).join("packs"));
    assert!(bytes < 3_500_000, "equal content is found again: {bytes}");
    assert_eq!(read(&bag, "large").unwrap(), large);
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
fn a_passphrase_opens_a_bag() {
    let world = World::new();
    let passphrase = |text: &str| {
        let bytes = zeroize::Zeroizing::new(text.as_bytes().to_vec());
        Secret::Passphrase(cartable_crypto::Passphrase::new(bytes).unwrap())
    };
    let bag = world.open(&world.first()).unwrap();
    let slot = bag.add_slot(&passphrase("il etait une fois"), Grant::Bag, 3).unwrap();
    drop(bag);
    let bag = world.open(&passphrase("il etait une fois")).unwrap();
    bag.replace_slot(&slot, &passphrase("une autre fois"), 4).unwrap();
    assert_eq!(read(&bag, "first").unwrap(), b"written before");
    drop(bag);
    let refused = error(world.open(&passphrase("il etait une fois")));
    assert!(matches!(refused, BagError::Key(KeyError::WrongSecret)));
    assert!(world.open(&passphrase("une autre fois")).is_ok());
}
