//! The public header of a bag, `bag.json`: which spaces there are, in which epoch, and the slots. It names nobody.
//!
//! The owner signs a binary form of it, so its JSON may be laid out in any way; what it says may not change. The key to verify
//! with comes from inside a slot, so a header proves itself only to those who can open one: [`Header::unlock`] is the
//! only way from a header to a key, and it verifies before it answers.

mod json;

use crate::{
    BagId, KeyError, SlotId, SlotRight, SpaceId, Suite, VerifyKey,
    bytes::put_count,
    derive::{FORMAT, HEADER_HASH, HEADER_SIGNATURE, hash},
    secret::Secret,
    signing::SignSecret,
    slot::{Held, Lock, Place, Slot},
};

/// A well-formed header. Nothing of it is proven before [`Header::unlock`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub(crate) bag: BagId,
    pub(crate) version: u64,
    pub(crate) suite: Suite,
    /// In growing order of ids.
    pub(crate) spaces: Vec<(SpaceId, u32)>,
    /// In growing order of ids.
    pub(crate) slots: Vec<Slot>,
    /// The hash of the keyring file.
    pub(crate) keyring: [u8; 32],
    signature: [u8; 64],
}

impl Header {
    /// The largest header, in bytes.
    pub const MAX_BYTES: usize = 4 << 20;

    /// Reads `bag.json`, strictly: an unknown, missing or repeated field is refused, so is an absurd one, at once.
    ///
    /// # Errors
    /// [`KeyError::NewerFormat`], [`KeyError::Cost`] or [`KeyError::Malformed`].
    pub fn parse(json: &[u8]) -> Result<Self, KeyError> {
        json::parse(json)
    }

    /// Returns the text of `bag.json`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        json::write(self)
    }

    /// Makes a header and signs it. Spaces and slots are brought into order.
    pub(crate) fn sign(mut self, owner: &SignSecret) -> Self {
        self.spaces.sort_unstable_by_key(|(id, _)| *id);
        self.slots.sort_unstable_by_key(|slot| slot.id);
        self.signature = owner.sign(&self.signed_bytes());
        self
    }

    pub(crate) fn unsigned(bag: BagId, version: u64, suite: Suite, keyring: [u8; 32]) -> Self {
        Self { bag, version, suite, spaces: Vec::new(), slots: Vec::new(), keyring, signature: [0; 64] }
    }

    /// Returns the bag's id.
    #[must_use]
    pub fn bag(&self) -> BagId {
        self.bag
    }

    /// Returns the header's version, which grows with each change of keys.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Returns the bag's cipher.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Returns each space with its epoch.
    #[must_use]
    pub fn spaces(&self) -> &[(SpaceId, u32)] {
        &self.spaces
    }

    /// Whether a slot stands in it.
    #[must_use]
    pub fn has_slot(&self, id: &SlotId) -> bool {
        self.slots.binary_search_by_key(id, |slot| slot.id).is_ok()
    }

    /// Returns a hash of all that is signed: two headers of one version that differ are two histories.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        hash(HEADER_HASH, &[&self.signed_bytes()])
    }

    /// Opens the slot of a secret and verifies the whole header with the owner's key found in it.
    ///
    /// A passphrase is tried on each passphrase slot, at about half a second a slot; a random secret finds its slot by its tag.
    ///
    /// # Errors
    /// [`KeyError::WrongSecret`] when no slot is of this secret, [`KeyError::AlteredSlot`] or [`KeyError::AlteredHeader`] when one
    /// is, but it or the rest is not what the owner made.
    pub fn unlock(&self, secret: &Secret) -> Result<Unlocked<'_>, KeyError> {
        use subtle::ConstantTimeEq;

        let place = Place { bag: &self.bag, suite: self.suite };
        for slot in &self.slots {
            let Some(root) = slot.lock.root(&self.bag, secret)? else {
                continue;
            };
            let same: bool = root.commitment(&self.bag, &slot.id).ct_eq(&slot.commitment).into();
            if !same {
                continue;
            }
            let payload = slot.open(&place, &root)?;
            payload.owner.verify(&self.signed_bytes(), &self.signature)?;
            self.holds(&payload.held)?;
            return Ok(Unlocked {
                header: self,
                slot: slot.id,
                owner: payload.owner,
                right: payload.right,
                until: payload.until,
                held: payload.held,
            });
        }
        Err(KeyError::WrongSecret)
    }

    /// Checks that a slot's space is in the header, in the same epoch.
    fn holds(&self, held: &Held) -> Result<(), KeyError> {
        match held {
            Held::Bag(_) => Ok(()),
            Held::Space { space, key } if self.spaces.contains(&(*space, key.epoch())) => Ok(()),
            Held::Space { .. } => Err(KeyError::AlteredSlot),
        }
    }

    /// The bytes that are signed: label, 0, bag, version, format, suite, spaces with epochs, slot hashes, keyring hash.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut out = HEADER_SIGNATURE.to_vec();
        out.push(0);
        out.extend_from_slice(self.bag.as_bytes());
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.push(self.suite.number());
        put_count(&mut out, self.spaces.len());
        for (space, epoch) in &self.spaces {
            out.extend_from_slice(space.as_bytes());
            out.extend_from_slice(&epoch.to_le_bytes());
        }
        put_count(&mut out, self.slots.len());
        for slot in &self.slots {
            out.extend_from_slice(&slot.hash());
        }
        out.extend_from_slice(&self.keyring);
        out
    }

    /// Checks what no signature can: bounds and order.
    fn checked(self) -> Result<Self, KeyError> {
        let spaces_grow = self.spaces.is_sorted_by(|(a, _), (b, _)| a < b);
        let slots_grow = self.slots.is_sorted_by(|a, b| a.id < b.id);
        let passphrases = self.slots.iter().filter(|slot| matches!(slot.lock, Lock::Passphrase { .. })).count();
        if !spaces_grow || !slots_grow {
            return Err(KeyError::malformed("spaces and slots must stand in growing order, each once"));
        }
        if self.version == 0 || self.spaces.iter().any(|(_, epoch)| *epoch == 0) {
            return Err(KeyError::malformed("versions and epochs begin at 1"));
        }
        if self.spaces.len() > MAX_SPACES || self.slots.len() > MAX_SLOTS || passphrases > MAX_PASSPHRASES {
            return Err(KeyError::malformed("too many spaces or slots"));
        }
        Ok(self)
    }
}

/// What a secret opened, in a header that is the owner's.
pub struct Unlocked<'h> {
    pub(crate) header: &'h Header,
    /// The slot that opened.
    pub slot: SlotId,
    /// The owner's key.
    pub owner: VerifyKey,
    /// What the holder may do.
    pub right: SlotRight,
    /// Until when, in seconds since 1970; none is for ever. The doors enforce it.
    pub until: Option<u64>,
    /// The key.
    pub held: Held,
}

/// Most spaces in a header.
pub(crate) const MAX_SPACES: usize = 4096;
/// Most slots in a header.
pub(crate) const MAX_SLOTS: usize = 1024;
/// Most passphrase slots: each costs half a second to whoever types a wrong passphrase.
pub(crate) const MAX_PASSPHRASES: usize = 8;
