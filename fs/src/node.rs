//! Nodes: the identity, kind and attributes of a file, folder, link or device.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{FsError, Result};

/// Identity of a node inside its space. Never reused; 1 is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u64);

impl NodeId {
    /// The folder at the top of a space.
    pub const ROOT: Self = Self(1);

    pub(crate) fn row(self) -> i64 {
        // Identities are handed out one by one from 1: they stay far below 2^63.
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    pub(crate) fn from_row(row: i64) -> Result<Self> {
        u64::try_from(row).map(Self).map_err(|_| FsError::Damaged(format!("node number {row}")))
    }
}

/// What a node is: the type bits of its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file with contents.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A Unix socket.
    Socket,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
}

const TYPE_MASK: u32 = 0o170_000;

/// Bits of a mode that are permissions, set-id and sticky.
pub const PERMISSION_MASK: u32 = 0o7777;
pub(crate) const SET_UID: u32 = 0o4000;
pub(crate) const SET_GID: u32 = 0o2000;
pub(crate) const GROUP_EXEC: u32 = 0o0010;

impl Kind {
    /// The type bits of `st_mode` for this kind.
    #[must_use]
    pub fn type_bits(self) -> u32 {
        match self {
            Self::Fifo => 0o010_000,
            Self::CharDevice => 0o020_000,
            Self::Folder => 0o040_000,
            Self::BlockDevice => 0o060_000,
            Self::File => 0o100_000,
            Self::Symlink => 0o120_000,
            Self::Socket => 0o140_000,
        }
    }

    /// Reads the kind from the type bits of `st_mode`; none set means a file, as mknod(2) has it.
    ///
    /// # Errors
    /// [`FsError::Invalid`] for bits that name no kind.
    pub fn of_mode(mode: u32) -> Result<Self> {
        match mode & TYPE_MASK {
            0o010_000 => Ok(Self::Fifo),
            0o020_000 => Ok(Self::CharDevice),
            0o040_000 => Ok(Self::Folder),
            0o060_000 => Ok(Self::BlockDevice),
            0 | 0o100_000 => Ok(Self::File),
            0o120_000 => Ok(Self::Symlink),
            0o140_000 => Ok(Self::Socket),
            _ => Err(FsError::Invalid("mode")),
        }
    }
}

/// A point in time: seconds since 1970, negative before, and nanoseconds below 10^9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since the epoch.
    pub seconds: i64,
    /// Nanoseconds after that second.
    pub nanos: u32,
}

impl Time {
    /// The clock's time.
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => {
                Self { seconds: i64::try_from(after.as_secs()).unwrap_or(i64::MAX), nanos: after.subsec_nanos() }
            }
            Err(before) => {
                let before = before.duration();
                let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
                match before.subsec_nanos() {
                    0 => Self { seconds: -whole, nanos: 0 },
                    nanos => Self { seconds: -whole - 1, nanos: 1_000_000_000 - nanos },
                }
            }
        }
    }
}

impl From<Time> for SystemTime {
    fn from(time: Time) -> Self {
        let nanos = Duration::from_nanos(u64::from(time.nanos));
        let shifted = if time.seconds >= 0 {
            UNIX_EPOCH.checked_add(Duration::from_secs(time.seconds.unsigned_abs()))
        } else {
            UNIX_EPOCH.checked_sub(Duration::from_secs(time.seconds.unsigned_abs()))
        };
        shifted.and_then(|base| base.checked_add(nanos)).unwrap_or(UNIX_EPOCH)
    }
}

/// The attributes of a node, as stat(2) shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attr {
    /// Identity.
    pub id: NodeId,
    /// What it is.
    pub kind: Kind,
    /// Permission, set-id and sticky bits; no type bits.
    pub permissions: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of names; a folder counts itself and its subfolders.
    pub links: u32,
    /// Size in bytes; for a symlink the length of its target.
    pub size: u64,
    /// Bytes that lie in extents: less than the size where there are holes.
    pub stored_bytes: u64,
    /// Device number of a device node.
    pub device: u32,
    /// Last set access time. Reading does not move it (`docs/semantics.md`).
    pub accessed: Time,
    /// Last change of contents.
    pub modified: Time,
    /// Last change of contents or attributes.
    pub changed: Time,
    /// When it was made.
    pub created: Time,
    /// Number of the last change of contents (of a folder: of the names in it). No other contents of the space ever have the
    /// same, not even after a crash.
    pub version: u64,
}

impl Attr {
    pub(crate) fn mode(&self) -> u32 {
        self.kind.type_bits() | self.permissions
    }

    /// Notes a change of contents, of which `version` is the number.
    pub(crate) fn touch(&mut self, now: Time, version: u64) {
        self.modified = now;
        self.changed = now;
        self.version = version;
    }

    /// Clears set-user-id, and set-group-id where the group may execute, as Linux does on a change of contents.
    pub(crate) fn drop_set_ids(&mut self) {
        if self.kind == Kind::File {
            self.permissions &= !SET_UID;
            if self.permissions & GROUP_EXEC != 0 {
                self.permissions &= !SET_GID;
            }
        }
    }
}

/// What setattr changes; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct SetAttr {
    /// New permission bits.
    pub permissions: Option<u32>,
    /// New owner.
    pub uid: Option<u32>,
    /// New group.
    pub gid: Option<u32>,
    /// New size.
    pub size: Option<u64>,
    /// New access time.
    pub accessed: Option<Time>,
    /// New modification time.
    pub modified: Option<Time>,
    /// New change time; without it, now.
    pub changed: Option<Time>,
    /// Set-id bits go when contents or owner change.
    pub drop_set_ids: bool,
}

/// On whose behalf something is made: owner and group of what is new, and the mask of its mode.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// File mode creation mask; not applied under a folder with a default ACL.
    pub umask: u32,
}

/// Packs the four times as `seconds:i64 nanos:u32`, little endian, in the order accessed, modified, changed, created.
pub(crate) fn times_to_bytes(attr: &Attr) -> [u8; 48] {
    let mut bytes = [0; 48];
    for (slot, time) in bytes.chunks_exact_mut(12).zip([attr.accessed, attr.modified, attr.changed, attr.created]) {
        slot[..8].copy_from_slice(&time.seconds.to_le_bytes());
        slot[8..].copy_from_slice(&time.nanos.to_le_bytes());
    }
    bytes
}

pub(crate) fn times_from_bytes(bytes: &[u8]) -> Result<[Time; 4]> {
    let mut times = [Time { seconds: 0, nanos: 0 }; 4];
    if bytes.len() != 48 {
        return Err(FsError::Damaged("times of a node".into()));
    }
    for (time, slot) in times.iter_mut().zip(bytes.chunks_exact(12)) {
        let (seconds, nanos) = slot.split_at(8);
        time.seconds = i64::from_le_bytes(seconds.try_into().unwrap_or_default());
        time.nanos = u32::from_le_bytes(nanos.try_into().unwrap_or_default());
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_both_sides_of_the_epoch() {
        for (seconds, nanos) in
            [(0, 0), (1, 999_999_999), (-1, 0), (-1, 1), (-5_000_000_000, 7), (i64::from(u32::MAX), 3)]
        {
            let time = Time { seconds, nanos };
            assert_eq!(Time::from(SystemTime::from(time)), time);
        }
    }
}
