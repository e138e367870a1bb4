//! The floor that FUSE sets: a file system that keeps bytes in memory and does nothing else.
//!
//! It negotiates the capabilities that the drive negotiates, answers extended attributes with ENODATA, and implements OPEN,
//! FLUSH and RELEASE, so that what the drive takes longer is the drive's own work. `floor FOLDER` serves until unmounted.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use fuser::{
    BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    KernelConfig, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request, SessionACL,
    TimeOrNow, WriteFlags,
};
use parking_lot::RwLock;

use cartable_fs::fuse::terms::{THREADS, TTL, negotiate};

const BLOCK_BYTES: u64 = 4096;
/// What statfs answers: blocks of a disk that is never full.
const BLOCKS: u64 = 1 << 28;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: floor FOLDER"))?;
    let mut config = Config::default();
    config.mount_options = vec![
        MountOption::FSName("floor".into()),
        MountOption::DefaultPermissions,
        MountOption::NoAtime,
        MountOption::Dev,
        MountOption::Suid,
    ];
    config.acl = SessionACL::All;
    config.n_threads = Some(THREADS);
    fuser::Session::new(Floor::new(), Path::new(&folder), &config)?.run()
}

struct Floor {
    nodes: RwLock<HashMap<u64, Arc<Node>>>,
    next: AtomicU64,
}

struct Node {
    state: RwLock<State>,
}

struct State {
    attr: FileAttr,
    body: Body,
}

enum Body {
    File(Vec<u8>),
    Folder { by_name: HashMap<OsString, (u64, u64)>, by_cookie: BTreeMap<u64, (OsString, u64)> },
    Symlink(Vec<u8>),
    Special,
}

type Answer<T> = Result<T, Errno>;

impl Floor {
    fn new() -> Self {
        let root = Node::new(1, FileType::Directory, 0o755, 0, (0, 0));
        Self { nodes: RwLock::new(HashMap::from([(1, Arc::new(root))])), next: AtomicU64::new(2) }
    }

    fn node(&self, ino: INodeNo) -> Answer<Arc<Node>> {
        self.nodes.read().get(&ino.0).map(Arc::clone).ok_or(Errno::ENOENT)
    }

    fn child(&self, parent: INodeNo, name: &OsStr) -> Answer<Arc<Node>> {
        let id = match &self.node(parent)?.state.read().body {
            Body::Folder { by_name, .. } => by_name.get(name).ok_or(Errno::ENOENT)?.0,
            _ => return Err(Errno::ENOTDIR),
        };
        self.node(INodeNo(id))
    }

    fn make(
        &self,
        req: &Request,
        parent: INodeNo,
        name: &OsStr,
        kind: FileType,
        perm: u32,
        rdev: u32,
    ) -> Answer<FileAttr> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let node = Node::new(id, kind, perm, rdev, (req.uid(), req.gid()));
        let attr = node.state.read().attr;
        self.nodes.write().insert(id, Arc::new(node));
        self.node(parent)?.add(name, id, self.next.fetch_add(1, Ordering::Relaxed))?;
        Ok(attr)
    }

    fn remove(&self, parent: INodeNo, name: &OsStr) -> Answer<()> {
        let id = self.node(parent)?.take(name)?;
        let node = self.node(INodeNo(id))?;
        let mut state = node.state.write();
        state.attr.nlink = state.attr.nlink.saturating_sub(1);
        state.attr.ctime = SystemTime::now();
        Ok(())
    }

    fn rename(&self, from: (INodeNo, &OsStr), to: (INodeNo, &OsStr)) -> Answer<()> {
        let _ = self.remove(to.0, to.1);
        let id = self.node(from.0)?.take(from.1)?;
        self.node(to.0)?.add(to.1, id, self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn list(&self, ino: INodeNo, offset: u64, mut each: impl FnMut(&FileAttr, u64, &OsStr) -> bool) -> Answer<()> {
        let node = self.node(ino)?;
        let state = node.state.read();
        let Body::Folder { by_cookie, .. } = &state.body else { return Err(Errno::ENOTDIR) };
        for (cookie, (name, id)) in by_cookie.range(offset.max(2) + 1..) {
            let child = self.node(INodeNo(*id))?;
            let attr = child.state.read().attr;
            if !each(&attr, *cookie, name) {
                break;
            }
        }
        Ok(())
    }
}

impl Node {
    fn new(id: u64, kind: FileType, perm: u32, rdev: u32, owner: (u32, u32)) -> Self {
        let now = SystemTime::now();
        let attr = FileAttr {
            ino: INodeNo(id),
            size: 0,
            blocks: 0,
            atime: now,
            mtime: now,
            ctime: now,
            crtime: now,
            kind,
            perm: u16::try_from(perm & 0o7777).unwrap_or(0),
            nlink: if kind == FileType::Directory { 2 } else { 1 },
            uid: owner.0,
            gid: owner.1,
            rdev,
            blksize: 4096,
            flags: 0,
        };
        let body = match kind {
            FileType::RegularFile => Body::File(Vec::new()),
            FileType::Directory => Body::Folder { by_name: HashMap::new(), by_cookie: BTreeMap::new() },
            FileType::Symlink => Body::Symlink(Vec::new()),
            _ => Body::Special,
        };
        Self { state: RwLock::new(State { attr, body }) }
    }

    fn add(&self, name: &OsStr, id: u64, cookie: u64) -> Answer<()> {
        let mut state = self.state.write();
        let Body::Folder { by_name, by_cookie } = &mut state.body else { return Err(Errno::ENOTDIR) };
        if by_name.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        by_name.insert(name.to_owned(), (id, cookie + 2));
        by_cookie.insert(cookie + 2, (name.to_owned(), id));
        state.attr.mtime = SystemTime::now();
        Ok(())
    }

    fn take(&self, name: &OsStr) -> Answer<u64> {
        let mut state = self.state.write();
        let Body::Folder { by_name, by_cookie } = &mut state.body else { return Err(Errno::ENOTDIR) };
        let (id, cookie) = by_name.remove(name).ok_or(Errno::ENOENT)?;
        by_cookie.remove(&cookie);
        state.attr.mtime = SystemTime::now();
        Ok(id)
    }

    fn attr(&self) -> FileAttr {
        self.state.read().attr
    }
}

impl State {
    fn resize(&mut self, size: u64) {
        if let Body::File(bytes) = &mut self.body {
            bytes.resize(usize::try_from(size).unwrap_or(usize::MAX), 0);
            self.attr.size = size;
            self.attr.blocks = size.div_ceil(512);
        }
    }
}

fn reply_entry(reply: ReplyEntry, answer: Answer<FileAttr>) {
    match answer {
        Ok(attr) => reply.entry(&TTL, &attr, Generation(0)),
        Err(error) => reply.error(error),
    }
}

fn reply_empty(reply: ReplyEmpty, answer: Answer<()>) {
    match answer {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error),
    }
}

impl Filesystem for Floor {
    fn init(&mut self, _req: &Request, config: &mut KernelConfig) -> io::Result<()> {
        negotiate(config);
        Ok(())
    }

    fn lookup(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        reply_entry(reply, self.child(parent, name).map(|node| node.attr()));
    }

    fn forget(&self, _req: &Request, ino: INodeNo, _nlookup: u64) {
        let gone = self.node(ino).is_ok_and(|node| node.attr().nlink == 0);
        if gone {
            self.nodes.write().remove(&ino.0);
        }
    }

    fn getattr(&self, _req: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        match self.node(ino) {
            Ok(node) => reply.attr(&TTL, &node.attr()),
            Err(error) => reply.error(error),
        }
    }

    fn setattr(
        &self,
        _req: &Request,
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
        let time = |time| match time {
            TimeOrNow::SpecificTime(time) => time,
            TimeOrNow::Now => SystemTime::now(),
        };
        let node = match self.node(ino) {
            Ok(node) => node,
            Err(error) => return reply.error(error),
        };
        let mut state = node.state.write();
        if let Some(size) = size {
            state.resize(size);
        }
        let attr = &mut state.attr;
        attr.perm = mode.map_or(attr.perm, |mode| u16::try_from(mode & 0o7777).unwrap_or(0));
        attr.uid = uid.unwrap_or(attr.uid);
        attr.gid = gid.unwrap_or(attr.gid);
        attr.atime = atime.map_or(attr.atime, time);
        attr.mtime = mtime.map_or(attr.mtime, time);
        attr.ctime = ctime.unwrap_or_else(SystemTime::now);
        reply.attr(&TTL, attr);
    }

    fn readlink(&self, _req: &Request, ino: INodeNo, reply: ReplyData) {
        match self.node(ino) {
            Ok(node) => match &node.state.read().body {
                Body::Symlink(target) => reply.data(target),
                _ => reply.error(Errno::EINVAL),
            },
            Err(error) => reply.error(error),
        }
    }

    fn mknod(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, rdev: u32, reply: ReplyEntry) {
        let kind = match mode & 0o170_000 {
            0o010_000 => FileType::NamedPipe,
            0o020_000 => FileType::CharDevice,
            0o060_000 => FileType::BlockDevice,
            0o140_000 => FileType::Socket,
            _ => FileType::RegularFile,
        };
        reply_entry(reply, self.make(req, parent, name, kind, mode & !umask, rdev));
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        reply_entry(reply, self.make(req, parent, name, FileType::Directory, mode & !umask, 0));
    }

    fn unlink(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        reply_empty(reply, self.remove(parent, name));
    }

    fn rmdir(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let empty = self
            .child(parent, name)
            .is_ok_and(|node| matches!(&node.state.read().body, Body::Folder { by_name, .. } if by_name.is_empty()));
        reply_empty(reply, if empty { self.remove(parent, name) } else { Err(Errno::ENOTEMPTY) });
    }

    fn symlink(&self, req: &Request, parent: INodeNo, name: &OsStr, target: &Path, reply: ReplyEntry) {
        let made = self.make(req, parent, name, FileType::Symlink, 0o777, 0).and_then(|attr| {
            let node = self.node(attr.ino)?;
            let mut state = node.state.write();
            state.body = Body::Symlink(target.as_os_str().as_bytes().to_vec());
            state.attr.size = target.as_os_str().len() as u64;
            Ok(state.attr)
        });
        reply_entry(reply, made);
    }

    fn rename(
        &self,
        _req: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        _flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        reply_empty(reply, Self::rename(self, (parent, name), (newparent, newname)));
    }

    fn link(&self, _req: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        let linked = self.node(ino).and_then(|node| {
            self.node(newparent)?.add(newname, ino.0, self.next.fetch_add(1, Ordering::Relaxed))?;
            let mut state = node.state.write();
            state.attr.nlink += 1;
            Ok(state.attr)
        });
        reply_entry(reply, linked);
    }

    fn open(&self, _req: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        if flags.0 & 0o1000 != 0
            && let Ok(node) = self.node(ino)
        {
            node.state.write().resize(0);
        }
        reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
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
        match self.make(req, parent, name, FileType::RegularFile, mode & !umask, 0) {
            Ok(attr) => reply.created(&TTL, &attr, Generation(0), FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE),
            Err(error) => reply.error(error),
        }
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
        let node = match self.node(ino) {
            Ok(node) => node,
            Err(error) => return reply.error(error),
        };
        match &node.state.read().body {
            Body::File(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(size as usize).min(bytes.len());
                reply.data(&bytes[start..end]);
            }
            _ => reply.error(Errno::EISDIR),
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
        let node = match self.node(ino) {
            Ok(node) => node,
            Err(error) => return reply.error(error),
        };
        let mut state = node.state.write();
        let end = offset + data.len() as u64;
        if end > state.attr.size {
            state.resize(end);
        }
        if let (Body::File(bytes), Ok(start)) = (&mut state.body, usize::try_from(offset)) {
            bytes[start..start + data.len()].copy_from_slice(data);
        }
        reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
    }

    fn flush(&self, _req: &Request, _ino: INodeNo, _fh: FileHandle, _lock_owner: LockOwner, reply: ReplyEmpty) {
        reply.ok();
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

    fn fsync(&self, _req: &Request, _ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn opendir(&self, _req: &Request, _ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        reply.error(Errno::ENOSYS);
    }

    fn readdir(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        if offset < 1 && reply.add(ino, 1, FileType::Directory, ".") {
            return reply.ok();
        }
        if offset < 2 && reply.add(ino, 2, FileType::Directory, "..") {
            return reply.ok();
        }
        match self.list(ino, offset, |attr, cookie, name| !reply.add(attr.ino, cookie, attr.kind, name)) {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(error),
        }
    }

    fn readdirplus(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: u64, mut reply: ReplyDirectoryPlus) {
        let own = match self.node(ino) {
            Ok(node) => node.attr(),
            Err(error) => return reply.error(error),
        };
        if offset < 1 && reply.add(ino, 1, ".", &TTL, &own, Generation(0)) {
            return reply.ok();
        }
        if offset < 2 && reply.add(ino, 2, "..", &TTL, &own, Generation(0)) {
            return reply.ok();
        }
        match self.list(ino, offset, |attr, cookie, name| !reply.add(attr.ino, cookie, name, &TTL, attr, Generation(0)))
        {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(error),
        }
    }

    fn fsyncdir(&self, _req: &Request, _ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn statfs(&self, _req: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        let block = u32::try_from(BLOCK_BYTES).unwrap_or(4096);
        reply.statfs(BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCKS, block, 255, block);
    }

    fn getxattr(&self, _req: &Request, _ino: INodeNo, _name: &OsStr, _size: u32, reply: ReplyXattr) {
        reply.error(Errno::ENODATA);
    }
}
