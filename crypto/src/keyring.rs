//! The keyring: every key of a bag, in one sealed file that only owner slots open.
//!
//! It holds each space's key in every epoch, the owner's keys in every generation, and the public key of each slot. From it alone
//! comes a header: [`Keyring::publish`] takes public keys from here and never from the header, so a host can't slip in its own.
//!
//! Changes are made on a [`Keyring::draft`]; what is published is written keyring first, header last (the caller does). A
//! draft that was not written is dropped and nothing happened.

mod change;
mod file;
mod slots;

use zeroize::ZeroizeOnDrop;

use crate::{
    BagId, Header, KeyError, SpaceId, SpaceKey, SpaceKeys, Suite, Unlocked, VerifyKey, WrapPublic, WrapSecret,
    random::{random, random_key},
    signing::SignSecret,
    slot::Held,
};

pub use change::{Published, Rotated};
pub use slots::{Grant, KeyringSlot, SlotKind};

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
    pub fn space_key(&self, space: &SpaceId) -> Result<SpaceKey, KeyError> {
        let current = self.space(space)?.current();
        Ok(SpaceKey::from_parts(current.as_bytes(), current.epoch()))
    }

    /// Returns the keys that come from a space's current one.
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
