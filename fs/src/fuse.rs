//! The FUSE door: translates the kernel's requests for one space, and nothing more.
//!
//! A door holds an [`Access`]; one that may not change makes a read-only drive. The kernel checks permissions
//! (`default_permissions`) and keeps file locks itself; it caches names, attributes and pages for long, since all
//! changes pass through it.

mod convert;
mod door;
mod errno;
mod flush;
pub mod terms;

use std::io;
use std::path::Path;
use std::sync::Arc;

use cartable_share::{Access, Right};
use fuser::{Config, MountOption, Session, SessionACL, SessionUnmounter};

use crate::space::Space;
use door::Door;
use terms::THREADS;

/// How a drive is mounted.
#[derive(Debug, Clone, Default)]
pub struct MountOptions {
    /// Other users may use the drive, as its permissions say.
    pub allow_other: bool,
    /// What the system shows as the drive's source: the bag's folder.
    pub source: String,
    /// Event loops; none means what was measured best.
    pub threads: Option<usize>,
}

/// A mounted drive, not yet served.
pub struct Drive {
    session: Session<Door>,
}

/// Ends a drive from another thread.
pub struct Unmounter(SessionUnmounter);

impl Drive {
    /// Mounts `space` at `folder`.
    ///
    /// # Errors
    /// What the kernel or fusermount3 answers: no `/dev/fuse`, not allowed, not a folder.
    pub fn mount(space: Arc<Space>, access: Access, folder: &Path, options: &MountOptions) -> io::Result<Self> {
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName(options.source.clone()),
            MountOption::Subtype("cartable".into()),
            MountOption::DefaultPermissions,
            MountOption::NoAtime,
        ];
        if rustix::process::geteuid().is_root() {
            config.mount_options.extend([MountOption::Dev, MountOption::Suid]);
        }
        if access.right() == Right::Read {
            config.mount_options.push(MountOption::RO);
        }
        config.acl = if options.allow_other { SessionACL::All } else { SessionACL::Owner };
        config.n_threads = Some(options.threads.unwrap_or(THREADS));
        let door = Door::new(space, access);
        let flusher = door.flusher();
        let session = Session::new(door, folder, &config)?;
        flusher.start(session.notifier())?;
        Ok(Self { session })
    }

    /// A handle that unmounts the drive from another thread.
    pub fn unmounter(&mut self) -> Unmounter {
        Unmounter(self.session.unmount_callable())
    }

    /// Answers requests until the drive is unmounted.
    ///
    /// # Errors
    /// When the connection to the kernel fails.
    pub fn serve(self) -> io::Result<()> {
        self.session.run()
    }
}

impl Unmounter {
    /// Unmounts; fails while the drive is in use.
    ///
    /// # Errors
    /// What umount(2) or fusermount3 answers, `EBUSY` among it.
    pub fn unmount(&mut self) -> io::Result<()> {
        self.0.unmount()
    }
}
