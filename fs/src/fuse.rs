//! The FUSE door: translates the kernel's requests for home and what is shown in it, and nothing more.
//!
//! A door holds [`Spaces`]; where home may not be changed the drive is read-only. The kernel checks permissions
//! (`default_permissions`) and keeps file locks itself; it caches names, attributes and pages for long, since all
//! changes pass through it.

mod cache;
mod convert;
mod door;
mod errno;
mod flush;
pub mod terms;

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cartable_share::Right;
use fuser::{Config, MountOption, Session, SessionACL, SessionUnmounter};
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

use crate::spaces::Spaces;
use door::Door;
use terms::THREADS;

/// How a drive is mounted.
#[derive(Debug, Clone, Default)]
pub struct MountOptions {
    /// Other users may use the drive, as its permissions say.
    pub allow_other: bool,
    /// Set-id bits of files count for nothing. So it is always where root does not mount.
    pub no_set_id: bool,
    /// Device nodes can't be opened. So it is always where root does not mount.
    pub no_devices: bool,
    /// Programs can't be started.
    pub no_exec: bool,
    /// What the system shows as the drive's source: the bag's folder.
    pub source: OsString,
    /// Event loops; none means what was measured best.
    pub threads: Option<usize>,
}

/// A mounted drive, not yet served.
pub struct Drive {
    spaces: Arc<Spaces>,
    session: Session<Door>,
    /// Where it was mounted by us, not by fusermount3.
    by_us: Option<PathBuf>,
}

/// Ends a drive from another thread.
pub struct Unmounter {
    session: SessionUnmounter,
    by_us: Option<PathBuf>,
}

impl Drive {
    /// Mounts home and what is shown in it at `folder`: root by itself, others through fusermount3.
    ///
    /// # Errors
    /// What the kernel or fusermount3 answers: no `/dev/fuse`, not allowed, not a folder.
    pub fn mount(spaces: Spaces, folder: &Path, options: &MountOptions) -> io::Result<Self> {
        let spaces = Arc::new(spaces);
        let read_only = spaces.home().access.right() == Right::Read;
        let mut config = Config::default();
        config.mount_options = fusermount_options(options, read_only);
        config.acl = if options.allow_other { SessionACL::All } else { SessionACL::Owner };
        config.n_threads = Some(options.threads.unwrap_or(THREADS));
        let door = Door::new(Arc::clone(&spaces));
        let (flusher, caches) = (door.flusher(), door.caches());
        let device =
            if rustix::process::geteuid().is_root() { mount_as_root(folder, options, read_only)? } else { None };
        let by_us = device.is_some().then(|| folder.to_owned());
        let session = match device {
            Some(device) => Session::from_fd(door, device.into(), config.acl, config).inspect_err(|_| {
                let _ = unmount(folder, UnmountFlags::DETACH);
            })?,
            None => Session::new(door, folder, &config)?,
        };
        flusher.start(session.notifier())?;
        spaces.attach(move |slot| Arc::new(caches(slot)));
        Ok(Self { spaces, session, by_us })
    }

    /// A handle that unmounts the drive from another thread.
    pub fn unmounter(&mut self) -> Unmounter {
        Unmounter { session: self.session.unmount_callable(), by_us: self.by_us.clone() }
    }

    /// Answers requests until the drive is unmounted.
    ///
    /// # Errors
    /// When the connection to the kernel fails.
    pub fn serve(self) -> io::Result<()> {
        let ended = self.session.run();
        self.spaces.detach();
        ended
    }
}

impl Unmounter {
    /// Unmounts; fails while the drive is in use.
    ///
    /// # Errors
    /// What umount(2) or fusermount3 answers, `EBUSY` among it.
    pub fn unmount(&mut self) -> io::Result<()> {
        match &self.by_us {
            Some(folder) => Ok(unmount(folder, UnmountFlags::empty())?),
            None => self.session.unmount(),
        }
    }
}

/// Mounts under our own type, with any source; none where root may not mount, as in some containers.
fn mount_as_root(folder: &Path, options: &MountOptions, read_only: bool) -> io::Result<Option<File>> {
    let device = File::options().read(true).write(true).open("/dev/fuse")?;
    let others = if options.allow_other { ",allow_other" } else { "" };
    let descriptor = device.as_raw_fd();
    let data = format!("fd={descriptor},rootmode=40000,user_id=0,group_id=0,default_permissions{others}");
    let data = CString::new(data).map_err(io::Error::other)?;
    let mut flags = MountFlags::NOATIME;
    for (wanted, flag) in [
        (read_only, MountFlags::RDONLY),
        (options.no_set_id, MountFlags::NOSUID),
        (options.no_devices, MountFlags::NODEV),
        (options.no_exec, MountFlags::NOEXEC),
    ] {
        flags.set(flag, wanted);
    }
    match mount(&options.source, folder, KIND, flags, data.as_c_str()) {
        Ok(()) => Ok(Some(device)),
        Err(Errno::PERM) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn fusermount_options(options: &MountOptions, read_only: bool) -> Vec<MountOption> {
    // A backslash keeps a comma inside the value.
    let source = options.source.to_string_lossy().replace('\\', "\\\\").replace(',', "\\,");
    let mut all = vec![
        MountOption::FSName(source),
        MountOption::Subtype("cartable".into()),
        MountOption::DefaultPermissions,
        MountOption::NoAtime,
    ];
    all.extend(read_only.then_some(MountOption::RO));
    all.extend(options.no_exec.then_some(MountOption::NoExec));
    all
}

/// The type that the kernel lists.
const KIND: &str = "fuse.cartable";
