//! A client that asks only for what changed ends with what a full listing shows, whatever happened through both doors.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use cartable_tests::acts::cases;
use cartable_tests::dav::Dav;
use cartable_tests::deed::{Chosen, deeds};
use cartable_tests::doors::Seen;
use cartable_tests::http::Body;
use cartable_tests::mirror::{Mirror, everything};
use cartable_tests::model::{Model, Path};
use cartable_tests::share::{Doors, Served};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

fn path(text: &str) -> Path {
    text.split('/').map(str::to_owned).collect()
}

fn put(dav: &Dav, at: &str, bytes: &[u8]) {
    let status = dav.send("PUT", &path(at), &[], Body::Sized(bytes)).status;
    assert!(status < 300, "{status}");
}

fn make_folder(dav: &Dav, at: &str) {
    assert_eq!(dav.send("MKCOL", &path(at), &[], Body::None).status, 201);
}

fn assert_same(mirror: &Mirror, dav: &Dav) {
    let (kept, listed) = (mirror.tree(), everything(dav));
    let names = |tree: &[cartable_tests::dav::Listed]| tree.iter().map(|one| one.path.join("/")).collect::<Vec<_>>();
    let (kept_names, listed_names) = (names(&kept), names(&listed));
    let beside =
        |one: &[String], other: &[String]| one.iter().filter(|name| !other.contains(name)).cloned().collect::<Vec<_>>();
    assert_eq!(beside(&kept_names, &listed_names), [""; 0], "kept though it went");
    assert_eq!(beside(&listed_names, &kept_names), [""; 0], "never told of");
    for (kept, listed) in kept.iter().zip(&listed) {
        assert_eq!(kept, listed);
    }
}

#[test]
fn a_known_name_that_was_replaced_and_went_is_told_of() {
    let served = Served::new(Doors::Both);
    let (dav, mut mirror) = (Dav::new(served.client()), Mirror::default());
    for name in ["put", "moved", "again", "linked"] {
        put(&dav, name, b"first");
    }
    put(&dav, "other", b"other");
    mirror.sync(&dav);
    put(&dav, "put", b"second");
    dav.delete(&path("put")).unwrap();
    dav.carry("MOVE", &path("other"), &path("moved"), true).unwrap();
    dav.delete(&path("moved")).unwrap();
    dav.delete(&path("again")).unwrap();
    put(&dav, "again", b"second");
    fs::remove_file(served.drive().join("again")).unwrap();
    fs::hard_link(served.drive().join("linked"), served.drive().join("new")).unwrap();
    put(&dav, "linked", b"second");
    fs::remove_file(served.drive().join("linked")).unwrap();
    mirror.sync(&dav);
    assert_same(&mirror, &dav);
    assert_eq!(mirror.tree().len(), 1);
}

#[test]
fn a_folder_that_takes_the_place_of_another_is_listed_anew() {
    let served = Served::new(Doors::Both);
    let (dav, mut mirror) = (Dav::new(served.client()), Mirror::default());
    for folder in ["a", "a/inner", "b", "b/inner", "c"] {
        make_folder(&dav, folder);
    }
    put(&dav, "a/inner/of-a", b"");
    put(&dav, "b/inner/of-b", b"");
    mirror.sync(&dav);
    dav.carry("MOVE", &path("b"), &path("a"), true).unwrap();
    mirror.sync(&dav);
    assert_same(&mirror, &dav);
    rustix::fs::renameat_with(
        rustix::fs::CWD,
        served.drive().join("a"),
        rustix::fs::CWD,
        served.drive().join("c"),
        rustix::fs::RenameFlags::EXCHANGE,
    )
    .unwrap();
    mirror.sync(&dav);
    assert_same(&mirror, &dav);
    assert!(mirror.begun_anew > 0);
}

#[test]
fn a_file_that_becomes_what_no_client_sees_is_told_of() {
    let served = Served::new(Doors::Both);
    let (dav, mut mirror) = (Dav::new(served.client()), Mirror::default());
    put(&dav, "file", b"content");
    mirror.sync(&dav);
    fs::remove_file(served.drive().join("file")).unwrap();
    std::os::unix::fs::symlink("elsewhere", served.drive().join("file")).unwrap();
    mirror.sync(&dav);
    assert_same(&mirror, &dav);
    assert!(mirror.tree().is_empty());
}

/// What comes while an answer is made is in that answer or in the next one, and what goes again is in the next.
#[test]
fn nothing_that_comes_and_goes_meanwhile_is_left_over() {
    let served = Served::new(Doors::Both);
    let dav = Dav::new(served.client());
    for n in 0..300 {
        put(&dav, &format!("file{n}"), b"");
    }
    let over = AtomicBool::new(false);
    let rounds = std::env::var("CARTABLE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    std::thread::scope(|scope| {
        let busy = |name: &'static str| {
            let (over, drive, dav) = (&over, served.drive(), served.client());
            move || {
                let (dav, mut n) = (Dav::new(dav), 0_u32);
                while !over.load(Ordering::Relaxed) {
                    n += 1;
                    let (at, known) = (format!("{name}{}", n % 20), format!("file{}", n % 300));
                    if n % 2 == 0 {
                        put(&dav, &at, b"1");
                        put(&dav, &known, b"2");
                        dav.delete(&path(&at)).unwrap();
                    } else {
                        fs::write(drive.join(&at), b"1").unwrap();
                        fs::rename(drive.join(&at), drive.join("one-name")).unwrap();
                        let _ = fs::remove_file(drive.join("one-name"));
                    }
                }
            }
        };
        scope.spawn(busy("a"));
        scope.spawn(busy("b"));
        let mut mirrors: Vec<Mirror> = Vec::new();
        for round in 0..rounds {
            if round % 8 == 0 && mirrors.len() < 6 {
                mirrors.push(Mirror::default());
            }
            mirrors.iter_mut().for_each(|mirror| mirror.sync(&dav));
        }
        over.store(true, Ordering::Relaxed);
        std::thread::sleep(std::time::Duration::from_millis(300));
        for mirror in &mut mirrors {
            mirror.sync(&dav);
            assert_same(mirror, &dav);
        }
    });
}

#[test]
fn what_did_not_change_is_not_told() {
    let served = Served::new(Doors::Both);
    let (dav, mut mirror) = (Dav::new(served.client()), Mirror::default());
    for n in 0..200 {
        put(&dav, &format!("file{n}"), b"");
    }
    mirror.sync(&dav);
    fs::write(served.drive().join("file7"), b"content").unwrap();
    put(&dav, "file8", b"content");
    mirror.told = 0;
    mirror.sync(&dav);
    assert_same(&mirror, &dav);
    assert_eq!(mirror.told, 2);
    mirror.told = 0;
    mirror.sync(&dav);
    assert_eq!(mirror.told, 0);
}

fn judge(mut seen: Seen, deeds: &[Chosen]) -> Result<(), TestCaseError> {
    let (mut model, mut mirror) = (Model::default(), Mirror::default());
    for (n, chosen) in deeds.iter().enumerate() {
        let chosen = chosen.aimed(&model);
        let found = seen.act(&model, &chosen);
        let acts = chosen.deed.acts(&model);
        prop_assert_eq!(acts.and_then(|acts| acts.iter().try_for_each(|act| model.act(act))), found);
        if chosen.door.is_multiple_of(4) {
            mirror.sync(&seen.dav);
            if n % 4 == 0 {
                assert_same(&mirror, &seen.dav);
            }
        }
    }
    mirror.sync(&seen.dav);
    assert_same(&mirror, &seen.dav);
    seen.reopen();
    mirror.sync(&seen.dav);
    assert_same(&mirror, &seen.dav);
    Ok(())
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn who_asks_for_changes_through_both_doors_keeps_up(deeds in deeds(80)) {
        judge(Seen::new(Doors::Both), &deeds)?;
    }

    #[test]
    fn who_asks_for_changes_of_a_share_keeps_up(mut deeds in deeds(80)) {
        deeds.retain(|chosen| chosen.deed.is_known_to_dav());
        judge(Seen::new(Doors::Share), &deeds)?;
    }
}
