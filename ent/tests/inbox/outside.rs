//! Files of folders outside of the bag.

use std::fs;

use cartable_ent::inbox::{Outcome, Refusal, Seen, take_outside};

use crate::world::{LSU, World, how};

const QUIZ: &[u8] = include_bytes!("../quiz/pronote.xml");

#[test]
fn a_watched_file_is_taken_once_and_stays() {
    let world = World::new();
    let path = world.folder.path().join("qcm.xml");
    fs::write(&path, QUIZ).unwrap();
    let take = || take_outside(&world.bag, &path, &how(), None, Seen::PassOver).unwrap();
    let taken = take().unwrap();
    assert!(matches!(taken.outcome, Outcome::Kept { .. }), "{taken:?}");
    assert_eq!(taken.name, "qcm.xml");
    assert!(take().is_none());
    fs::write(&path, [QUIZ, b"\n"].concat()).unwrap();
    assert!(matches!(take().unwrap().outcome, Outcome::Kept { counts, .. } if counts.same == 1));
    fs::write(&path, b"something else").unwrap();
    assert!(matches!(take().unwrap().outcome, Outcome::Refused(_)));
    assert!(take().is_none(), "it was tried again though it is the same");
    assert_eq!(fs::read(&path).unwrap(), b"something else");
}

#[test]
fn a_file_that_is_named_is_looked_at_again() {
    let world = World::new();
    let path = world.folder.path().join("class.xml");
    fs::write(&path, LSU).unwrap();
    let take = |pupil: Option<&str>| take_outside(&world.bag, &path, &how(), pupil, Seen::Again).unwrap().unwrap();
    let Outcome::Refused(Refusal::WhichPupil { names }) = take(None).outcome else { panic!("whose is it?") };
    assert!(matches!(take(Some(&names[0])).outcome, Outcome::Kept { counts, .. } if counts.new > 0));
    assert!(matches!(take(Some(&names[0])).outcome, Outcome::Kept { counts, .. } if counts.new == 0));
}

#[test]
fn what_is_no_file_is_not_opened() {
    let world = World::new();
    let folder = world.folder.path();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link")).unwrap();
    for path in [folder.to_owned(), folder.join("link"), folder.join("none"), "/dev/zero".into()] {
        assert!(take_outside(&world.bag, &path, &how(), None, Seen::PassOver).unwrap().is_none());
        let named = take_outside(&world.bag, &path, &how(), None, Seen::Again).unwrap().unwrap();
        assert!(matches!(named.outcome, Outcome::Refused(Refusal::NoFile)));
    }
    assert!(!world.has_collection());
}

#[test]
fn a_huge_file_outside_is_refused_without_reading_it() {
    let world = World::new();
    let path = world.folder.path().join("huge.csv");
    fs::File::create(&path).unwrap().set_len(2 << 30).unwrap();
    let taken = take_outside(&world.bag, &path, &how(), None, Seen::Again).unwrap().unwrap();
    assert!(matches!(taken.outcome, Outcome::Refused(_)));
}
