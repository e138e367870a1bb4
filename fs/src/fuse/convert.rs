//! Between the core's words and the kernel's.

use std::time::SystemTime;

use fuser::{FileAttr, FileType, INodeNo, TimeOrNow};

use crate::node::{Attr, Kind, NodeId, Time};
use crate::spaces::number;

/// Sizes in `st_blocks` are counted in these.
const BLOCK_BYTES: u64 = 512;

/// The number of a node, as the kernel knows it.
pub(super) fn inode(slot: u16, id: NodeId) -> INodeNo {
    INodeNo(number(slot, id))
}

pub(super) fn file_attr(slot: u16, attr: &Attr) -> FileAttr {
    FileAttr {
        ino: inode(slot, attr.id),
        size: attr.size,
        blocks: attr.stored_bytes.div_ceil(BLOCK_BYTES),
        atime: attr.accessed.into(),
        mtime: attr.modified.into(),
        ctime: attr.changed.into(),
        crtime: attr.created.into(),
        kind: file_type(attr.kind),
        perm: u16::try_from(attr.permissions).unwrap_or(0),
        nlink: attr.links,
        uid: attr.uid,
        gid: attr.gid,
        rdev: attr.device,
        blksize: 4096,
        flags: 0,
    }
}

pub(super) fn file_type(kind: Kind) -> FileType {
    match kind {
        Kind::File => FileType::RegularFile,
        Kind::Folder => FileType::Directory,
        Kind::Symlink => FileType::Symlink,
        Kind::Fifo => FileType::NamedPipe,
        Kind::Socket => FileType::Socket,
        Kind::CharDevice => FileType::CharDevice,
        Kind::BlockDevice => FileType::BlockDevice,
    }
}

pub(super) fn time(time: TimeOrNow) -> Time {
    match time {
        TimeOrNow::SpecificTime(time) => time_from_kernel(time),
        TimeOrNow::Now => SystemTime::now().into(),
    }
}

/// Before 1970 fuser 0.18 takes the kernel's fraction of a second, which counts forward, for one that counts back.
pub(super) fn time_from_kernel(time: SystemTime) -> Time {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(_) => time.into(),
        Err(before) => {
            let before = before.duration();
            Time { seconds: -i64::try_from(before.as_secs()).unwrap_or(i64::MAX), nanos: before.subsec_nanos() }
        }
    }
}
