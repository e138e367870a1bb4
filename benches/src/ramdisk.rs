//! A file system in memory that remembers what was synced, and forgets the rest when its power is cut.
//!
//! A killed process proves little of durability: the page cache outlives it. This disk keeps two states, the one that
//! programs see and the one that is safe: contents by fsync of the file, names by fsync of the folder. A cut goes back
//! to the safe one, plus, if wanted, a random part of what came since: pages, prefixes of growth, whole renames.
//! Attributes (mode, owner) are not part of the game: they are safe at once.

mod chance;
mod content;
mod cut;
mod disk;
mod door;
mod names;

use std::io;
use std::path::Path;
use std::sync::Arc;

use fuser::{BackgroundSession, Config, MountOption, Session, SessionACL};
use parking_lot::Mutex;

pub use cut::Loss;
use disk::{Disk, Failure};
use door::Door;

/// A mounted RAM disk; unmounted when dropped.
pub struct RamDisk {
    disk: Arc<Mutex<Disk>>,
    session: BackgroundSession,
}

impl RamDisk {
    /// Mounts an empty disk at `folder`.
    ///
    /// # Errors
    /// What the kernel answers.
    pub fn mount(folder: &Path) -> io::Result<Self> {
        let disk = Arc::new(Mutex::new(Disk::new()));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("ramdisk".into()), MountOption::DefaultPermissions];
        config.acl = SessionACL::Owner;
        config.n_threads = Some(2);
        let session = Session::new(Door::new(Arc::clone(&disk)), folder, &config)?.spawn()?;
        Ok(Self { disk, session })
    }

    /// Takes the power away: from now on every request answers EIO.
    pub fn power_off(&self) {
        self.disk.lock().power_off();
    }

    /// Lets `changes` more changes of names, contents or their safety pass, and takes the power away at the next.
    pub fn power_off_after(&self, changes: u64) {
        self.fail_after(changes, Failure::PowerOff);
    }

    /// Lets `changes` more changes pass, and one fail. What a failed sync was to make safe is not made so by a later one.
    pub fn fail_once_after(&self, changes: u64) {
        self.fail_after(changes, Failure::Once);
    }

    fn fail_after(&self, changes: u64, failure: Failure) {
        let mut disk = self.disk.lock();
        disk.failure = Some((disk.changes + changes, failure));
    }

    /// How many changes there were since the disk was made.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.disk.lock().changes
    }

    /// Gives the power back: what the cut left of the disk can be used.
    pub fn power_on(&self, seed: u64, loss: Loss) {
        self.disk.lock().power_on(seed, loss);
    }

    /// Unmounts.
    ///
    /// # Errors
    /// What the kernel answers, `EBUSY` among it.
    pub fn unmount(self) -> io::Result<()> {
        self.session.umount_and_join()
    }
}
