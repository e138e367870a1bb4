//! Room on the disk: a reserve that keeps a commit from failing when the disk is full.
//!
//! What adds is refused while there is still room for the largest batch and for copying the log into the database;
//! what removes is let through, and at worst the reserve itself is given up for the commit and taken again later. The
//! log is kept at half the reserve, so that the other half is enough to copy it into the database.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::fs::{FallocateFlags, OFlags, fallocate, statvfs};

use crate::error::{FsError, Result};

/// Size of the reserve, unless the disk is small.
const RESERVE_BYTES: u64 = 32 << 20;
/// Of a small disk, the reserve is one part in this many.
const RESERVE_PART: u64 = 8;
/// Free room, beside the reserve, below which nothing is added.
const HEADROOM_BYTES: u64 = 4 << 20;
/// How long a look at the disk is believed, and for how many more bytes.
const BELIEF: Duration = Duration::from_millis(200);

/// The room a space has on its disk.
pub(crate) struct Room {
    folder: PathBuf,
    reserve: PathBuf,
    /// How large the reserve is to be.
    wanted_bytes: u64,
    look: Mutex<Look>,
}

struct Look {
    at: Option<Instant>,
    free_bytes: u64,
    reserve_bytes: u64,
}

/// Figures for statvfs(2).
#[derive(Debug, Clone, Copy)]
pub struct Volume {
    /// Size of the disk, in bytes.
    pub bytes: u64,
    /// Free for writing, the reserve not counted.
    pub free_bytes: u64,
    /// Inodes of the disk.
    pub nodes: u64,
    /// Free inodes of the disk.
    pub free_nodes: u64,
}

/// What the disk says of itself.
struct Disk {
    bytes: u64,
    free_bytes: u64,
    nodes: u64,
    free_nodes: u64,
}

impl Disk {
    /// Network and other file systems report what they like: sizes that don't fit are as large as can be.
    fn at(folder: &Path) -> io::Result<Self> {
        let disk = statvfs(folder)?;
        Ok(Self {
            bytes: disk.f_blocks.saturating_mul(disk.f_frsize),
            free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
            nodes: disk.f_files,
            free_nodes: disk.f_ffree,
        })
    }

    fn volume(&self) -> Volume {
        Volume { bytes: self.bytes, free_bytes: self.free_bytes, nodes: self.nodes, free_nodes: self.free_nodes }
    }
}

impl Room {
    /// Takes the reserve in `folder`, as far as there is room for it.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let room = Self::look(folder)?;
        room.take_reserve();
        Ok(room)
    }

    /// Looks at the disk, and takes nothing.
    pub(crate) fn look(folder: &Path) -> Result<Self> {
        let disk = Disk::at(folder).map_err(FsError::io("asking for the disk's room"))?;
        Ok(Self {
            folder: folder.to_path_buf(),
            reserve: folder.join("reserve"),
            wanted_bytes: RESERVE_BYTES.min(disk.bytes / RESERVE_PART),
            look: Mutex::new(Look { at: None, free_bytes: 0, reserve_bytes: 0 }),
        })
    }

    /// Refuses when `bytes` more would eat into what a commit needs.
    pub(crate) fn may_add(&self, bytes: usize) -> Result<()> {
        let mut look = self.look.lock();
        if look.at.is_none_or(|at| at.elapsed() > BELIEF) {
            look.free_bytes = self.free_bytes()?;
            look.at = Some(Instant::now());
        }
        // Sealing and the index add less than a sixteenth. A reserve that was given up is not for what adds.
        let bytes = bytes as u64;
        if bytes + bytes / 16 + self.kept_back(&look) <= look.free_bytes {
            Ok(())
        } else {
            look.at = None;
            Err(FsError::NoRoom)
        }
    }

    /// Refuses to store `bytes` that there is no room for at all: what was accepted may use the headroom.
    pub(crate) fn may_store(&self, bytes: usize) -> Result<()> {
        let bytes = bytes as u64;
        if bytes + bytes / 16 <= self.free_bytes()? { Ok(()) } else { Err(FsError::NoRoom) }
    }

    /// Whether a commit had better be small.
    pub(crate) fn is_short(&self) -> Result<bool> {
        Ok(self.look.lock().reserve_bytes == 0 || self.free_bytes()? < self.wanted_bytes)
    }

    /// The length from which the database's log is copied into it.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.wanted_bytes / 2
    }

    /// Gives up the reserve when the disk is so full that a commit of `bytes` of pages could fail.
    pub(crate) fn before_commit(&self, bytes: u64) -> Result<()> {
        let mut look = self.look.lock();
        look.free_bytes = self.free_bytes()?;
        look.at = Some(Instant::now());
        if look.reserve_bytes > 0 && look.free_bytes < HEADROOM_BYTES.max(bytes + bytes / 16) {
            std::fs::remove_file(&self.reserve).map_err(FsError::io("giving up the reserve"))?;
            look.reserve_bytes = 0;
            look.at = None;
        }
        Ok(())
    }

    /// Takes the reserve again once there is room for it.
    pub(crate) fn after_commit(&self) {
        if self.look.lock().reserve_bytes == 0 {
            self.take_reserve();
        }
    }

    /// What statfs(2) shows.
    pub(crate) fn volume(&self) -> Result<Volume> {
        let disk = Disk::at(&self.folder).map_err(FsError::io("asking for the disk's room"))?;
        let kept_back = self.kept_back(&self.look.lock());
        Ok(Volume { free_bytes: disk.free_bytes.saturating_sub(kept_back), ..disk.volume() })
    }

    /// Free bytes of the disk that what adds must leave.
    fn kept_back(&self, look: &Look) -> u64 {
        HEADROOM_BYTES.min(self.wanted_bytes) + self.wanted_bytes.saturating_sub(look.reserve_bytes)
    }

    fn free_bytes(&self) -> Result<u64> {
        Ok(Disk::at(&self.folder).map_err(FsError::io("asking for the disk's room"))?.free_bytes)
    }

    /// Where there is no room for a reserve nothing is added, and whatever is free serves what removes.
    fn take_reserve(&self) {
        let mut look = self.look.lock();
        look.reserve_bytes = self.try_reserve().unwrap_or(0);
        look.at = None;
    }

    fn try_reserve(&self) -> io::Result<u64> {
        let disk = Disk::at(&self.folder)?;
        let wanted = self.wanted_bytes;
        let held =
            std::fs::symlink_metadata(&self.reserve).map_or(0, |file| if file.is_file() { file.len() } else { 0 });
        if held >= wanted {
            return Ok(held);
        }
        if disk.free_bytes < wanted - held + HEADROOM_BYTES {
            return Ok(held);
        }
        let file: File = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            // A link that somebody put there must not lead us to write elsewhere, nor a pipe keep us waiting.
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(&self.reserve)?;
        match fallocate(&file, FallocateFlags::empty(), 0, wanted) {
            Ok(()) => Ok(wanted),
            Err(error) => {
                std::fs::remove_file(&self.reserve)?;
                Err(error.into())
            }
        }
    }
}
