//! The kernel's requests. Nothing is cached by the kernel: every request meets the disk as it is, also after a cut.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use parking_lot::Mutex;

use super::content::Content;
use super::disk::{Body, Disk, Result, Wanted};

const TTL: Duration = Duration::ZERO;
const BLOCK_BYTES: u32 = 4096;
/// Size of the disk, as statfs shows it.
const DISK_BYTES: u64 = 4 << 30;
const FALLOC_KEEP_SIZE: i32 = 0x01;
const FALLOC_PUNCH_HOLE: i32 = 0x02;

pub(super) struct Door {
    disk: Arc<Mutex<Disk>>,
}

impl Door {
    pub(super) fn new(disk: Arc<Mutex<Disk>>) -> Self {
        Self { disk }
    }

    /// Does something with the disk, if it has power.
    fn with<T>(&self, act: impl FnOnce(&mut Disk) -> Result<T>) -> Result<T> {
        let mut disk = self.disk.lock();
        if disk.on { act(&mut disk) } else { Err(Errno::EIO) }
    }

    /// Changes the disk: after as many changes as it was told, its power goes.
    fn change<T>(&self, act: impl FnOnce(&mut Disk) -> Result<T>) -> Result<T> {
        self.with(|disk| {
            disk.count_change()?;
            act(disk)
        })
    }

    fn make(&self, req: &Request, parent: INodeNo, name: &OsStr, permissions: u32, body: Body) -> Result<FileAttr> {
        let owner = (req.uid(), req.gid());
        self.change(|disk| {
            let id = disk.make(parent.0, name, Wanted { body, permissions, owner })?;
            attr(disk, id)
        })
    }
}

fn attr(disk: &Disk, id: u64) -> Result<FileAttr> {
    let node = disk.node(id)?;
    let bytes = node.body.bytes() as u64;
    Ok(FileAttr {
        ino: INodeNo(id),
        size: bytes,
        blocks: bytes.div_ceil(512),
        atime: node.modified,
        mtime: node.modified,
        ctime: node.modified,
        crtime: node.modified,
        kind: node.body.kind(),
        perm: node.permissions,
        nlink: node.links,
        uid: node.owner.0,
        gid: node.owner.1,
        rdev: 0,
        blksize: BLOCK_BYTES,
        flags: 0,
    })
}

fn size(bytes: u64) -> Result<usize> {
    usize::try_from(bytes).ok().filter(|_| bytes <= DISK_BYTES).ok_or(Errno::EFBIG)
}

fn reply_entry(reply: ReplyEntry, result: Result<FileAttr>) {
    match result {
        Ok(attr) => reply.entry(&TTL, &attr, Generation(0)),
        Err(error) => reply.error(error),
    }
}

fn reply_attr(reply: ReplyAttr, result: Result<FileAttr>) {
    match result {
        Ok(attr) => reply.attr(&TTL, &attr),
        Err(error) => reply.error(error),
    }
}

fn reply_empty(reply: ReplyEmpty, result: Result<()>) {
    match result {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error),
    }
}

impl Filesystem for Door {
    fn lookup(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self.with(|disk| {
            let id = disk.lookup(parent.0, name)?;
            attr(disk, id)
        });
        reply_entry(reply, found);
    }

    fn getattr(&self, _req: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        reply_attr(reply, self.with(|disk| attr(disk, ino.0)));
    }

    fn setattr(
        &self,
        _req: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        bytes: Option<u64>,
        _atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let done = self.change(|disk| {
            if let Some(bytes) = bytes {
                disk.content_mut(ino.0)?.resize(size(bytes)?);
            }
            let node = disk.node_mut(ino.0)?;
            if let Some(mode) = mode {
                node.permissions = u16::try_from(mode & 0o7777).unwrap_or(0);
            }
            node.owner = (uid.unwrap_or(node.owner.0), gid.unwrap_or(node.owner.1));
            match mtime {
                Some(TimeOrNow::SpecificTime(time)) => node.modified = time,
                Some(TimeOrNow::Now) => node.modified = SystemTime::now(),
                None => {}
            }
            attr(disk, ino.0)
        });
        reply_attr(reply, done);
    }

    fn readlink(&self, _req: &Request, ino: INodeNo, reply: ReplyData) {
        let target = self.with(|disk| match &disk.node(ino.0)?.body {
            Body::Symlink(target) => Ok(target.clone()),
            Body::File(_) | Body::Folder { .. } => Err(Errno::EINVAL),
        });
        match target {
            Ok(target) => reply.data(&target),
            Err(error) => reply.error(error),
        }
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        reply_entry(reply, self.make(req, parent, name, mode & !umask, Body::folder(parent.0)));
    }

    fn symlink(&self, req: &Request, parent: INodeNo, name: &OsStr, target: &Path, reply: ReplyEntry) {
        let body = Body::Symlink(target.as_os_str().as_bytes().to_vec());
        reply_entry(reply, self.make(req, parent, name, 0o777, body));
    }

    fn unlink(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        reply_empty(reply, self.change(|disk| disk.unlink(parent.0, name)));
    }

    fn rmdir(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        reply_empty(reply, self.change(|disk| disk.unlink(parent.0, name)));
    }

    fn rename(
        &self,
        _req: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let done = self.change(|disk| {
            if flags == RenameFlags::RENAME_NOREPLACE {
                disk.must_be_free(newparent.0, newname)?;
            } else if !flags.is_empty() {
                return Err(Errno::EINVAL);
            }
            disk.rename((parent.0, name), (newparent.0, newname))
        });
        reply_empty(reply, done);
    }

    fn link(&self, _req: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        let made = self.change(|disk| {
            disk.link(ino.0, newparent.0, newname)?;
            attr(disk, ino.0)
        });
        reply_entry(reply, made);
    }

    fn open(&self, _req: &Request, ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        match self.with(|disk| disk.content(ino.0).map(|_| ())) {
            Ok(()) => reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO),
            Err(error) => reply.error(error),
        }
    }

    fn create(
        &self,
        req: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        match self.make(req, parent, name, mode & !umask, Body::File(Content::default())) {
            Ok(attr) => reply.created(&TTL, &attr, Generation(0), FileHandle(0), FopenFlags::FOPEN_DIRECT_IO),
            Err(error) => reply.error(error),
        }
    }

    fn read(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        count: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = self.with(|disk| Ok(disk.content(ino.0)?.read(size(offset)?, count as usize).to_vec()));
        match read {
            Ok(data) => reply.data(&data),
            Err(error) => reply.error(error),
        }
    }

    fn write(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let done = self.change(|disk| {
            size(offset + data.len() as u64)?;
            disk.content_mut(ino.0)?.write(size(offset)?, data);
            Ok(())
        });
        match done {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX)),
            Err(error) => reply.error(error),
        }
    }

    fn flush(&self, _req: &Request, _ino: INodeNo, _fh: FileHandle, _lock_owner: LockOwner, reply: ReplyEmpty) {
        reply_empty(reply, self.with(|_| Ok(())));
    }

    fn release(
        &self,
        _req: &Request,
        _ino: INodeNo,
        _fh: FileHandle,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        _flush: bool,
        reply: ReplyEmpty,
    ) {
        reply.ok();
    }

    fn fsync(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        reply_empty(reply, self.with(|disk| disk.sync(ino.0)));
    }

    fn fsyncdir(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        reply_empty(reply, self.with(|disk| disk.sync(ino.0)));
    }

    fn opendir(&self, _req: &Request, ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        match self.with(|disk| disk.open_folder(ino.0)) {
            Ok(handle) => reply.opened(FileHandle(handle), FopenFlags::empty()),
            Err(error) => reply.error(error),
        }
    }

    fn readdir(&self, _req: &Request, ino: INodeNo, fh: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let listed = self.with(|disk| {
            let parent = disk.parent(ino.0)?;
            let listing = disk.listings.get(&fh.0).ok_or(Errno::EBADF)?;
            let dots = [(OsStr::new("."), ino.0), (OsStr::new(".."), parent)];
            let entries = dots.into_iter().chain(listing.iter().map(|(name, id)| (name.as_os_str(), *id)));
            for (cookie, (name, id)) in (1..).zip(entries).skip(size(offset)?) {
                // One that was removed meanwhile may be listed: nobody can tell when.
                let kind = disk.node(id).map_or(FileType::RegularFile, |node| node.body.kind());
                if reply.add(INodeNo(id), cookie, kind, name) {
                    break;
                }
            }
            Ok(())
        });
        match listed {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(error),
        }
    }

    fn releasedir(&self, _req: &Request, _ino: INodeNo, fh: FileHandle, _flags: OpenFlags, reply: ReplyEmpty) {
        self.disk.lock().listings.remove(&fh.0);
        reply.ok();
    }

    fn statfs(&self, _req: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        let used = self.with(|disk| Ok(disk.bytes() as u64));
        match used {
            Ok(used) => {
                let block = u64::from(BLOCK_BYTES);
                let free = DISK_BYTES.saturating_sub(used) / block;
                reply.statfs(DISK_BYTES / block, free, free, 1 << 20, 1 << 19, BLOCK_BYTES, 255, BLOCK_BYTES);
            }
            Err(error) => reply.error(error),
        }
    }

    fn fallocate(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        let done = self.change(|disk| {
            let (start, end) = (size(offset)?, size(offset + length)?);
            let content = disk.content_mut(ino.0)?;
            match mode {
                0 if end > content.bytes() => content.resize(end),
                0 | FALLOC_KEEP_SIZE => {}
                mode if mode == FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE => content.zero(start, end),
                _ => return Err(Errno::EOPNOTSUPP),
            }
            Ok(())
        });
        reply_empty(reply, done);
    }
}
