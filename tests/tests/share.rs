//! The random acts of the model through WebDAV, and through both doors at once: each sees at once what came through the other.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::os::unix::fs::MetadataExt;

use cartable_tests::acts::{cases, compare};
use cartable_tests::dav::Dav;
use cartable_tests::deed::{Chosen, Deed, deeds};
use cartable_tests::model::{Act, Model, Node, Path};
use cartable_tests::share::{Doors, Served};
use cartable_tests::world::{Folder, World};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// A bag seen through its doors.
struct Seen {
    served: Served,
    dav: Dav,
    drive: Option<Folder>,
}

impl Seen {
    fn new(doors: Doors) -> Self {
        let served = Served::new(doors);
        let drive = (doors == Doors::Both).then(|| Folder::new(served.drive()));
        Self { dav: Dav::new(served.client()), served, drive }
    }

    fn act(&mut self, model: &Model, Chosen { deed, door }: &Chosen) -> Option<()> {
        if let Deed::Act(Act::Reopen) = deed {
            self.served.reopen();
            self.dav = Dav::new(self.served.client());
            return Some(());
        }
        if self.drive.is_none() || (door % 2 == 0 && deed.is_known_to_dav() && !self.is_between_names(deed)) {
            return deed.done_by(&mut self.dav);
        }
        let drive = self.drive.as_mut().unwrap();
        deed.acts(model)?.iter().try_for_each(|act| drive.act(act))
    }

    /// rename(2) does nothing between two names of one file, and MOVE removes the first.
    fn is_between_names(&self, deed: &Deed) -> bool {
        let inode = |path: &Path| {
            let path = path.iter().fold(self.served.drive(), |at, name| at.join(name));
            std::fs::symlink_metadata(path).map(|found| found.ino()).ok()
        };
        match deed {
            Deed::Act(Act::Rename(from, to)) => inode(from).is_some() && inode(from) == inode(to),
            _ => false,
        }
    }
}

impl World for Seen {
    fn act(&mut self, _act: &Act) -> Option<()> {
        None
    }

    fn tree(&self) -> Vec<(Path, Node)> {
        let shared = self.dav.tree();
        if let Some(drive) = &self.drive {
            let names = |tree: &[(Path, Node)]| tree.iter().map(|(path, _)| path.join("/")).collect::<Vec<_>>();
            let mounted = drive.tree();
            assert_eq!(names(&mounted), names(&shared), "the drive, and the share");
            for ((path, mounted), (_, shared)) in mounted.iter().zip(&shared) {
                assert!(mounted == shared, "{} differs between the drive and the share", path.join("/"));
            }
        }
        shared
    }
}

fn judge(mut seen: Seen, deeds: &[Chosen]) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    for (n, chosen) in deeds.iter().enumerate() {
        let found = seen.act(&model, chosen);
        let acts = chosen.deed.acts(&model);
        let expected = acts.and_then(|acts| acts.iter().try_for_each(|act| model.act(act)));
        prop_assert_eq!(expected, found, "deed {} {:?}", n, chosen);
        if n % 3 == 0 {
            compare(&model, &seen, n)?;
        }
    }
    compare(&model, &seen, deeds.len())?;
    seen.dav = Dav::new(seen.served.client());
    prop_assert!(seen.served.is_clean(), "the bag checks clean");
    seen.dav = Dav::new(seen.served.client());
    compare(&model, &seen, deeds.len())
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn a_share_behaves_as_the_model(mut deeds in deeds(80)) {
        deeds.retain(|chosen| chosen.deed.is_known_to_dav());
        judge(Seen::new(Doors::Share), &deeds)?;
    }

    #[test]
    fn both_doors_at_once_behave_as_the_model(deeds in deeds(80)) {
        judge(Seen::new(Doors::Both), &deeds)?;
    }
}
