//! Changes of a keyring, and what is written after them.
//!
//! Removing a slot rotates what it held, here and not by the caller's good will: an owner slot knew every key, so all of
//! them change, the owner's own included.

use super::{BagKey, Grant, Keyring, KeyringSlot, OwnerKeys, SlotKind, Space, file};
use crate::{
    Cost, Header, KeyError, Secret, SlotId, SlotRight, SpaceId, SpaceKey,
    header::{MAX_PASSPHRASES, MAX_SLOTS, MAX_SPACES},
    random::random,
    secret::Root,
    slot::{Held, Lock, Payload, Place, Slot},
};

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
            (Secret::App(_), Grant::Space { space, right, until }) if right.is_guest() && space != self.home => {
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
            Secret::Recovery(code) => Lock::Random { tag: Root::random(code).tag(&self.bag, "") },
            Secret::App(app) => {
                let root = Root::random(&app.password);
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
            // Home holds the keys of all that is linked in it.
            Some(space) if space == self.home => self.rotate_spaces(),
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
        self.rotate_spaces()
    }

    fn rotate_spaces(&mut self) -> Result<Vec<Rotated>, KeyError> {
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
}
