//! One process owns an open bag: `flock` on its file `lock`, which the kernel gives up with the process.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    time::Duration,
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
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock of a bag.
    ///
    /// # Errors
    /// [`BagError::Busy`] when another process holds it; [`BagError::Io`] also where the bag lies on what can't be written.
    pub(super) fn take(files: &Files) -> Result<Self, BagError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = open_regular(&mut options, &files.lock()).map_err(BagError::io("opening", files.lock()))?;
        hold(files, &mut file, FlockOperation::NonBlockingLockExclusive)?;
        // Only for people to read: who holds it is known by the lock, not by the number in it.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: Some(file) })
    }

    /// Takes the lock together with others who only read, and writes nothing. A bag that nobody could lock has none.
    ///
    /// # Errors
    /// [`BagError::Busy`] when a process that may write holds it; [`BagError::Io`].
    pub(super) fn take_reading(files: &Files) -> Result<Self, BagError> {
        match open_regular(OpenOptions::new().read(true), &files.lock()) {
            Ok(mut file) => {
                hold(files, &mut file, FlockOperation::NonBlockingLockShared)?;
                Ok(Self { _file: Some(file) })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self { _file: None }),
            Err(error) => Err(BagError::io("opening", files.lock())(error)),
        }
    }
}

/// Whether a process that may write holds the lock of the bag in this folder. Asking takes it for a moment where it is free.
pub(super) fn is_held(files: &Files) -> bool {
    let Ok(file) = open_regular(OpenOptions::new().read(true), &files.lock()) else { return false };
    flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK)
}

fn hold(files: &Files, file: &mut File, how: FlockOperation) -> Result<(), BagError> {
    for _ in 0..TRIES {
        match flock(&*file, how) {
            Ok(()) => return Ok(()),
            // Somebody may only be asking whether it is held, or be on their way out.
            Err(Errno::WOULDBLOCK) => std::thread::sleep(PAUSE),
            Err(error) => return Err(BagError::io("locking", files.lock())(error.into())),
        }
    }
    Err(BagError::Busy { process: holder(file) })
}

/// How often, and after which pause, a lock that is held is tried again.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(10);

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
