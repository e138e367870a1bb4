//! The keyring: every key of a bag, in one sealed file that only owner slots open.
//!
//! It holds each space's key in every epoch, the owner's keys in every generation, and the public key of each slot. From it alone
//! comes a header: [`Keyring::publish`] takes public keys from here and never from the header, so a host can't slip in its own.
//!
//! Changes are made on a [`Keyring::draft`]; what is published is written keyring first, header last (the caller does). A
//! draft that was not written is dropped and nothing happened.
//!
//! Removing a slot rotates what it held, here and not by the caller's good will: an owner slot knew every key, so all of them
//! change, the owner's own included.

mod file;

use zeroize::ZeroizeOnDrop;

use crate::{
    BagId, Cost, Header, KeyError, Secret, SlotId, SlotRight, SpaceId, SpaceKey, SpaceKeys, Suite, Unlocked, VerifyKey,
    WrapPublic, WrapSecret,
    header::{MAX_PASSPHRASES, MAX_SLOTS, MAX_SPACES},
    random::{random, random_key},
    signing::SignSecret,
    slot::{Held, Lock, Payload, Place, Slot},
};

/// The key of the keyring file.
#[derive(ZeroizeOnDrop)]
pub struct BagKey([u8; 32]);

impl BagKey {
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Every key of a bag.
pub struct Keyring {
    bag: BagId,
    suite: Suite,
    /// The version of the header last published.
    version: u64,
    home: SpaceId,
    bag_key: BagKey,
    /// The owner's keys, oldest first; never empty.
    owner: Vec<OwnerKeys>,
    spaces: Vec<Space>,
    slots: Vec<KeyringSlot>,
}

/// One generation of the owner's keys.
struct OwnerKeys {
    sign: SignSecret,
    wrap: WrapSecret,
}

/// A space and its keys, oldest first; never empty.
struct Space {
    id: SpaceId,
    keys: Vec<SpaceKey>,
}

/// What the owner knows of a slot. Labels that persons give live in home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringSlot {
    /// Its name in the header.
    pub id: SlotId,
    /// What kind of secret opens it.
    pub kind: SlotKind,
    /// What its holder may do.
    pub right: SlotRight,
    /// The space whose key it holds; none for the bag key.
    pub space: Option<SpaceId>,
    /// Until when, in seconds since 1970; none is for ever.
    pub until: Option<u64>,
    /// When it was made, in seconds since 1970.
    pub made: u64,
    lock: Lock,
    commitment: [u8; 32],
    public: WrapPublic,
}

/// What kind of secret opens a slot. The number is what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SlotKind {
    /// A passphrase of the owner.
    Passphrase = 1,
    /// A recovery code of the owner.
    Recovery = 2,
    /// An app or device of the owner.
    Device = 3,
    /// Somebody else's app password.
    Guest = 4,
}

/// What a new slot is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The bag key: for the owner's passphrases and recovery codes.
    Bag,
    /// The key of home, to read and change: for the owner's devices.
    Home,
    /// The key of one space, for a guest.
    Space {
        /// Which space.
        space: SpaceId,
        /// What the guest may do: read or edit.
        right: SlotRight,
        /// Until when, in seconds since 1970; none is for ever.
        until: Option<u64>,
    },
}

/// A space that takes a new key: its database moves to the new epoch before the header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Which space.
    pub space: SpaceId,
    /// The epoch of its database so far.
    pub from: u32,
    /// The epoch of the new key.
    pub to: u32,
}

/// What is written after a change: the keyring first, then the header, whose rename commits.
pub struct Published {
    /// The header's version, part of the keyring file's name.
    pub version: u64,
    /// The content of the keyring file.
    pub keyring: Vec<u8>,
    /// The content of `bag.json`.
    pub header: Vec<u8>,
}

impl Keyring {
    /// Makes the keyring of a new bag with one space, home, and no slot yet.
    #[must_use]
    pub fn create(suite: Suite) -> Self {
        let home = SpaceId::random();
        Self {
            bag: BagId::random(),
            suite,
            version: 0,
            home,
            bag_key: BagKey(random()),
            owner: vec![OwnerKeys::random()],
            spaces: vec![Space { id: home, keys: vec![SpaceKey::random(1)] }],
            slots: Vec::new(),
        }
    }

    /// Opens a keyring file with an owner slot, and checks that it is the one of its header.
    ///
    /// # Errors
    /// [`KeyError::NotOwner`] when the slot holds a space only, [`KeyError::AlteredKeyring`] when the file is not the header's.
    pub fn open(unlocked: Unlocked<'_>, file: &[u8]) -> Result<Self, KeyError> {
        let Held::Bag(bag_key) = unlocked.held else {
            return Err(KeyError::NotOwner);
        };
        let keyring = file::open(unlocked.header, bag_key, file)?;
        keyring.agrees(unlocked.header, &unlocked.owner)?;
        Ok(keyring)
    }

    /// Returns a copy to change and publish, or to drop. The only copy of keys there is.
    #[must_use]
    pub fn draft(&self) -> Self {
        let copied = |space: &Space| Space {
            id: space.id,
            keys: space.keys.iter().map(|key| SpaceKey::from_parts(key.as_bytes(), key.epoch())).collect(),
        };
        Self {
            bag: self.bag,
            suite: self.suite,
            version: self.version,
            home: self.home,
            bag_key: BagKey(self.bag_key.0),
            owner: self.owner.iter().map(OwnerKeys::copy).collect(),
            spaces: self.spaces.iter().map(copied).collect(),
            slots: self.slots.clone(),
        }
    }

    /// Adds a slot for a secret, made at `now` (seconds since 1970). A passphrase is stretched, at about half a second.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] when such a secret may not hold this, [`KeyError::TooMany`], [`KeyError::NoSuchSpace`].
    pub fn add(&mut self, secret: &Secret, grant: Grant, now: u64) -> Result<SlotId, KeyError> {
        let passphrases = self.slots.iter().filter(|slot| slot.kind == SlotKind::Passphrase).count();
        if self.slots.len() >= MAX_SLOTS || passphrases >= MAX_PASSPHRASES {
            return Err(KeyError::TooMany("slots"));
        }
        let (kind, right, space, until) = match (secret, grant) {
            (Secret::Passphrase(_), Grant::Bag) => (SlotKind::Passphrase, SlotRight::Own, None, None),
            (Secret::Recovery(_), Grant::Bag) => (SlotKind::Recovery, SlotRight::Own, None, None),
            (Secret::App(_), Grant::Home) => (SlotKind::Device, SlotRight::Edit, Some(self.home), None),
            (Secret::App(_), Grant::Space { space, right: right @ (SlotRight::Read | SlotRight::Edit), until }) => {
                self.space(&space)?;
                (SlotKind::Guest, right, Some(space), until)
            }
            _ => {
                return Err(KeyError::BadSecret("a secret of this kind does not open that"));
            }
        };
        let id = SlotId::random();
        let lock = match secret {
            Secret::Passphrase(_) => Lock::Passphrase { cost: Cost::DEFAULT, salt: random() },
            Secret::Recovery(code) => Lock::Random { tag: crate::secret::Root::random(code).tag(&self.bag, "") },
            Secret::App(app) => {
                let root = crate::secret::Root::random(&app.password);
                Lock::Random { tag: root.tag(&self.bag, &app.login.to_string()) }
            }
        };
        let root = lock.root(&self.bag, secret)?.ok_or(KeyError::WrongSecret)?;
        let public = root.key_pair(&self.bag, &id).public().clone();
        let commitment = root.commitment(&self.bag, &id);
        self.slots.push(KeyringSlot { id, kind, right, space, until, made: now, lock, commitment, public });
        Ok(id)
    }

    /// Removes a slot and rotates what it held: a new key for its space, or, when it held the bag key, new keys for everything.
    /// Returns the spaces whose databases must move before the header is written.
    ///
    /// # Errors
    /// [`KeyError::NoSuchSlot`]; [`KeyError::LastOwnerSlot`] when nothing would open the bag any more.
    pub fn remove(&mut self, id: &SlotId) -> Result<Vec<Rotated>, KeyError> {
        let index = self.slots.iter().position(|slot| slot.id == *id).ok_or(KeyError::NoSuchSlot)?;
        let owners = self.slots.iter().filter(|slot| slot.right == SlotRight::Own).count();
        if self.slots[index].right == SlotRight::Own && owners == 1 {
            return Err(KeyError::LastOwnerSlot);
        }
        let removed = self.slots.remove(index);
        match removed.space {
            Some(space) => Ok(vec![self.rotate_space(&space)?]),
            None => self.rotate_all(),
        }
    }

    /// Adds a space with a key of its own.
    ///
    /// # Errors
    /// [`KeyError::TooMany`].
    pub fn add_space(&mut self) -> Result<SpaceId, KeyError> {
        if self.spaces.len() >= MAX_SPACES {
            return Err(KeyError::TooMany("spaces"));
        }
        let id = SpaceId::random();
        self.spaces.push(Space { id, keys: vec![SpaceKey::random(1)] });
        Ok(id)
    }

    /// Seals keyring and slots anew, signs the header of the next version, and returns both to be written.
    ///
    /// # Errors
    /// [`KeyError::TooMany`] after 2^64 versions.
    pub fn publish(&mut self) -> Result<Published, KeyError> {
        self.version = self.version.checked_add(1).ok_or(KeyError::TooMany("versions"))?;
        let keyring = file::seal(self);
        let mut header = Header::unsigned(self.bag, self.version, self.suite, file::hash(&keyring));
        header.spaces = self.spaces.iter().map(|space| (space.id, space.current().epoch())).collect();
        header.slots = self.slots.iter().map(|slot| self.wrap(slot)).collect::<Result<_, _>>()?;
        let header = header.sign(&self.current_owner().sign).to_json();
        Ok(Published { version: self.version, keyring, header })
    }

    /// Returns the bag's id.
    #[must_use]
    pub fn bag(&self) -> BagId {
        self.bag
    }

    /// Returns the bag's cipher.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Returns the version of the header last published or opened.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Returns the home space.
    #[must_use]
    pub fn home(&self) -> SpaceId {
        self.home
    }

    /// Returns each space with its epoch, home first.
    pub fn spaces(&self) -> impl Iterator<Item = (SpaceId, u32)> {
        self.spaces.iter().map(|space| (space.id, space.current().epoch()))
    }

    /// Returns the slots, in the order they were made.
    #[must_use]
    pub fn slots(&self) -> &[KeyringSlot] {
        &self.slots
    }

    /// Returns the key that verifies this bag's headers.
    #[must_use]
    pub fn owner(&self) -> VerifyKey {
        self.current_owner().sign.public()
    }

    /// Returns what others seal to when they send something to the owner.
    #[must_use]
    pub fn owner_wrap(&self) -> &WrapPublic {
        self.current_owner().wrap.public()
    }

    /// Derives the keys of a space in its current epoch.
    ///
    /// # Errors
    /// [`KeyError::NoSuchSpace`].
    pub fn space_keys(&self, space: &SpaceId) -> Result<SpaceKeys, KeyError> {
        Ok(self.space(space)?.current().derive(self.suite, &self.bag, space))
    }

    /// Derives the keys of a space in every epoch it had, oldest first: packs of old epochs stay.
    ///
    /// # Errors
    /// [`KeyError::NoSuchSpace`].
    pub fn space_keys_of_all_epochs(&self, space: &SpaceId) -> Result<Vec<SpaceKeys>, KeyError> {
        let keys = self.space(space)?.keys.iter();
        Ok(keys.map(|key| key.derive(self.suite, &self.bag, space)).collect())
    }

    fn space(&self, id: &SpaceId) -> Result<&Space, KeyError> {
        self.spaces.iter().find(|space| space.id == *id).ok_or(KeyError::NoSuchSpace)
    }

    #[expect(clippy::expect_used, reason = "made with one, opened with at least one, and none is ever taken away")]
    fn current_owner(&self) -> &OwnerKeys {
        self.owner.last().expect("an owner has keys")
    }

    fn rotate_space(&mut self, id: &SpaceId) -> Result<Rotated, KeyError> {
        let space = self.spaces.iter_mut().find(|space| space.id == *id).ok_or(KeyError::NoSuchSpace)?;
        let from = space.current().epoch();
        let to = from.checked_add(1).ok_or(KeyError::TooMany("epochs"))?;
        space.keys.push(SpaceKey::random(to));
        Ok(Rotated { space: *id, from, to })
    }

    /// Old generations stay in the keyring: what was sealed to them must still open.
    fn rotate_all(&mut self) -> Result<Vec<Rotated>, KeyError> {
        self.bag_key = BagKey(random());
        self.owner.push(OwnerKeys::random());
        let spaces: Vec<SpaceId> = self.spaces.iter().map(|space| space.id).collect();
        spaces.iter().map(|space| self.rotate_space(space)).collect()
    }

    fn wrap(&self, slot: &KeyringSlot) -> Result<Slot, KeyError> {
        let held = match slot.space {
            None => Held::Bag(BagKey(self.bag_key.0)),
            Some(space) => {
                let key = self.space(&space)?.current();
                Held::Space { space, key: SpaceKey::from_parts(key.as_bytes(), key.epoch()) }
            }
        };
        let payload = Payload { bag: self.bag, right: slot.right, until: slot.until, owner: self.owner(), held };
        let place = Place { bag: &self.bag, suite: self.suite };
        Ok(Slot::seal(&place, slot.id, slot.lock.clone(), slot.commitment, &slot.public, &payload))
    }

    /// Checks that header and keyring say the same: neither can be put together with an older other.
    fn agrees(&self, header: &Header, owner: &VerifyKey) -> Result<(), KeyError> {
        if self.owner() != *owner {
            return Err(KeyError::AlteredKeyring("another owner's key"));
        }
        let mut spaces: Vec<_> = self.spaces().collect();
        spaces.sort_unstable();
        if spaces != header.spaces {
            return Err(KeyError::AlteredKeyring("other spaces or epochs"));
        }
        let mut slots: Vec<_> = self.slots.iter().map(|slot| (slot.id, &slot.lock, &slot.commitment)).collect();
        slots.sort_unstable_by_key(|(id, ..)| *id);
        if !slots.into_iter().eq(header.slots.iter().map(|slot| (slot.id, &slot.lock, &slot.commitment))) {
            return Err(KeyError::AlteredKeyring("other slots"));
        }
        Ok(())
    }
}

impl OwnerKeys {
    fn random() -> Self {
        Self { sign: SignSecret::random(), wrap: WrapSecret::from_bytes(&random_key()) }
    }

    fn copy(&self) -> Self {
        Self { sign: SignSecret::from_seed(&self.sign.seed()), wrap: WrapSecret::from_bytes(&self.wrap.to_bytes()) }
    }
}

impl Space {
    #[expect(clippy::expect_used, reason = "made with one, opened with at least one, and none is ever taken away")]
    fn current(&self) -> &SpaceKey {
        self.keys.last().expect("a space has a key")
    }
}
