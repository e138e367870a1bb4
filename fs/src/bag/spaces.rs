//! Opening and closing the spaces of a bag, compared with what this device remembers of them.
//!
//! SQLCipher authenticates a page and its number, not its age. So a database must contain the last commit that is known to have
//! been durable; and one that was closed here, and not opened anywhere since, must be the same file to the byte:
//! neither single pages nor a log may have been put back. Before a space is opened its memory says so, durably,
//! so that a crash never leaves a hash behind that no longer holds.

use std::sync::{
    Arc,
    mpsc::{RecvTimeoutError, Sender, channel},
};
use std::thread::JoinHandle;
use std::time::Duration;

use cartable_crypto::{KeyError, SpaceId, SpaceKeys};
use cartable_share::Access;
use parking_lot::Mutex;

use super::{
    Bag, BagError, Keys, Memory, Now, OlderCopy, OpenSpaces,
    state::{Ended, Known, now},
};
use crate::space::Space;

/// A space that is opened to be looked at.
pub struct ToCheck {
    /// Its id.
    pub id: SpaceId,
    /// The space.
    pub space: Arc<Space>,
    /// How it differs from what this device remembers of it.
    pub older: Option<OlderCopy>,
}

impl Bag {
    /// Opens a space, and refuses it when it lacks, or differs from, what this device knows to have been written. One
    /// that is open already is returned again.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret does not give this space; [`BagError::OlderCopy`]; [`BagError::Space`].
    pub fn open_space(&self, id: &SpaceId) -> Result<Arc<Space>, BagError> {
        self.open_space_with(&self.now.read(), id)
    }

    /// Opens a space for a caller that holds the keys.
    pub(super) fn open_space_with(&self, now: &Now, id: &SpaceId) -> Result<Arc<Space>, BagError> {
        let mut spaces = self.spaces.lock();
        if let Some(space) = spaces.get(id) {
            return Ok(Arc::clone(space));
        }
        let accept = self.opening.danger_accept_older_copy;
        let home = now.home().ok().and_then(|home| spaces.get(&home).map(Arc::clone));
        let space = Arc::new(self.open_closed_space(id, self.keys_of(now, home.as_deref(), id)?, accept)?);
        spaces.insert(*id, Arc::clone(&space));
        if now.home().is_ok_and(|home| home == *id) {
            // What can't be kept now is at the next opening; until then devices are told.
            let _ = self.renew_kept_keys(now, &space);
        }
        Ok(space)
    }

    /// Has home keep the newest keys of the other spaces, for those who have its key alone: after a change of keys, and when
    /// a crash came in between.
    pub(super) fn renew_kept_keys(&self, now: &Now, home: &Space) -> Result<(), BagError> {
        let Keys::Owner(keyring) = &now.keys else { return Ok(()) };
        if self.opening.read_only {
            return Ok(());
        }
        let access = self.access()?;
        let change = access.change().map_err(BagError::Refused)?;
        for (id, epoch) in keyring.spaces() {
            if home.kept_key(&id)?.is_some_and(|kept| kept.epoch() != epoch) {
                home.keep_key(&change, &id, &keyring.space_key(&id)?)?;
            }
        }
        Ok(())
    }

    /// The keys of a space: those of the secret, or those that home keeps of what is linked in it.
    fn keys_of(&self, now: &Now, home: Option<&Space>, id: &SpaceId) -> Result<SpaceKeys, BagError> {
        match (now.space_keys(id), home) {
            (Err(BagError::Key(KeyError::NoSuchSpace)), Some(home)) => {
                let key = home.kept_key(id)?.ok_or(KeyError::NoSuchSpace)?;
                // A database of another epoch is not the one that counts: what were written there would be lost.
                if !now.header.spaces().contains(&(*id, key.epoch())) {
                    return Err(BagError::KeysChanged);
                }
                Ok(now.linked_keys(id, &key))
            }
            (keys, _) => keys,
        }
    }

    fn open_closed_space(&self, id: &SpaceId, keys: SpaceKeys, accept: bool) -> Result<Space, BagError> {
        let reading = self.opening.read_only;
        if !reading {
            self.files.refuse_journal(&self.files.database(id, keys.epoch))?;
        }
        let known = self.memory.of(id);
        let altered = match known.map(|known| known.ended) {
            Some(Ended::Closed(hash)) => self.files.hash_database(id, keys.epoch)? != Some(hash),
            Some(Ended::Altered(hash)) => {
                let altered = self.files.hash_database(id, keys.epoch)? != Some(hash);
                if altered && !accept {
                    return Err(BagError::OlderCopy(OlderCopy::Pages { space: *id }));
                }
                altered
            }
            Some(Ended::Open) | None => false,
        };
        self.note_opening(id, known, altered)?;
        let folder = self.files.space(id);
        let space = if reading { Space::open_reading(&folder, keys)? } else { Space::open(&folder, keys)? };
        if let Some(known) = known.filter(|_| !accept) {
            if !space.has_commit(&known.commit)? {
                return Err(BagError::OlderCopy(OlderCopy::Database { space: *id }));
            }
            // Whoever opens it leaves a commit, this opening among them.
            let own = u64::from(!reading);
            if altered && space.last_commit().counter <= known.commit.counter + own {
                space.refuse_damaged()?;
                return Err(BagError::OlderCopy(OlderCopy::Pages { space: *id }));
            }
        }
        if known.is_some_and(|known| known.ended == Ended::Open) {
            // It had no good end: no hash tells whether it is whole, so its pages must agree with each other.
            space.quick_check()?;
        }
        if altered {
            self.note_opening(id, known, false)?;
        }
        Ok(space)
    }

    /// Opens home.
    ///
    /// # Errors
    /// As [`Bag::open_space`].
    pub fn open_home(&self) -> Result<Arc<Space>, BagError> {
        self.open_space(&self.home()?)
    }

    /// Opens home and all that is shown in it to look at it, as it is: in a bag that was opened for reading only, a state that is not the
    /// one that is remembered is told, not refused.
    ///
    /// # Errors
    /// As [`Bag::open_space`].
    pub fn open_all_to_check(&self) -> Result<Vec<ToCheck>, BagError> {
        let id = self.home()?;
        let (home, older) = self.open_to_check(&id, None)?;
        let mut shown: Vec<SpaceId> = home.links().into_iter().map(|(_, link)| link.space).collect();
        shown.sort();
        shown.dedup();
        let mut all = vec![ToCheck { id, space: Arc::clone(&home), older }];
        for id in shown {
            let (space, older) = self.open_to_check(&id, Some(&home))?;
            all.push(ToCheck { id, space, older });
        }
        Ok(all)
    }

    fn open_to_check(&self, id: &SpaceId, home: Option<&Space>) -> Result<(Arc<Space>, Option<OlderCopy>), BagError> {
        match self.open_space(id) {
            Ok(space) => Ok((space, None)),
            Err(BagError::OlderCopy(older)) if self.opening.read_only => {
                let keys = self.keys_of(&self.now.read(), home, id)?;
                Ok((Arc::new(self.open_closed_space(id, keys, true)?), Some(older)))
            }
            Err(error) => Err(error),
        }
    }

    /// Remembers that a check found everything of a space in order: older pages that were put back would have contradicted others.
    ///
    /// # Errors
    /// [`BagError::Io`].
    pub fn note_checked(&self, id: &SpaceId) -> Result<(), BagError> {
        if let Some(known) = self.memory.of(id).filter(|known| known.unverified != 0) {
            self.memory.note(*id, Known { unverified: 0, ..known });
            self.memory.flush()?;
        }
        Ok(())
    }

    /// Closes a space and remembers outside the bag how it was left. Nobody is to use it any more.
    ///
    /// # Errors
    /// [`BagError::Space`] when something could not be written.
    pub fn close_space(&self, id: &SpaceId) -> Result<(), BagError> {
        self.close_space_with(id)
    }

    /// Closes all spaces that are open.
    ///
    /// # Errors
    /// The first of [`Bag::close_space`].
    pub fn close_spaces(&self) -> Result<(), BagError> {
        let open: Vec<SpaceId> = self.spaces.lock().keys().copied().collect();
        let closed: Vec<_> = open.iter().map(|id| self.close_space(id)).collect();
        closed.into_iter().collect()
    }

    /// Closes a space for a caller that holds the keys.
    pub(super) fn close_space_with(&self, id: &SpaceId) -> Result<(), BagError> {
        let Some(space) = self.spaces.lock().remove(id) else { return Ok(()) };
        let closed = space.close(&self.access()?)?;
        if self.opening.read_only {
            return Ok(());
        }
        let ended = self.files.hash_database(id, space.epoch())?.map_or(Ended::Open, Ended::Closed);
        self.memory.note_commit(*id, closed.commit, ended);
        self.memory.flush()
    }

    /// Remembers the durable states of all open spaces every 30 seconds, until what it returns is dropped.
    ///
    /// # Errors
    /// [`BagError::Io`] when no thread could be started.
    pub fn keep_remembering(&self) -> Result<Keeper, BagError> {
        let (memory, spaces, access) = (Arc::clone(&self.memory), Arc::clone(&self.spaces), self.access()?);
        let (end, ended) = channel::<()>();
        let reading = self.opening.read_only;
        let thread = std::thread::Builder::new().name("remember".into()).spawn(move || {
            while matches!(ended.recv_timeout(LOOK), Err(RecvTimeoutError::Timeout)) && !reading {
                // What fails now is tried again; the space itself says so when it can't write any more.
                let _ = memory.remember(&spaces, &access);
            }
        });
        let thread = thread.map_err(BagError::io("starting a thread for", self.folder()))?;
        Ok(Keeper { end: Some(end), thread: Some(thread) })
    }

    fn note_opening(&self, id: &SpaceId, known: Option<Known>, altered: bool) -> Result<(), BagError> {
        let Some(known) = known.filter(|_| !self.opening.read_only) else { return Ok(()) };
        let ended = match known.ended {
            Ended::Closed(hash) | Ended::Altered(hash) if altered => Ended::Altered(hash),
            Ended::Closed(_) | Ended::Altered(_) | Ended::Open => Ended::Open,
        };
        self.memory.note(*id, known.opening(ended, now()));
        self.memory.flush()
    }
}

impl Memory {
    /// Remembers the durable states of the open spaces, when the last time was 30 seconds ago or more.
    pub(super) fn remember(&self, spaces: &Mutex<OpenSpaces>, access: &Access) -> Result<(), BagError> {
        if !self.is_due() {
            return Ok(());
        }
        let open: Vec<_> = spaces.lock().iter().map(|(id, space)| (*id, Arc::clone(space))).collect();
        for (id, space) in open {
            // The last commit may still be on its way to the disk: once all that was done before is durable, it is.
            let commit = space.last_commit();
            space.sync_all(access)?;
            // One that was closed meanwhile is remembered as closed.
            let spaces = spaces.lock();
            if spaces.get(&id).is_some_and(|open| Arc::ptr_eq(open, &space)) {
                self.note_commit(id, commit, Ended::Open);
            }
        }
        self.flush()
    }
}

/// Remembers the states of spaces in a thread of its own, as long as it lives.
pub struct Keeper {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it lost nothing: the memory is written whole or not at all.
            let _ = thread.join();
        }
    }
}

/// How often it is looked whether writing is due.
const LOOK: Duration = Duration::from_secs(5);
