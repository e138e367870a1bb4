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

use cartable_share::{Access, Change};
use fuser::{
    BsdFileFlags, CopyFileRangeFlags, Errno, FileHandle, Filesystem, FopenFlags, Generation, INodeNo, KernelConfig,
    LockOwner, OpenAccMode, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyLseek, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request,
    TimeOrNow, WriteFlags,
};

use super::cache::{KernelCache, Writers};
use super::convert::{file_attr, file_type, node, time, time_from_kernel};
use super::errno::errno;
use super::flush::Flusher;
use super::terms::{TTL, negotiate};
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Caller, Kind, NodeId, SetAttr};
use crate::space::{RenameMode, Seek, Space, WriteTimes, XattrMode};

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
    space: Arc<Space>,
    access: Access,
    flusher: Flusher,
    writers: Writers,
    /// How many syncs are under way.
    syncing: Arc<AtomicUsize>,
}

impl Door {
    pub(super) fn new(space: Arc<Space>, access: Access) -> Self {
        Self { space, access, flusher: Flusher::default(), writers: Writers::default(), syncing: Arc::default() }
    }

    pub(super) fn flusher(&self) -> Flusher {
        self.flusher.clone()
    }

    /// What must hear of changes that other doors make.
    pub(super) fn cache(&self) -> KernelCache {
        KernelCache { flusher: self.flusher.clone(), writers: Arc::clone(&self.writers) }
    }

    fn change(&self) -> Result<Change> {
        Ok(self.access.change()?)
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
        let (space, access, syncing) = (Arc::clone(&self.space), self.access, Arc::clone(&self.syncing));
        let alone = syncing.fetch_add(1, Ordering::Relaxed) == 0;
        let sync = move || {
            let result = space.sync(&access, node(ino));
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
        if flags.0 & O_TRUNC != 0 {
            let set = SetAttr { size: Some(0), drop_set_ids: req.uid() != 0, ..SetAttr::default() };
            self.space.set_attr(&self.change()?, node(ino), &set)?;
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

fn reply_entry(reply: ReplyEntry, result: Result<Attr>) {
    match result {
        Ok(attr) => reply.entry(&TTL, &file_attr(&attr), Generation(0)),
        Err(error) => reply.error(errno(&error)),
    }
}

fn reply_empty(reply: ReplyEmpty, result: Result<()>) {
    match result {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(errno(&error)),
    }
}

fn reply_attr(reply: ReplyAttr, result: Result<Attr>) {
    match result {
        Ok(attr) => reply.attr(&TTL, &file_attr(&attr)),
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
            reply_entry(reply, name(child).and_then(|name| self.space.lookup(&self.access, node(parent), name)))
        });
    }

    fn forget(&self, _req: &Request, ino: INodeNo, nlookup: u64) {
        guarded(|| self.space.unpin(node(ino), nlookup));
    }

    fn getattr(&self, _req: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        guarded(|| reply_attr(reply, self.space.attr(&self.access, node(ino))));
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
            reply_attr(reply, self.change().and_then(|change| self.space.set_attr(&change, node(ino), &set)));
        });
    }

    fn readlink(&self, _req: &Request, ino: INodeNo, reply: ReplyData) {
        guarded(|| match self.space.read_link(&self.access, node(ino)) {
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
            let made = self.change().and_then(|change| {
                self.space.make_node(&change, node(parent), name(child)?, mode, rdev, caller(req, umask))
            });
            reply_entry(reply, made);
        });
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, child: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        guarded(|| {
            let made = self.change().and_then(|change| {
                self.space.make_folder(&change, node(parent), name(child)?, mode, caller(req, umask))
            });
            reply_entry(reply, made);
        });
    }

    fn unlink(&self, _req: &Request, parent: INodeNo, child: &OsStr, reply: ReplyEmpty) {
        guarded(|| {
            let done = self.change().and_then(|change| self.space.unlink(&change, node(parent), name(child)?));
            reply_empty(reply, done);
        });
    }

    fn rmdir(&self, _req: &Request, parent: INodeNo, child: &OsStr, reply: ReplyEmpty) {
        guarded(|| {
            let done = self.change().and_then(|change| self.space.remove_folder(&change, node(parent), name(child)?));
            reply_empty(reply, done);
        });
    }

    fn symlink(&self, req: &Request, parent: INodeNo, link_name: &OsStr, target: &Path, reply: ReplyEntry) {
        guarded(|| {
            let made = self.change().and_then(|change| {
                let target = target.as_os_str().as_bytes();
                self.space.make_symlink(&change, node(parent), name(link_name)?, target, caller(req, 0))
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
            let done = self.change().and_then(|change| {
                self.space.rename(&change, (node(parent), name(from)?), (node(newparent), name(to)?), mode)
            });
            reply_empty(reply, done);
        });
    }

    fn link(&self, _req: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        guarded(|| {
            let made =
                self.change().and_then(|change| self.space.link(&change, node(ino), node(newparent), name(newname)?));
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
            let made = self.change().and_then(|change| {
                let mode = Kind::File.type_bits() | (mode & crate::PERMISSION_MASK);
                self.space.make_node(&change, node(parent), name(child)?, mode, 0, caller(req, umask))
            });
            match made {
                Ok(attr) => {
                    self.note_writer(INodeNo(attr.id.0), OpenFlags(flags));
                    let flags = FopenFlags::FOPEN_KEEP_CACHE;
                    reply.created(&TTL, &file_attr(&attr), Generation(0), FileHandle(0), flags);
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
                match self.space.read(&self.access, node(ino), offset, &mut buffer[..size]) {
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
                .change()
                .and_then(|change| self.space.write(&change, node(ino), offset, data, times, drop_set_ids));
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
            let listed = (|| {
                if offset < DOT && reply.add(ino, DOT, fuser::FileType::Directory, ".") {
                    return Ok(());
                }
                if offset < DOT_DOT {
                    let parent = self.space.parent(&self.access, node(ino))?;
                    if reply.add(INodeNo(parent.0), DOT_DOT, fuser::FileType::Directory, "..") {
                        return Ok(());
                    }
                }
                self.space.list(&self.access, node(ino), offset.max(DOT_DOT), |entry| {
                    let kind = file_type(entry.attr.kind);
                    !reply.add(INodeNo(entry.attr.id.0), entry.cookie, kind, OsStr::from_bytes(entry.name))
                })
            })();
            match listed {
                Ok(()) => reply.ok(),
                Err(error) => reply.error(errno(&error)),
            }
        });
    }

    fn readdirplus(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: u64, mut reply: ReplyDirectoryPlus) {
        guarded(|| {
            let listed = (|| {
                if offset < DOT {
                    let own = file_attr(&self.space.attr(&self.access, node(ino))?);
                    if reply.add(ino, DOT, ".", &TTL, &own, Generation(0)) {
                        return Ok(());
                    }
                }
                if offset < DOT_DOT {
                    let parent = self.space.parent(&self.access, node(ino))?;
                    let attr = file_attr(&self.space.attr(&self.access, parent)?);
                    if reply.add(INodeNo(parent.0), DOT_DOT, "..", &TTL, &attr, Generation(0)) {
                        return Ok(());
                    }
                }
                self.space.list(&self.access, node(ino), offset.max(DOT_DOT), |entry| {
                    let attr = file_attr(entry.attr);
                    let name = OsStr::from_bytes(entry.name);
                    let full = reply.add(attr.ino, entry.cookie, name, &TTL, &attr, Generation(0));
                    if !full {
                        self.space.pin(entry.attr.id);
                    }
                    !full
                })
            })();
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
        guarded(|| match self.space.volume(&self.access) {
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
                .change()
                .and_then(|change| self.space.set_xattr(&change, node(ino), attribute.as_bytes(), value, mode));
            reply_empty(reply, done);
        });
    }

    fn getxattr(&self, _req: &Request, ino: INodeNo, attribute: &OsStr, size: u32, reply: ReplyXattr) {
        guarded(|| reply_xattr(reply, size, self.space.xattr(&self.access, node(ino), attribute.as_bytes())));
    }

    fn listxattr(&self, _req: &Request, ino: INodeNo, size: u32, reply: ReplyXattr) {
        guarded(|| {
            let names = self
                .space
                .xattr_names(&self.access, node(ino))
                .map(|names| names.into_iter().flat_map(|name| name.into_iter().chain([0])).collect::<Vec<u8>>());
            reply_xattr(reply, size, names);
        });
    }

    fn removexattr(&self, _req: &Request, ino: INodeNo, attribute: &OsStr, reply: ReplyEmpty) {
        guarded(|| {
            let done =
                self.change().and_then(|change| self.space.remove_xattr(&change, node(ino), attribute.as_bytes()));
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
            let done = self.change().and_then(|change| {
                let end = offset.checked_add(length).ok_or(FsError::FileTooLarge)?;
                let (id, range, keep_size) = (node(ino), offset..end, mode & FALLOC_KEEP_SIZE != 0);
                match mode & !FALLOC_KEEP_SIZE {
                    0 => self.space.allocate(&change, id, range, keep_size),
                    FALLOC_PUNCH_HOLE if keep_size => self.space.punch(&change, id, range, true),
                    FALLOC_ZERO_RANGE => self.space.punch(&change, id, range, keep_size),
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
        let (space, access) = (Arc::clone(&self.space), self.access);
        let answer = move || {
            guarded(|| match space.seek(&access, node(ino), offset, what) {
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
            let done = self.change().and_then(|change| {
                let (from, to): ((NodeId, u64), (NodeId, u64)) =
                    ((node(ino_in), offset_in), (node(ino_out), offset_out));
                self.space.copy_range(&self.access, &change, from, to, length)
            });
            match done {
                Ok(copied) => reply.written(u32::try_from(copied).unwrap_or(u32::MAX)),
                Err(error) => reply.error(errno(&error)),
            }
        });
    }
}
