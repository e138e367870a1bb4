//! One process owns an open bag: `flock` on its file `lock`, which the kernel gives up with the process.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::{
    BagError,
    files::{Files, open_regular},
};

/// The lock, held until dropped.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a bag.
    ///
    /// # Errors
    /// [`BagError::Busy`] when another process holds it; [`BagError::Io`] also where the bag lies on what can't be written.
    pub(super) fn take(files: &Files) -> Result<Self, BagError> {
        let path = files.lock();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = open_regular(&mut options, &path).map_err(BagError::io("opening", &path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(BagError::Busy { process: holder(&mut file) }),
            Err(error) => return Err(BagError::io("locking", path)(error.into())),
        }
        // Only for people to read: who holds it is known by the lock, not by the number in it.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

/// Whether a process holds the lock of the bag in this folder. Asking takes it for a moment where it is free.
pub(super) fn is_held(files: &Files) -> bool {
    let Ok(file) = open_regular(OpenOptions::new().read(true), &files.lock()) else { return false };
    flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK)
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
