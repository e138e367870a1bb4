//! The bag on disk: a folder with the public header `bag.json`, the sealed keyring, and a folder for each space.
//!
//! ```text
//! bag.json            the public header; its rename is the commit point of every change of keys
//! keyring.<version>   the sealed keyring that this version of the header names
//! lock                held by the process that has the bag open
//! spaces/<id>/        one space: space.<epoch>.db and its packs
//! quarantine/         what was in the way and may still matter to somebody
//! ```
//!
//! Creating: space, keyring, then the header. A folder without `bag.json` is no bag, so a crash before leaves only remains that
//! the next attempt clears.
//!
//! Opening: lock, header, slot, keyring; then what this device remembers of the bag (`state`) is compared, and of each space
//! when it is opened (`spaces`). Nothing is tidied away before that.
//!
//! Changing keys (`change`): new databases, then the keyring, then the header, each durable before the next; then the old
//! ones are removed. A crash anywhere leaves a bag that opens: with the old secrets before the header's rename, with the
//! new ones after. Spaces stay open meanwhile.

mod admit;
mod change;
mod error;
mod files;
mod lock;
mod parting;
mod spaces;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cartable_crypto::{BagId, Header, Held, Keyring, SpaceKey, SpaceKeys};

pub use cartable_share::Access;
use cartable_share::{self as share, Principal, Right};
use parking_lot::{Mutex, MutexGuard, RwLock};

use crate::space::Space;

pub use admit::Admitted;
/// What a bag is opened with, for those who stand above the file system.
pub use cartable_crypto::{
    AppPassword, Code, DEEP, Grant, KeyError, KeyringSlot, Login, Passphrase, Secret, SlotId, SlotKind, SlotRight,
    SpaceId, Suite, erase_stack, erasing,
};
pub use error::{BagError, OlderCopy};
pub use spaces::{Keeper, ToCheck};
pub use state::StateFolder;

use files::Files;
use lock::Lock;
use state::{Ended, Mark, Memory};

/// How a bag is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opening {
    /// Nothing is written into the bag, nor remembered of it.
    pub read_only: bool,
    /// Takes an older copy, or one whose owner's keys this device does not know, for the true one from now on.
    pub danger_accept_older_copy: bool,
}

/// An unlocked bag, held by this process until it is dropped. Its spaces are opened one by one.
pub struct Bag {
    files: Files,
    id: BagId,
    now: RwLock<Now>,
    memory: Arc<Memory>,
    opening: Opening,
    /// What it was opened with; none for one that was just made.
    opener: Option<Opener>,
    /// Spaces that are open, until they are closed.
    spaces: Arc<Mutex<OpenSpaces>>,
    collecting: Mutex<()>,
    _lock: Lock,
}

type OpenSpaces = BTreeMap<SpaceId, Arc<Space>>;

/// The slot that a bag was opened with.
struct Opener {
    slot: SlotId,
    right: SlotRight,
    /// Whose key it holds; none for the bag key.
    space: Option<SpaceId>,
    until: Option<u64>,
}

/// What changes with the keys.
struct Now {
    header: Header,
    keys: Keys,
    /// A change was interrupted: nobody knows which header a power cut would leave.
    interrupted: bool,
}

/// What the secret gave.
enum Keys {
    /// Everything.
    Owner(Keyring),
    /// Those of the slots that were opened: devices have home's, guests that of a space which is shared with them.
    Given(Given),
}

/// Keys of single spaces.
struct Given {
    /// Home, if its key is among them.
    home: Option<SpaceId>,
    keys: BTreeMap<SpaceId, SpaceKey>,
}

impl Given {
    fn add(&mut self, right: SlotRight, space: SpaceId, key: SpaceKey) {
        if !right.is_guest() {
            self.home = Some(space);
        }
        self.keys.insert(space, key);
    }
}

impl Bag {
    /// Makes a bag in `folder`, which is missing or empty, with one slot for each of the owner's secrets.
    ///
    /// # Errors
    /// [`BagError::NotEmpty`] when the folder holds anything; [`BagError::Key`] when a secret can't own a bag.
    pub fn create(
        folder: &Path,
        suite: Suite,
        secrets: &[&Secret],
        state: &Arc<StateFolder>,
        now: u64,
    ) -> Result<Self, BagError> {
        let files = Files::new(folder);
        files.make_folder()?;
        files.check_unfinished()?;
        let lock = Lock::take(&files)?;
        files.clear_unfinished()?;
        let mut keyring = Keyring::create(suite);
        for secret in secrets {
            keyring.add(secret, Grant::Bag, now)?;
        }
        if keyring.slots().is_empty() {
            return Err(KeyError::LastOwnerSlot.into());
        }
        let home = keyring.home();
        files.make_spaces_folder()?;
        let user = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let space = Space::create(&files.space(&home), keyring.space_keys(&home)?, user)?;
        let closed = space.close(&share::decide(Principal::Owner, Right::Edit)?)?;
        drop(space);
        files.sync_new_space(&home)?;
        let published = keyring.publish()?;
        let header = Header::parse(&published.header)?;
        let memory = Memory::first(state, Mark::of(&header, &keyring.owner()), header.bag());
        files.write(&files.keyring(published.version), &published.keyring)?;
        files.write(&files.header(), &published.header)?;
        let ended = files.hash_database(&home, 1)?.map_or(Ended::Open, Ended::Closed);
        memory.note_commit(home, closed.commit, ended);
        memory.flush()?;
        Ok(Self::of(files, header, Keys::Owner(keyring), memory, Opening::default(), None, lock))
    }

    /// Opens the bag in `folder` with a secret, and compares it with what the state folder remembers of it.
    ///
    /// # Errors
    /// [`BagError::NotABag`], [`BagError::Busy`], [`BagError::Key`]; [`BagError::OlderCopy`] when the header is older than
    /// one that was seen here, or is signed with keys that were not.
    pub fn open(folder: &Path, secret: &Secret, state: &Arc<StateFolder>, opening: Opening) -> Result<Self, BagError> {
        let files = Files::new(folder);
        let header = Self::header_of(&files)?;
        let lock = if opening.read_only { Lock::take_reading(&files)? } else { Lock::take(&files)? };
        // Read again under the lock: whoever had it may have changed the keys meanwhile.
        let header = if Self::header_of(&files)? == header { header } else { Self::header_of(&files)? };
        let unlocked = header.unlock(secret)?;
        let owner = unlocked.owner;
        let space = match &unlocked.held {
            Held::Bag(_) => None,
            Held::Space { space, .. } => Some(*space),
        };
        let opener = Opener { slot: unlocked.slot, right: unlocked.right, space, until: unlocked.until };
        let keys = match unlocked.held {
            Held::Space { space, key } => {
                let mut given = Given { home: None, keys: BTreeMap::new() };
                given.add(unlocked.right, space, key);
                Keys::Given(given)
            }
            Held::Bag(_) => Keys::Owner(Keyring::open(unlocked, &files.read_keyring(header.version())?)?),
        };
        let mark = Mark::of(&header, &owner);
        let memory = Memory::open(state, header.bag(), mark, opening.danger_accept_older_copy)?;
        if !opening.read_only {
            if memory.knew(&mark) {
                files.tidy(&header);
            }
            memory.flush()?;
        }
        Ok(Self::of(files, header, keys, memory, opening, Some(opener), lock))
    }

    fn of(
        files: Files,
        header: Header,
        keys: Keys,
        memory: Memory,
        opening: Opening,
        opener: Option<Opener>,
        lock: Lock,
    ) -> Self {
        Self {
            files,
            id: header.bag(),
            now: RwLock::new(Now { header, keys, interrupted: false }),
            memory: Arc::new(memory),
            opening,
            opener,
            spaces: Arc::default(),
            collecting: Mutex::default(),
            _lock: lock,
        }
    }

    /// Finds the slot of an owner's secret: only who knows one may change what opens the bag. A bag that was opened with less
    /// gets all its keys.
    ///
    /// # Errors
    /// [`BagError::Key`]: [`KeyError::WrongSecret`], or [`KeyError::NotOwner`] for a device's secret.
    pub fn prove_owner(&self, secret: &Secret) -> Result<SlotId, BagError> {
        let mut now = self.now.write();
        let header = now.header.clone();
        let unlocked = header.unlock(secret)?;
        let slot = unlocked.slot;
        match (&unlocked.held, &now.keys) {
            (Held::Space { .. }, _) => return Err(KeyError::NotOwner.into()),
            (Held::Bag(_), Keys::Owner(_)) => {}
            (Held::Bag(_), Keys::Given(_)) => {
                now.keys = Keys::Owner(Keyring::open(unlocked, &self.files.read_keyring(header.version())?)?);
            }
        }
        Ok(slot)
    }

    /// Whether a bag can be made in `folder`: there is nothing, or what an interrupted creation left.
    #[must_use]
    pub fn can_be_made(folder: &Path) -> bool {
        folder.symlink_metadata().is_err() || Files::new(folder).check_unfinished().is_ok()
    }

    /// Reads the public header of a bag without any secret: nothing of it is proven.
    ///
    /// # Errors
    /// [`BagError::NotABag`], [`BagError::Key`] when it is malformed or of a newer format.
    pub fn header_at(folder: &Path) -> Result<Header, BagError> {
        Self::header_of(&Files::new(folder))
    }

    fn header_of(files: &Files) -> Result<Header, BagError> {
        Ok(Header::parse(&files.read_header()?)?)
    }

    /// Whether a process has the bag in `folder` open.
    #[must_use]
    pub fn is_open(folder: &Path) -> bool {
        lock::is_held(&Files::new(folder))
    }

    /// Returns the access that the secret gives: to read, and to change unless the bag was opened for reading only.
    ///
    /// # Errors
    /// [`BagError::Space`] when policy refuses it.
    pub fn access(&self) -> Result<Access, BagError> {
        let wanted = if self.opening.read_only { Right::Read } else { Right::Edit };
        Ok(share::decide(Principal::Owner, wanted)?)
    }

    /// Held by who collects into the bag: one at a time.
    pub fn collecting(&self) -> MutexGuard<'_, ()> {
        self.collecting.lock()
    }

    /// As [`Bag::collecting`]; none when somebody else does.
    pub fn try_collecting(&self) -> Option<MutexGuard<'_, ()>> {
        self.collecting.try_lock()
    }

    /// Returns the bag's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.files.folder()
    }

    /// Whether nothing is written into the bag.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.opening.read_only
    }

    /// Returns the bag's id.
    #[must_use]
    pub fn id(&self) -> BagId {
        self.id
    }

    /// Returns the verified header.
    #[must_use]
    pub fn header(&self) -> Header {
        self.now.read().header.clone()
    }

    /// Returns home.
    ///
    /// # Errors
    /// [`BagError::Key`] when only guests came, who have no key of home.
    pub fn home(&self) -> Result<SpaceId, BagError> {
        self.now.read().home()
    }

    /// Returns the folder of a space.
    #[must_use]
    pub fn space_folder(&self, id: &SpaceId) -> PathBuf {
        self.files.space(id)
    }

    /// Returns the keys of a space in its current epoch.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret does not give this space.
    pub fn space_keys(&self, id: &SpaceId) -> Result<SpaceKeys, BagError> {
        self.now.read().space_keys(id)
    }

    /// Returns the keys of a space in every epoch, oldest first: `check --repair` reads packs of all of them.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret is not an owner's.
    pub fn space_keys_of_all_epochs(&self, id: &SpaceId) -> Result<Vec<SpaceKeys>, BagError> {
        Ok(self.now.read().keyring()?.space_keys_of_all_epochs(id)?)
    }

    /// Returns the slots, in the order they were made.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret is not an owner's.
    pub fn slots(&self) -> Result<Vec<KeyringSlot>, BagError> {
        Ok(self.now.read().keyring()?.slots().to_vec())
    }
}

impl Now {
    fn home(&self) -> Result<SpaceId, BagError> {
        match &self.keys {
            Keys::Owner(keyring) => Ok(keyring.home()),
            Keys::Given(given) => Ok(given.home.ok_or(KeyError::NoSuchSpace)?),
        }
    }

    fn space_keys(&self, id: &SpaceId) -> Result<SpaceKeys, BagError> {
        match &self.keys {
            Keys::Owner(keyring) => Ok(keyring.space_keys(id)?),
            Keys::Given(given) => {
                let key = given.keys.get(id).ok_or(KeyError::NoSuchSpace)?;
                Ok(key.derive(self.header.suite(), &self.header.bag(), id))
            }
        }
    }

    /// The keys that come from a key that home keeps.
    fn linked_keys(&self, id: &SpaceId, key: &SpaceKey) -> SpaceKeys {
        key.derive(self.header.suite(), &self.header.bag(), id)
    }

    fn keyring(&self) -> Result<&Keyring, BagError> {
        match &self.keys {
            Keys::Owner(keyring) => Ok(keyring),
            Keys::Given(_) => Err(KeyError::NotOwner.into()),
        }
    }
}
