//! Who holds the bag of this process, and who may come in.
//!
//! A bag that its owner opened stays open. A locked one is opened by the first secret that fits, with what that secret's slot
//! holds and no more; when nobody used it for a while it is closed, and its keys are gone from memory.

#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cartable_fs::bag::{
    Admitted, Bag, BagError, DEEP, Keeper, KeyError, Opening, Secret, SlotId, SpaceId, StateFolder, erasing,
};
use cartable_fs::{FsError, Space, Spaces};
use cartable_share::Access;
use parking_lot::Mutex;

use crate::agenda::{Agenda, Cache, Snapshot};
use crate::lock::Locks;
use crate::login::Credentials;
use crate::visit::now;

/// How seldom it is written down that a device was used, in seconds.
const USED_EVERY: i64 = 600;

/// The bag of this process, for all doors.
pub struct Keys {
    source: Option<Source>,
    held: Mutex<Held>,
}

/// How a locked bag is opened.
struct Source {
    folder: PathBuf,
    state: Arc<StateFolder>,
    lock_after: Duration,
}

#[derive(Default)]
struct Held {
    open: Option<Open>,
    /// How many times the bag was opened.
    openings: u64,
    /// When each slot was last written down as used, in seconds since 1970.
    noted: HashMap<SlotId, i64>,
    /// The owner wants it open.
    kept: bool,
    /// Requests and pages under way.
    guests: usize,
    used: Option<Instant>,
}

/// An open bag.
struct Open {
    bag: Arc<Bag>,
    locks: AllLocks,
    agenda: Arc<Cache>,
    /// What this device remembers of the bag is kept up to date while it is open.
    _keeper: Option<Keeper>,
}

/// The locks of home (none), and of each space that guests come to.
type AllLocks = HashMap<Option<SpaceId>, Arc<Mutex<Locks>>>;

impl Open {
    fn new(bag: Arc<Bag>, remember: bool) -> Self {
        let keeper = remember.then(|| bag.keep_remembering().ok()).flatten();
        Self { bag, locks: AllLocks::new(), agenda: Arc::default(), _keeper: keeper }
    }

    fn close(self) -> Result<(), BagError> {
        // The keeper uses the space: it ends first.
        let Self { bag, _keeper: keeper, .. } = self;
        drop(keeper);
        bag.close_spaces()
    }
}

/// What lets somebody in again without the secret, as long as the bag stays open: who was let in while it was open before must
/// show the secret again, since the keys were gone in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    pub(crate) admitted: Admitted,
    opening: u64,
}

/// Somebody who was let in. While it lives, the bag stays open.
pub(crate) struct Guest {
    stay: Stay,
    pub(crate) space: Arc<Space>,
    pub(crate) access: Access,
    pub(crate) slot: SlotId,
    /// The space that is shared with them; none for who comes to home.
    shared: Option<SpaceId>,
}

impl Keys {
    /// For a bag that its owner opened: it stays open.
    #[must_use]
    pub fn opened(bag: Arc<Bag>) -> Arc<Self> {
        let keys = Self { source: None, held: Mutex::default() };
        keys.keep(bag);
        Arc::new(keys)
    }

    /// For a bag that nobody opened yet. Once it is open, `lock_after` without a request closes it.
    #[must_use]
    pub fn locked(folder: PathBuf, state: Arc<StateFolder>, lock_after: Duration) -> Arc<Self> {
        Arc::new(Self { source: Some(Source { folder, state, lock_after }), held: Mutex::default() })
    }

    /// The bag, while it is open.
    #[must_use]
    pub fn bag(&self) -> Option<Arc<Bag>> {
        self.held.lock().open.as_ref().map(|open| Arc::clone(&open.bag))
    }

    /// Takes over a bag that its owner opened: it stays open until [`Keys::let_go`].
    pub fn keep(&self, bag: Arc<Bag>) {
        let mut held = self.held.lock();
        held.kept = true;
        let same = held.open.as_ref().is_some_and(|open| Arc::ptr_eq(&open.bag, &bag));
        if !same {
            // Whoever serves the owner's door remembers for it.
            held.openings += 1;
            held.open = Some(Open::new(bag, false));
        }
    }

    /// The owner needs the bag no more: a locked one is closed when nobody used it for a while.
    pub fn let_go(&self) {
        let mut held = self.held.lock();
        held.kept = self.source.is_none();
        held.used = Some(Instant::now());
    }

    /// Closes the bag and forgets its keys.
    ///
    /// # Errors
    /// [`BagError::Space`] when something could not be written.
    pub fn close(&self) -> Result<(), BagError> {
        let open = self.held.lock().open.take();
        open.map_or(Ok(()), Open::close)
    }

    /// Closes the bag when nobody used it for a while; returns whether it did. To be called now and then.
    pub(crate) fn close_idle(&self) -> bool {
        let Some(source) = &self.source else { return false };
        let mut held = self.held.lock();
        let idle = held.used.is_none_or(|used| used.elapsed() >= source.lock_after);
        // A command that works on the bag is a guest too.
        let borrowed = held.open.as_ref().is_some_and(|open| Arc::strong_count(&open.bag) > 1);
        if held.kept || held.guests > 0 || borrowed || !idle {
            return false;
        }
        // While it is held: whoever comes now opens it again afterwards.
        let Some(open) = held.open.take() else { return false };
        // What could not be written is said by the space when it is opened again.
        let _ = erasing::<DEEP, _>(|| open.close());
        true
    }

    /// Lets somebody in by a secret, and opens a locked bag with it. Takes half a second for a passphrase.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret opens nothing here; those of [`Bag::open`].
    pub(crate) fn enter(self: &Arc<Self>, secret: &Secret) -> Result<(Guest, Ticket), BagError> {
        erasing::<DEEP, _>(|| self.enter_with(secret))
    }

    /// As [`Keys::enter`], with what an app sent: the secret is made where nothing of it stays behind, moved or not.
    ///
    /// # Errors
    /// As [`Keys::enter`]; [`KeyError::WrongSecret`] for what can be no secret.
    pub(crate) fn enter_by(self: &Arc<Self>, credentials: &Credentials) -> Result<(Guest, Ticket), BagError> {
        erasing::<DEEP, _>(|| {
            let secret = credentials.secret().ok_or(KeyError::WrongSecret)?;
            self.enter_with(&secret)
        })
    }

    fn enter_with(self: &Arc<Self>, secret: &Secret) -> Result<(Guest, Ticket), BagError> {
        let bag = self.bag();
        if let Some(bag) = bag {
            let admitted = bag.admit(secret)?;
            if let Some(entered) = self.guest(&admitted)? {
                return Ok(entered);
            }
        }
        let source = self.source.as_ref().ok_or(BagError::Interrupted)?;
        // A wrong one must not keep others waiting, nor from opening the bag.
        Bag::header_at(&source.folder)?.unlock(secret)?;
        let mut held = self.held.lock();
        let admitted = match &held.open {
            Some(open) => open.bag.admit(secret)?,
            None => {
                let bag = Bag::open(&source.folder, secret, &source.state, Opening::default())?;
                let admitted = bag.opener()?;
                held.openings += 1;
                held.open = Some(Open::new(Arc::new(bag), true));
                admitted
            }
        };
        // Nobody closes it before who opened it is in.
        let stay = self.stay(&mut held, &admitted).ok_or(BagError::Interrupted)?;
        drop(held);
        Guest::of(stay, &admitted)
    }

    /// Lets somebody in again. None when the bag was closed since, or its keys changed.
    pub(crate) fn enter_again(self: &Arc<Self>, ticket: &Ticket) -> Result<Option<Guest>, BagError> {
        let Some(bag) = self.bag() else { return Ok(None) };
        let admitted = &ticket.admitted;
        if !bag.has_slot(&admitted.slot) || admitted.is_over() {
            return Ok(None);
        }
        let entered = self.guest(admitted)?;
        Ok(entered.filter(|(_, now)| now.opening == ticket.opening).map(|(guest, _)| guest))
    }

    fn guest(self: &Arc<Self>, admitted: &Admitted) -> Result<Option<(Guest, Ticket)>, BagError> {
        let stay = self.stay(&mut self.held.lock(), admitted);
        stay.map(|stay| Guest::of(stay, admitted)).transpose()
    }

    fn stay(self: &Arc<Self>, held: &mut Held, admitted: &Admitted) -> Option<Stay> {
        let open = held.open.as_mut()?;
        let locks = Arc::clone(open.locks.entry(admitted.shared).or_default());
        let (bag, agenda) = (Arc::clone(&open.bag), Arc::clone(&open.agenda));
        held.guests += 1;
        Some(Stay { keys: Arc::clone(self), bag, locks, agenda, opening: held.openings })
    }
}

/// Keeps the bag open as long as it lives.
struct Stay {
    keys: Arc<Keys>,
    bag: Arc<Bag>,
    locks: Arc<Mutex<Locks>>,
    agenda: Arc<Cache>,
    /// How many times the bag had been opened.
    opening: u64,
}

impl Drop for Stay {
    fn drop(&mut self) {
        let mut held = self.keys.held.lock();
        held.guests = held.guests.saturating_sub(1);
        held.used = Some(Instant::now());
    }
}

impl Guest {
    fn of(stay: Stay, admitted: &Admitted) -> Result<(Self, Ticket), BagError> {
        let space = match &admitted.shared {
            Some(shared) => stay.bag.open_space(shared)?,
            None => stay.bag.open_home()?,
        };
        stay.locks.lock().load(&space, &admitted.access)?;
        let ticket = Ticket { admitted: *admitted, opening: stay.opening };
        Ok((Self { stay, space, access: admitted.access, slot: admitted.slot, shared: admitted.shared }, ticket))
    }

    /// All that the guest may see.
    pub(crate) fn spaces(&self) -> Arc<Spaces> {
        Arc::new(match self.shared {
            Some(_) => Spaces::of(Arc::clone(&self.space), self.access),
            None => Spaces::new(Arc::clone(&self.stay.bag), Arc::clone(&self.space), self.access),
        })
    }

    pub(crate) fn locks(&self) -> Arc<Mutex<Locks>> {
        Arc::clone(&self.stay.locks)
    }

    /// The calendars and address books of the bag, and what is remembered of them; none for who does not come to home. It goes when
    /// the bag is closed.
    ///
    /// # Errors
    /// Those of reading.
    pub(crate) fn agenda(&self, source: &dyn Agenda) -> Result<Option<(Arc<Snapshot>, &Cache)>, BagError> {
        if self.shared.is_some() {
            return Ok(None);
        }
        let cache = &*self.stay.agenda;
        Ok(Some((cache.snapshot(source, &self.stay.bag)?, cache)))
    }

    /// Notes now and then when a device was used, and from where.
    ///
    /// # Errors
    /// Those of writing; nobody need be refused for them.
    pub(crate) fn note_use(&self, address: &str) -> Result<(), FsError> {
        if self.shared.is_some() {
            return Ok(());
        }
        let mut held = self.stay.keys.held.lock();
        if held.noted.get(&self.slot).is_some_and(|noted| noted + USED_EVERY > now()) {
            return Ok(());
        }
        held.noted.insert(self.slot, now());
        drop(held);
        self.space.note_device_used(&self.access.change()?, self.slot.as_bytes(), now(), address)
    }
}
