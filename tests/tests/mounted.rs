//! The random acts of the model, through a drive that the kernel has mounted: one after the other with remounting, eight
//! threads at once, and two processes at once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path as FsPath, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use cartable_crypto::{BagId, SpaceId, SpaceKey, Suite};
use cartable_fs::fuse::{Drive, MountOptions, Unmounter};
use cartable_fs::{Space, Spaces};
use cartable_share::{Access, Principal, Right, decide};
use cartable_tests::acts::{acts, cases, judge};
use cartable_tests::model::{Act, Node, Path};
use cartable_tests::world::{Folder, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestRunner};

/// A space of its own, mounted while it is in use.
struct Mounted {
    home: tempfile::TempDir,
    keys: (BagId, SpaceId, SpaceKey),
    access: Access,
    running: Option<(Arc<Space>, Unmounter, JoinHandle<std::io::Result<()>>)>,
}

impl Mounted {
    fn create() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("drive")).unwrap();
        let keys = (BagId::random(), SpaceId::random(), SpaceKey::random(1));
        let access = decide(Principal::Owner, Right::Edit).unwrap();
        let mut mounted = Self { home, keys, access, running: None };
        let user = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let space = Space::create(&mounted.space(), mounted.space_keys(), user).unwrap();
        mounted.start(space);
        mounted
    }

    fn space(&self) -> PathBuf {
        self.home.path().join("space")
    }

    fn drive(&self) -> PathBuf {
        self.home.path().join("drive")
    }

    fn space_keys(&self) -> cartable_crypto::SpaceKeys {
        self.keys.2.derive(Suite::ChaCha20Poly1305, &self.keys.0, &self.keys.1)
    }

    fn start(&mut self, space: Space) {
        let space = Arc::new(space);
        let options = MountOptions { source: "model".into(), ..MountOptions::default() };
        let mut drive = Drive::mount(Spaces::of(Arc::clone(&space), self.access), &self.drive(), &options).unwrap();
        let unmounter = drive.unmounter();
        self.running = Some((space, unmounter, std::thread::spawn(move || drive.serve())));
    }

    fn end(&mut self) {
        let Some((space, mut unmounter, serving)) = self.running.take() else { return };
        unmounter.unmount().unwrap();
        serving.join().unwrap().unwrap();
        space.close(&self.access).unwrap();
    }

    fn remount(&mut self) {
        self.end();
        let space = Space::open(&self.space(), self.space_keys()).unwrap();
        self.start(space);
    }

    fn is_clean(&mut self) -> bool {
        self.end();
        let space = Space::open(&self.space(), self.space_keys()).unwrap();
        space.check(&self.access, &mut |_| {}).unwrap().is_clean()
    }
}

impl Drop for Mounted {
    /// A test that failed leaves nothing mounted.
    fn drop(&mut self) {
        if let Some((_, mut unmounter, _)) = self.running.take() {
            let _ = unmounter.unmount();
        }
    }
}

/// The drive as a world: reopening is remounting.
struct Remounting<'a> {
    mounted: &'a mut Mounted,
    folder: Folder,
}

impl World for Remounting<'_> {
    fn act(&mut self, act: &Act) -> Option<()> {
        if matches!(act, Act::Reopen) {
            self.mounted.remount();
        }
        self.folder.act(act)
    }

    fn tree(&self) -> Vec<(Path, Node)> {
        self.folder.tree()
    }
}

/// Rows of acts in a folder of its own; nothing is remounted, others are at work beside it.
fn judge_in(folder: &FsPath) {
    std::fs::create_dir(folder).unwrap();
    let mut runner = TestRunner::default();
    for row in 0..ROWS {
        let acts = acts(120).new_tree(&mut runner).unwrap().current();
        let row = folder.join(row.to_string());
        std::fs::create_dir(&row).unwrap();
        if let Err(error) = judge(&mut Folder::new(row), &acts) {
            panic!("{error}: {acts:?}");
        }
    }
}

/// Rows of acts for each thread and process.
const ROWS: usize = 10;
const OTHER_PROCESS: &str = "CARTABLE_JUDGE_IN";

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_drive_behaves_as_the_model(acts in acts(120)) {
        let mut mounted = Mounted::create();
        let folder = Folder::new(mounted.drive());
        judge(&mut Remounting { mounted: &mut mounted, folder }, &acts)?;
        let clean = mounted.is_clean();
        prop_assert!(clean, "the space checks clean");
    }
}

#[test]
fn eight_threads_at_once_each_see_their_own_model() {
    let mut mounted = Mounted::create();
    let drive = mounted.drive();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let folder = drive.join(n.to_string());
            scope.spawn(move || judge_in(&folder));
        }
    });
    assert!(mounted.is_clean());
}

#[test]
fn two_processes_at_once_each_see_their_own_model() -> Result<(), TestCaseError> {
    let mut mounted = Mounted::create();
    let own = std::env::current_exe().unwrap();
    let child = |name: &str| {
        Command::new(&own)
            .args(["--exact", "one_process_of_two", "--ignored", "--nocapture"])
            .env(OTHER_PROCESS, mounted.drive().join(name))
            .spawn()
            .unwrap()
    };
    for mut child in [child("one"), child("two")] {
        prop_assert!(child.wait().unwrap().success());
    }
    prop_assert!(mounted.is_clean());
    Ok(())
}

/// Started by the test above with a folder of the drive.
#[test]
#[ignore = "part of two_processes_at_once_each_see_their_own_model"]
fn one_process_of_two() {
    if let Some(folder) = std::env::var_os(OTHER_PROCESS) {
        judge_in(FsPath::new(&folder));
    }
}
