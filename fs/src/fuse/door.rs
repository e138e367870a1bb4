//! The kernel's requests, each a call of the space.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use cartable_share::Change;
use fuser::{
    BsdFileFlags, CopyFileRangeFlags, Errno, FileAttr, FileHandle, Filesystem, FopenFlags, Generation, INodeNo,
    KernelConfig, LockOwner, OpenAccMode, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyLseek, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request,
    TimeOrNow, WriteFlags,
};

use super::cache::{KernelCache, Writers};
use super::convert::{file_attr, file_type, inode, time, time_from_kernel};
use super::errno::errno;
use super::flush::Flusher;
use super::terms::{TTL, negotiate};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Caller, Kind, NodeId, SetAttr};
use crate::space::{RenameMode, Seek, WriteTimes, XattrMode};
use crate::spaces::{Spaces, Spot};

/// Cookies of `.` and `..`.
const DOT: u64 = 1;
const DOT_DOT: u64 = 2;

const O_TRUNC: i32 = 0o1000;
const FALLOC_KEEP_SIZE: i32 = 0x01;
const FALLOC_PUNCH_HOLE: i32 = 0x02;
const FALLOC_ZERO_RANGE: i32 = 0x10;
const SEEK_DATA: i32 = 3;
const SEEK_HOLE: i32 = 4;
const XATTR_CREATE: i32 = 1;
const XATTR_REPLACE: i32 = 2;
const BLOCK_BYTES: u32 = 4096;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

pub(super) struct Door {
    spaces: Arc<Spaces>,
    flusher: Flusher,
    writers: Writers,
    /// How many syncs are under way.
    syncing: Arc<AtomicUsize>,
}

impl Door {
    pub(super) fn new(spaces: Arc<Spaces>) -> Self {
        Self { spaces, flusher: Flusher::default(), writers: Writers::default(), syncing: Arc::default() }
    }

    pub(super) fn flusher(&self) -> Flusher {
        self.flusher.clone()
    }

    /// Makes what must hear of changes that other doors make in a space.
    pub(super) fn caches(&self) -> impl Fn(u16) -> KernelCache + use<> {
        let (flusher, writers) = (self.flusher.clone(), Arc::clone(&self.writers));
        move |slot| KernelCache { slot, flusher: flusher.clone(), writers: Arc::clone(&writers) }
    }

    fn at(&self, ino: INodeNo) -> Result<Spot> {
        self.spaces.at(ino.0)
    }

    fn to_change(&self, ino: INodeNo) -> Result<(Spot, Change)> {
        let at = self.at(ino)?;
        let change = at.access.change()?;
        Ok((at, change))
    }

    /// What the kernel sees where `at` names a node that it looked up: the node, or what it shows in its place. The
    /// pin goes over to that.
    fn through(&self, at: &Spot, attr: &Attr) -> Result<FileAttr> {
        let Some(shown) = self.spaces.through(at, attr).inspect_err(|_| at.space.unpin(attr.id, 1))? else {
            return Ok(file_attr(at.slot, attr));
        };
        at.space.unpin(attr.id, 1);
        let attr = shown.space.attr(&shown.access, shown.node)?;
        shown.space.pin(shown.node);
        Ok(file_attr(shown.slot, &attr))
    }

    fn rename_entry(&self, from: (INodeNo, &OsStr), to: (INodeNo, &OsStr), mode: RenameMode) -> Result<()> {
        let ((at, change), into) = (self.to_change(from.0)?, self.at(to.0)?);
        if !at.is_beside(&into) {
            return Err(FsError::OtherSpace);
        }
        at.space.rename(&change, (at.node, name(from.1)?), (into.node, name(to.1)?), mode)
    }

    fn note_writer(&self, ino: INodeNo, flags: OpenFlags) {
        if flags.acc_mode() != OpenAccMode::O_RDONLY {
            *self.writers.lock().entry(ino).or_insert(0) += 1;
        }
    }

    fn forget_writer(&self, ino: INodeNo, flags: OpenFlags) {
        if flags.acc_mode() != OpenAccMode::O_RDONLY {
            let mut writers = self.writers.lock();
            if let Some(count) = writers.get_mut(&ino) {
                *count -= 1;
                if *count == 0 {
                    writers.remove(&ino);
                }
            }
        }
    }

    /// Syncs a node. While one event loop waits for the disk the others answer: a second sync gets a thread of its own.
    fn sync(&self, ino: INodeNo, reply: ReplyEmpty) {
        let at = match self.at(ino) {
            Ok(at) => at,
            Err(error) => return reply.error(errno(&error)),
        };
        let syncing = Arc::clone(&self.syncing);
        let alone = syncing.fetch_add(1, Ordering::Relaxed) == 0;
        let sync = move || {
            let result = at.space.sync(&at.access, at.node);
            syncing.fetch_sub(1, Ordering::Relaxed);
            reply_empty(reply, result);
        };
        if alone {
            sync();
        } else {
            // Without a thread the reply answers EIO.
            let _ = std::thread::Builder::new().name("sync".into()).spawn(|| guarded(sync));
        }
    }

    fn open_file(&self, req: &Request, ino: INodeNo, flags: OpenFlags) -> Result<()> {
        if flags.acc_mode() != OpenAccMode::O_RDONLY || flags.0 & O_TRUNC != 0 {
            // Now: the kernel would take the bytes, show them to everybody, and hear of the refusal when nobody listens.
            let (at, change) = self.to_change(ino)?;
            if flags.0 & O_TRUNC != 0 {
                let set = SetAttr { size: Some(0), drop_set_ids: req.uid() != 0, ..SetAttr::default() };
                at.space.set_attr(&change, at.node, &set)?;
            }
        }
        self.note_writer(ino, flags);
        Ok(())
    }
}

fn name(name: &OsStr) -> Result<Name<'_>> {
    Name::new(name.as_bytes())
}

fn caller(req: &Request, umask: u32) -> Caller {
    Caller { uid: req.uid(), gid: req.gid(), umask }
}

/// Runs a handler. One that panics drops its reply, which then answers EIO: the drive goes on.
fn guarded(handler: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(handler));
}

fn reply_entry(reply: ReplyEntry, result: Result<FileAttr>) {
    match result {
        Ok(attr) => reply.entry(&TTL, &attr, Generation(0)),
        Err(error) => reply.error(errno(&error)),
    }
}

fn reply_empty(reply: ReplyEmpty, result: Result<()>) {
    match result {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(errno(&error)),
    }
}

fn reply_attr(reply: ReplyAttr, result: Result<FileAttr>) {
    match result {
        Ok(attr) => reply.attr(&TTL, &attr),
        Err(error) => reply.error(errno(&error)),
    }
}

fn reply_xattr(reply: ReplyXattr, size: u32, result: Result<Vec<u8>>) {
    match result {
        Ok(value) if size == 0 => reply.size(u32::try_from(value.len()).unwrap_or(u32::MAX)),
        Ok(value) if value.len() > size as usize => reply.error(Errno::ERANGE),
        Ok(value) => reply.data(&value),
        Err(error) => reply.error(errno(&error)),
    }
}

impl Filesystem for Door {
    fn init(&mut self, _req: &Request, config: &mut KernelConfig) -> io::Result<()> {
        negotiate(config);
        Ok(())
    }

    fn lookup(&self, _req: &Request, parent: INodeNo, child: &OsStr, reply: ReplyEntry) {
        guarded(|| {
            let found = self.at(parent).and_then(|at| {
                let attr = at.space.lookup(&at.access, at.node, name(child)?)?;
                self.through(&at, &attr)
            });
            reply_entry(reply, found);
        });
    }

    fn forget(&self, _req: &Request, ino: INodeNo, nlookup: u64) {
        guarded(|| {
            if let Ok(at) = self.at(ino) {
                at.space.unpin(at.node, nlookup);
            }
        });
    }

    fn getattr(&self, _req: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        guarded(|| {
            let attr = self.at(ino).and_then(|at| Ok(file_attr(at.slot, &at.space.attr(&at.access, at.node)?)));
            reply_attr(reply, attr);
        });
    }

    fn setattr(
        &self,
        req: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        guarded(|| {
            let set = SetAttr {
                permissions: mode,
                uid,
                gid,
                size,
                accessed: atime.map(time),
                modified: mtime.map(time),
                changed: ctime.map(time_from_kernel),
                drop_set_ids: uid.is_some() || gid.is_some() || (size.is_some() && req.uid() != 0),
            };
            let done = self
                .to_change(ino)
                .and_then(|(at, change)| Ok(file_attr(at.slot, &at.space.set_attr(&change, at.node, &set)?)));
            reply_attr(reply, done);
        });
    }

    fn readlink(&self, _req: &Request, ino: INodeNo, reply: ReplyData) {
        guarded(|| match self.at(ino).and_then(|at| at.space.read_link(&at.access, at.node)) {
            Ok(target) => reply.data(&target),
            Err(error) => reply.error(errno(&error)),
        });
    }

    fn mknod(
        &self,
        req: &Request,
        parent: INodeNo,
        child: &OsStr,
        mode: u32,
        umask: u32,
        rdev: u32,
        reply: ReplyEntry,
    ) {
        guarded(|| {
            let made = self.to_change(parent).and_then(|(at, change)| {
                let attr = at.space.make_node(&change, at.node, name(child)?, mode, rdev, caller(req, umask))?;
                Ok(file_attr(at.slot, &attr))
            });
            reply_entry(reply, made);
        });
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, child: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        guarded(|| {
            let made = self.to_change(parent).and_then(|(at, change)| {
                let attr = at.space.make_folder(&change, at.node, name(child)?, mode, caller(req, umask))?;
                Ok(file_attr(at.slot, &attr))
            });
            reply_entry(reply, made);
        });
    }

    fn unlink(&self, _req: &Request, parent: INodeNo, child: &OsStr, reply: ReplyEmpty) {
        guarded(|| {
            let done = self.to_change(parent).and_then(|(at, change)| at.space.unlink(&change, at.node, name(child)?));
            reply_empty(reply, done);
        });
    }

    fn rmdir(&self, _req: &Request, parent: INodeNo, child: &OsStr, reply: ReplyEmpty) {
        guarded(|| {
            let done =
                self.to_change(parent).and_then(|(at, change)| at.space.remove_folder(&change, at.node, name(child)?));
            reply_empty(reply, done);
        });
    }

    fn symlink(&self, req: &Request, parent: INodeNo, link_name: &OsStr, target: &Path, reply: ReplyEntry) {
        guarded(|| {
            let made = self.to_change(parent).and_then(|(at, change)| {
                let target = target.as_os_str().as_bytes();
                let attr = at.space.make_symlink(&change, at.node, name(link_name)?, target, caller(req, 0))?;
                Ok(file_attr(at.slot, &attr))
            });
            reply_entry(reply, made);
        });
    }

    fn rename(
        &self,
        _req: &Request,
        parent: INodeNo,
        from: &OsStr,
        newparent: INodeNo,
        to: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        guarded(|| {
            let mode = if flags.is_empty() {
                RenameMode::Replace
            } else if flags == RenameFlags::RENAME_NOREPLACE {
                RenameMode::NoReplace
            } else if flags == RenameFlags::RENAME_EXCHANGE {
                RenameMode::Exchange
            } else {
                return reply.error(Errno::EINVAL);
            };
            reply_empty(reply, self.rename_entry((parent, from), (newparent, to), mode));
        });
    }

    fn link(&self, _req: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        guarded(|| {
            let made = self.to_change(newparent).and_then(|(into, change)| {
                let at = self.at(ino)?;
                if !at.is_beside(&into) {
                    return Err(FsError::OtherSpace);
                }
                Ok(file_attr(at.slot, &at.space.link(&change, at.node, into.node, name(newname)?)?))
            });
            reply_entry(reply, made);
        });
    }

    fn open(&self, req: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        guarded(|| match self.open_file(req, ino, flags) {
            Ok(()) => reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE),
            Err(error) => reply.error(errno(&error)),
        });
    }

    fn create(
        &self,
        req: &Request,
        parent: INodeNo,
        child: &OsStr,
        mode: u32,
        umask: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        guarded(|| {
            let made = self.to_change(parent).and_then(|(at, change)| {
                let mode = Kind::File.type_bits() | (mode & crate::PERMISSION_MASK);
                let attr = at.space.make_node(&change, at.node, name(child)?, mode, 0, caller(req, umask))?;
                Ok(file_attr(at.slot, &attr))
            });
            match made {
                Ok(attr) => {
                    self.note_writer(attr.ino, OpenFlags(flags));
                    let flags = FopenFlags::FOPEN_KEEP_CACHE;
                    reply.created(&TTL, &attr, Generation(0), FileHandle(0), flags);
                }
                Err(error) => reply.error(errno(&error)),
            }
        });
    }

    fn read(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        guarded(|| {
            BUFFER.with_borrow_mut(|buffer| {
                let size = size as usize;
                if buffer.len() < size {
                    buffer.resize(size, 0);
                }
                let read = self.at(ino).and_then(|at| at.space.read(&at.access, at.node, offset, &mut buffer[..size]));
                match read {
                    Ok(read) => reply.data(&buffer[..read]),
                    Err(error) => reply.error(errno(&error)),
                }
            });
        });
    }

    fn write(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        data: &[u8],
        write_flags: WriteFlags,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        guarded(|| {
            let times =
                if write_flags.contains(WriteFlags::FUSE_WRITE_CACHE) { WriteTimes::Kept } else { WriteTimes::Now };
            let drop_set_ids = write_flags.contains(WriteFlags::FUSE_WRITE_KILL_SUIDGID);
            let done = self
                .to_change(ino)
                .and_then(|(at, change)| at.space.write(&change, at.node, offset, data, times, drop_set_ids));
            match done {
                Ok(dropped) => {
                    reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
                    if dropped {
                        self.flusher.forget_attributes(ino);
                    }
                }
                Err(error) => reply.error(errno(&error)),
            }
        });
    }

    /// Nothing waits for close: what the kernel wrote is visible at once, and only fsync promises more. Saying so
    /// once saves a round trip at every close.
    fn flush(&self, _req: &Request, _ino: INodeNo, _fh: FileHandle, _lock_owner: LockOwner, reply: ReplyEmpty) {
        reply.error(Errno::ENOSYS);
    }

    fn release(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        _flush: bool,
        reply: ReplyEmpty,
    ) {
        guarded(|| {
            self.forget_writer(ino, flags);
            reply.ok();
        });
    }

    fn fsync(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        guarded(|| self.sync(ino, reply));
    }

    /// Folders are listed by entry numbers, without a handle: the kernel may skip opening them.
    fn opendir(&self, _req: &Request, _ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        reply.error(Errno::ENOSYS);
    }

    fn readdir(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        guarded(|| {
            let listed = self.at(ino).and_then(|at| {
                if offset < DOT && reply.add(ino, DOT, fuser::FileType::Directory, ".") {
                    return Ok(());
                }
                if offset < DOT_DOT {
                    let parent = at.space.parent(&at.access, at.node)?;
                    if reply.add(inode(at.slot, parent), DOT_DOT, fuser::FileType::Directory, "..") {
                        return Ok(());
                    }
                }
                at.space.list(&at.access, at.node, offset.max(DOT_DOT), |entry| {
                    let kind = file_type(entry.attr.kind);
                    !reply.add(inode(at.slot, entry.attr.id), entry.cookie, kind, OsStr::from_bytes(entry.name))
                })
            });
            match listed {
                Ok(()) => reply.ok(),
                Err(error) => reply.error(errno(&error)),
            }
        });
    }

    fn readdirplus(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: u64, mut reply: ReplyDirectoryPlus) {
        guarded(|| {
            let listed = self.at(ino).and_then(|at| {
                if offset < DOT {
                    let own = file_attr(at.slot, &at.space.attr(&at.access, at.node)?);
                    if reply.add(ino, DOT, ".", &TTL, &own, Generation(0)) {
                        return Ok(());
                    }
                }
                if offset < DOT_DOT {
                    let parent = at.space.parent(&at.access, at.node)?;
                    let attr = file_attr(at.slot, &at.space.attr(&at.access, parent)?);
                    if reply.add(attr.ino, DOT_DOT, "..", &TTL, &attr, Generation(0)) {
                        return Ok(());
                    }
                }
                if at.slot == 0 {
                    self.spaces.open_all();
                }
                at.space.list(&at.access, at.node, offset.max(DOT_DOT), |entry| {
                    let shown = self.spaces.shown(&at, entry.attr);
                    let (there, attr) = match &shown {
                        Some((spot, attr)) => (spot.clone(), file_attr(spot.slot, attr)),
                        None => (at.of(entry.attr.id), file_attr(at.slot, entry.attr)),
                    };
                    let name = OsStr::from_bytes(entry.name);
                    let full = reply.add(attr.ino, entry.cookie, name, &TTL, &attr, Generation(0));
                    if !full {
                        there.space.pin(there.node);
                    }
                    !full
                })
            });
            match listed {
                Ok(()) => reply.ok(),
                Err(error) => reply.error(errno(&error)),
            }
        });
    }

    fn fsyncdir(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        guarded(|| self.sync(ino, reply));
    }

    fn statfs(&self, _req: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        let home = self.spaces.home();
        guarded(|| match home.space.volume(&home.access) {
            Ok(volume) => {
                let block = u64::from(BLOCK_BYTES);
                let free = volume.free_bytes / block;
                let names = u32::try_from(crate::NAME_BYTES).unwrap_or(u32::MAX);
                reply.statfs(
                    volume.bytes / block,
                    free,
                    free,
                    volume.nodes,
                    volume.free_nodes,
                    BLOCK_BYTES,
                    names,
                    BLOCK_BYTES,
                );
            }
            Err(error) => reply.error(errno(&error)),
        });
    }

    fn setxattr(
        &self,
        _req: &Request,
        ino: INodeNo,
        attribute: &OsStr,
        value: &[u8],
        flags: i32,
        _position: u32,
        reply: ReplyEmpty,
    ) {
        guarded(|| {
            let mode = match flags & (XATTR_CREATE | XATTR_REPLACE) {
                XATTR_CREATE => XattrMode::Create,
                XATTR_REPLACE => XattrMode::Replace,
                _ => XattrMode::Set,
            };
            let done = self
                .to_change(ino)
                .and_then(|(at, change)| at.space.set_xattr(&change, at.node, attribute.as_bytes(), value, mode));
            reply_empty(reply, done);
        });
    }

    fn getxattr(&self, _req: &Request, ino: INodeNo, attribute: &OsStr, size: u32, reply: ReplyXattr) {
        guarded(|| {
            let value = self.at(ino).and_then(|at| at.space.xattr(&at.access, at.node, attribute.as_bytes()));
            reply_xattr(reply, size, value);
        });
    }

    fn listxattr(&self, _req: &Request, ino: INodeNo, size: u32, reply: ReplyXattr) {
        guarded(|| {
            let names = self
                .at(ino)
                .and_then(|at| at.space.xattr_names(&at.access, at.node))
                .map(|names| names.into_iter().flat_map(|name| name.into_iter().chain([0])).collect::<Vec<u8>>());
            reply_xattr(reply, size, names);
        });
    }

    fn removexattr(&self, _req: &Request, ino: INodeNo, attribute: &OsStr, reply: ReplyEmpty) {
        guarded(|| {
            let done = self
                .to_change(ino)
                .and_then(|(at, change)| at.space.remove_xattr(&change, at.node, attribute.as_bytes()));
            reply_empty(reply, done);
        });
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
        guarded(|| {
            let done = self.to_change(ino).and_then(|(at, change)| {
                let end = offset.checked_add(length).ok_or(FsError::FileTooLarge)?;
                let (id, range, keep_size) = (at.node, offset..end, mode & FALLOC_KEEP_SIZE != 0);
                match mode & !FALLOC_KEEP_SIZE {
                    0 => at.space.allocate(&change, id, range, keep_size),
                    FALLOC_PUNCH_HOLE if keep_size => at.space.punch(&change, id, range, true),
                    FALLOC_ZERO_RANGE => at.space.punch(&change, id, range, keep_size),
                    _ => Err(FsError::Unsupported("this mode of fallocate")),
                }
            });
            reply_empty(reply, done);
        });
    }

    fn lseek(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: i64, whence: i32, reply: ReplyLseek) {
        let what = match whence {
            SEEK_DATA => Seek::Data,
            SEEK_HOLE => Seek::Hole,
            _ => return reply.error(Errno::EINVAL),
        };
        let Ok(offset) = u64::try_from(offset) else { return reply.error(Errno::ENXIO) };
        let at = self.at(ino);
        let answer = move || {
            guarded(|| match at.and_then(|at| at.space.seek(&at.access, at.node, offset, what)) {
                Ok(found) => reply.offset(found.cast_signed()),
                Err(error) => reply.error(errno(&error)),
            });
        };
        if self.writers.lock().contains_key(&ino) {
            self.flusher.after_flush(ino, Box::new(answer));
        } else {
            answer();
        }
    }

    fn copy_file_range(
        &self,
        _req: &Request,
        ino_in: INodeNo,
        _fh_in: FileHandle,
        offset_in: u64,
        ino_out: INodeNo,
        _fh_out: FileHandle,
        offset_out: u64,
        len: u64,
        _flags: CopyFileRangeFlags,
        reply: ReplyWrite,
    ) {
        guarded(|| {
            // The answer has 32 bits; the kernel comes back for the rest.
            let length = len.min(u64::from(u32::MAX) & !0xfff);
            let done = self.to_change(ino_out).and_then(|(into, change)| {
                let at = self.at(ino_in)?;
                if !at.is_beside(&into) {
                    return Err(FsError::OtherSpace);
                }
                let (from, to): ((NodeId, u64), (NodeId, u64)) = ((at.node, offset_in), (into.node, offset_out));
                at.space.copy_range(&at.access, &change, from, to, length)
            });
            match done {
                Ok(copied) => reply.written(u32::try_from(copied).unwrap_or(u32::MAX)),
                Err(error) => reply.error(errno(&error)),
            }
        });
    }
}
