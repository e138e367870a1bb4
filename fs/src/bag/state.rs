//! What a device remembers of bags, in a folder outside them: the last header, the last durable commit of each space, and how
//! its database looked when it was closed. By it an older copy that somebody put back is noticed at opening.
//!
//! A file for each bag, sealed under a key of the folder, written whole: after each change of keys, at opening, at most
//! every 30 seconds while a space is open, and at close. A crash leaves the file before, which asks for less and so
//! never refuses the true bag.

mod record;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cartable_crypto::{BagId, SpaceId, StateKey};
use cartable_store::durable;
use zeroize::Zeroizing;

use super::{
    BagError, OlderCopy,
    files::{make_private, read_bounded},
};

use crate::{node::Time, space::CommitId};

pub(super) use record::{Ended, Known, Mark};

use record::Record;

/// The state folder of a device and user.
pub struct StateFolder {
    path: PathBuf,
    key: StateKey,
}

impl StateFolder {
    /// Opens the folder, and makes it and its key if they are missing.
    ///
    /// # Errors
    /// [`BagError::DamagedMemory`] when the key has another length; [`BagError::Io`].
    pub fn open(path: &Path) -> Result<Self, BagError> {
        // One that was there keeps its permissions, whosever it is: what we put into it is for its owner only.
        make_private(path)?;
        let file = path.join("key");
        let bytes = match read_bounded(&file, KEY_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_key(path, &file)?;
                read_bounded(&file, KEY_BYTES)
            }
            other => other,
        };
        let bytes = Zeroizing::new(bytes.map_err(BagError::io("reading", &file))?);
        let bytes = bytes.as_slice().try_into().map_err(|_| BagError::DamagedMemory { path: file })?;
        let key = StateKey::from_bytes(bytes);
        Ok(Self { path: path.to_owned(), key })
    }

    #[cfg(test)]
    pub(super) fn key_bytes(&self) -> Vec<u8> {
        self.key.to_bytes().to_vec()
    }

    /// Since when nothing tells whether single older pages of a bag were put back, in seconds since 1970; none when each end
    /// since the last check was a good one, or the bag is not known here.
    ///
    /// # Errors
    /// [`BagError::DamagedMemory`], [`BagError::Io`].
    pub fn unverified_since(&self, bag: &BagId) -> Result<Option<u64>, BagError> {
        let spaces = self.read(bag)?.map(|record| record.spaces).unwrap_or_default();
        Ok(spaces.values().map(|known| known.unverified).filter(|since| *since != 0).min())
    }

    fn file(&self, bag: &BagId) -> PathBuf {
        self.path.join(format!("{bag}.state"))
    }

    fn read(&self, bag: &BagId) -> Result<Option<Record>, BagError> {
        let path = self.file(bag);
        let damaged = || BagError::DamagedMemory { path: path.clone() };
        match read_bounded(&path, MAX_RECORD_BYTES) {
            Ok(sealed) => {
                let plain = self.key.open(bag, &sealed).map_err(|_| damaged())?;
                Record::decode(&plain).map(Some).ok_or_else(damaged)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(BagError::io("reading", &path)(error)),
        }
    }
}

/// Makes the folder's key, unless another process does at the same time: then that one counts.
fn make_key(folder: &Path, file: &Path) -> Result<(), BagError> {
    let own = folder.join(format!("key.{}", SpaceId::random()));
    durable::write(&own, StateKey::random().to_bytes().as_slice()).map_err(BagError::io("writing", &own))?;
    let linked = std::fs::hard_link(&own, file);
    let removed = std::fs::remove_file(&own);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(BagError::io("making", file)(error)),
        _ => removed.and_then(|()| durable::sync_dir(folder)).map_err(BagError::io("making", file)),
    }
}

/// What this device remembers of an open bag.
pub(super) struct Memory {
    folder: Arc<StateFolder>,
    bag: BagId,
    /// What was known when the bag was opened.
    knew: Option<Mark>,
    now: Mutex<Now>,
}

struct Now {
    record: Record,
    changed: bool,
    written: Option<Instant>,
}

impl Memory {
    /// Begins the memory of a bag that was just made.
    pub(super) fn first(folder: &Arc<StateFolder>, header: Mark, bag: BagId) -> Self {
        let record = Record { header, expected: None, spaces: BTreeMap::new() };
        Self::with(folder, bag, Some(header), record, true)
    }

    /// Compares a header with what is remembered of its bag.
    pub(super) fn open(folder: &Arc<StateFolder>, bag: BagId, found: Mark, accept: bool) -> Result<Self, BagError> {
        let known = match folder.read(&bag) {
            Err(BagError::DamagedMemory { .. }) if accept => None,
            other => other?,
        };
        let Some(mut record) = known else {
            let record = Record { header: found, expected: None, spaces: BTreeMap::new() };
            return Ok(Self::with(folder, bag, None, record, true));
        };
        let ours = record.header == found || record.expected == Some(found);
        if let Some(older) = older(&record.header, &found).filter(|_| !ours && !accept) {
            return Err(BagError::OlderCopy(older));
        }
        if record.expected == Some(found) {
            record.reopen_all();
        }
        let changed = record.header != found || record.expected.is_some();
        record.header = found;
        record.expected = None;
        Ok(Self::with(folder, bag, ours.then_some(found), record, changed))
    }

    fn with(folder: &Arc<StateFolder>, bag: BagId, knew: Option<Mark>, record: Record, changed: bool) -> Self {
        let now = Mutex::new(Now { record, changed, written: None });
        Self { folder: Arc::clone(folder), bag, knew, now }
    }

    /// Whether this very header was known before the bag was opened.
    pub(super) fn knew(&self, header: &Mark) -> bool {
        self.knew == Some(*header)
    }

    /// Returns what is remembered of a space.
    pub(super) fn of(&self, space: &SpaceId) -> Option<Known> {
        self.lock().record.spaces.get(space).copied()
    }

    /// Notes a commit that is durable, and how the space was left. Nothing is written before [`Memory::flush`].
    pub(super) fn note(&self, space: SpaceId, known: Known) {
        let mut now = self.lock();
        if now.record.spaces.insert(space, known) != Some(known) {
            now.changed = true;
        }
    }

    /// Notes a commit that is durable, and how the space was left.
    pub(super) fn note_commit(&self, space: SpaceId, commit: CommitId, ended: Ended) {
        let before = self.of(&space);
        let opened = if ended == Ended::Open { before.map_or_else(now, |known| known.opened) } else { 0 };
        self.note(space, Known { commit, ended, opened, unverified: before.map_or(0, |known| known.unverified) });
    }

    /// Whether the last writing was 30 seconds ago or more.
    pub(super) fn is_due(&self) -> bool {
        self.lock().written.is_none_or(|written| written.elapsed() >= INTERVAL)
    }

    /// Writes what was noted.
    ///
    /// # Errors
    /// [`BagError::Io`].
    pub(super) fn flush(&self) -> Result<(), BagError> {
        let mut now = self.lock();
        if !now.changed {
            return Ok(());
        }
        let path = self.folder.file(&self.bag);
        let sealed = self.folder.key.seal(&self.bag, &now.record.encode());
        durable::write(&path, &sealed).map_err(BagError::io("writing", path))?;
        now.changed = false;
        now.written = Some(Instant::now());
        Ok(())
    }

    /// Notes, durably, a header that is about to be written.
    pub(super) fn expect(&self, header: Mark) -> Result<(), BagError> {
        let mut now = self.lock();
        now.record.expected = Some(header);
        now.changed = true;
        drop(now);
        self.flush()
    }

    /// Notes, durably, that the expected header stands.
    pub(super) fn settle(&self, header: Mark) -> Result<(), BagError> {
        let mut now = self.lock();
        now.record.header = header;
        now.record.expected = None;
        now.changed = true;
        drop(now);
        self.flush()
    }

    /// Makes as if the last writing was long ago.
    #[cfg(test)]
    pub(super) fn make_due(&self) {
        self.lock().written = None;
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        // Whoever panicked while holding it left numbers that are still true.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    u64::try_from(Time::now().seconds).unwrap_or(0)
}

/// In what `found` is older than, or foreign to, what is known.
fn older(known: &Mark, found: &Mark) -> Option<OlderCopy> {
    if found.version < known.version {
        Some(OlderCopy::Header { found: found.version, known: known.version })
    } else if found.version == known.version {
        Some(OlderCopy::OtherHeader { version: found.version })
    } else if found.owner != known.owner {
        Some(OlderCopy::OwnerChanged)
    } else {
        None
    }
}

const KEY_BYTES: usize = 32;
const MAX_RECORD_BYTES: usize = 1 << 20;
const INTERVAL: Duration = Duration::from_secs(30);
