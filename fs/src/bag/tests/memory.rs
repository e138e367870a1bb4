//! What a device remembers: older copies are noticed, true ones are not.

use super::*;

#[test]
fn an_older_copy_of_the_whole_bag_is_noticed() {
    let world = World::new();
    let before = world.copy("before");
    let bag = world.open(&world.first()).unwrap();
    write(&bag, "second", b"written since");
    let home = bag.home().unwrap();
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
    bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 3).unwrap();
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
        bag.add_slot(secret, Grant::Bag, 3).unwrap();
        drop(bag);
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
    bag.remove_slot(&world.slot(&world.first())).unwrap();
    drop(bag);
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
    bag.add_slot(&Secret::Recovery(Code::random()), Grant::Bag, 3).unwrap();
    drop(bag);
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"on another machine");
    assert_eq!(bag.header().version(), 2);
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
    let home = bag.home().unwrap();
    let access = bag.access().unwrap();
    let space = bag.open_home().unwrap();
    let at_opening = bag.memory.of(&home).unwrap();
    assert_eq!(at_opening.ended, Ended::Open);
    write_in(&bag, &space, "second", b"written since");
    bag.memory.remember(&bag.spaces, &access).unwrap();
    assert_eq!(bag.memory.of(&home), Some(at_opening), "it was written a moment ago");
    bag.memory.make_due();
    space.sync_all(&access).unwrap();
    bag.memory.remember(&bag.spaces, &access).unwrap();
    let remembered = bag.memory.of(&home).unwrap();
    assert!(remembered.commit.counter > at_opening.commit.counter);
    assert_eq!(remembered.commit, space.last_commit());

    // The process is killed now: what is on the disk is no older copy.
    let killed = world.copy("killed");
    copy_tree(&world.folder.path().join("state"), &world.folder.path().join("other-state"));
    bag.close_space(&home).unwrap();
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
    drop(bag.keep_remembering().unwrap());
    assert_eq!(Arc::strong_count(&space), 1);
}

#[test]
fn single_pages_put_back_after_a_close_are_noticed() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let home = bag.home().unwrap();
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
    bag.close_space(&home).unwrap();
    drop(space);
    assert!(!forged.is_empty());
    let whole = fs::read(&database).unwrap();
    fs::write(&log, forged).unwrap();
    assert_eq!(older(bag.open_home()), OlderCopy::Pages { space: home });
    fs::write(&database, whole).unwrap();
    fs::remove_file(&log).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"written since");
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

/// SQLite plays a journal back before it knows that the database keeps a log: nothing in it is authenticated but its pages.
#[test]
fn a_planted_journal_is_not_played_back() {
    let world = World::new();
    let bag = world.open(&world.first()).unwrap();
    let home = bag.home().unwrap();
    let database = bag.space_folder(&home).join("space.1.db");
    let old = fs::read(&database).unwrap();
    write(&bag, "second", b"written since");
    let new = fs::read(&database).unwrap();
    let page = |bytes: &[u8], number: usize| bytes[number * 4096..(number + 1) * 4096].to_vec();
    let differing: Vec<usize> =
        (0..old.len() / 4096).filter(|number| page(&old, *number) != page(&new, *number)).collect();
    let pages: Vec<_> = differing.iter().map(|number| (*number as u32 + 1, page(&old, *number))).collect();
    drop(bag);
    fs::write(bag_journal(&database), journal(&pages, new.len() / 4096)).unwrap();
    let bag = world.open(&world.first()).unwrap();
    assert_eq!(read(&bag, "second").unwrap(), b"written since");
    assert!(!bag_journal(&database).exists());
    assert_eq!(names(&world.bag().join("quarantine")).len(), 1);
}

fn bag_journal(database: &Path) -> PathBuf {
    database.with_file_name("space.1.db-journal")
}

/// A hot rollback journal (<https://www.sqlite.org/fileformat.html#the_rollback_journal>).
fn journal(pages: &[(u32, Vec<u8>)], database_pages: usize) -> Vec<u8> {
    let nonce = 7_u32;
    let mut out = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    for field in [pages.len() as u32, nonce, database_pages as u32, 512, 4096] {
        out.extend_from_slice(&field.to_be_bytes());
    }
    out.resize(512, 0);
    for (number, page) in pages {
        let sum =
            (1..).map(|n| 4096 - 200 * n).take_while(|at| *at > 0).map(|at| u32::from(page[at as usize])).sum::<u32>();
        out.extend_from_slice(&number.to_be_bytes());
        out.extend_from_slice(page);
        out.extend_from_slice(&(nonce + sum).to_be_bytes());
    }
    out
}
