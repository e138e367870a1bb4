//! Damaged contents, and how they become whole again.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use cartable_fs::bag::Suite;
use cartable_fs::check::Report;
use cartable_tests::desk::{Desk, Device, check, files, read, write};

fn noise(seed: u32) -> Vec<u8> {
    let mut out = vec![0; 300_000];
    let mut state = seed;
    for byte in &mut out {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    out
}

fn packs(desk: &Desk) -> Vec<PathBuf> {
    files(&desk.bag()).into_iter().filter(|path| path.to_str().unwrap().contains("/packs/")).collect()
}

fn repair(desk: &Desk) -> Report {
    desk.work(|bag, space| {
        let access = bag.access().unwrap();
        let epochs = bag.space_keys_of_all_epochs(&bag.home().unwrap()).unwrap();
        space.repair(&access, &access.change().unwrap(), &epochs, &mut |_| {}).unwrap()
    })
}

/// A file that does not open is written again from a backup: the new bytes are not taken for the damaged ones.
#[test]
fn a_damaged_file_is_whole_once_it_is_written_again() {
    for noticed_by in ["reading", "check"] {
        let desk = Desk::with_bag(Suite::ChaCha20Poly1305);
        desk.work(|bag, space| write(bag, space, "file", &noise(1)));
        let pack = desk.bag().join(&packs(&desk)[0]);
        let mut bytes = fs::read(&pack).unwrap();
        bytes[100_000] ^= 1;
        fs::write(&pack, &bytes).unwrap();
        let (bag, space) = desk.open(Device::Own).unwrap();
        if noticed_by == "reading" {
            assert!(read(&bag, &space, "file").is_none());
        } else {
            assert!(!check(&bag, &space).unwrap().is_clean());
        }
        write(&bag, &space, "file", &noise(1));
        assert!(read(&bag, &space, "file") == Some(noise(1)), "noticed by {noticed_by}");
        assert!(check(&bag, &space).unwrap().is_clean(), "noticed by {noticed_by}");
        drop(space);
        bag.close_spaces().unwrap();
        drop(bag);
        desk.work(|bag, space| assert!(read(bag, space, "file") == Some(noise(1))));
    }
}

/// The pack that was written last is lost and set aside; the next one is not taken for it.
#[test]
fn a_lost_packs_number_is_not_given_again() {
    let desk = Desk::with_bag(Suite::ChaCha20Poly1305);
    desk.work(|bag, space| write(bag, space, "lost", &noise(1)));
    fs::remove_file(desk.bag().join(&packs(&desk)[0])).unwrap();
    assert!(!repair(&desk).is_clean());
    desk.work(|bag, space| write(bag, space, "new", &noise(2)));
    for _ in 0..2 {
        let report = repair(&desk);
        let touched: Vec<_> = report.findings.iter().flat_map(|finding| &finding.paths).collect();
        assert!(touched.iter().all(|path| *path == "/lost"), "{report:?}");
        assert_eq!(packs(&desk).len(), 1, "the new pack stays where it is");
        desk.work(|bag, space| {
            assert!(read(bag, space, "lost").is_none());
            assert!(read(bag, space, "new") == Some(noise(2)));
        });
    }
    // Removing what is lost, and collecting, puts everything in order.
    desk.work(|bag, space| write(bag, space, "lost", &noise(3)));
    desk.work(|bag, space| {
        let access = bag.access().unwrap();
        space.collect(&access, &access.change().unwrap(), &mut |_| {}).unwrap();
        assert!(check(bag, space).unwrap().is_clean());
    });
}
