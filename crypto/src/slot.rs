//! Slots: wrapped copies of keys in the public header, each sealed to the public key of one secret.
//!
//! The owner seals them from public keys in the keyring and so re-wraps any slot without knowing its secret.

use zeroize::Zeroizing;

use crate::{
    BagId, Cost, KeyError, OpenError, SlotId, SpaceId, SpaceKey, Suite, VerifyKey, WrapPublic,
    bytes::Reader,
    derive::{FORMAT, SLOT_HASH, SLOT_SEAL, hash},
    keyring::BagKey,
    secret::{Root, Secret},
    wrap::ENCAPSULATED_BYTES,
};

/// What the holder of a slot may do. The number is what is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SlotRight {
    /// Everything: the slot holds the bag key.
    Own = 1,
    /// List and read home.
    Read = 2,
    /// Read and change home.
    Edit = 3,
    /// List and read a space that is shared.
    GuestRead = 4,
    /// Read and change a space that is shared.
    GuestEdit = 5,
}

impl SlotRight {
    /// Whether the space is not home, but one that is shared with the holder.
    #[must_use]
    pub fn is_guest(self) -> bool {
        matches!(self, Self::GuestRead | Self::GuestEdit)
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        [Self::Own, Self::Read, Self::Edit, Self::GuestRead, Self::GuestEdit]
            .into_iter()
            .find(|right| *right as u8 == number)
    }
}

/// What a slot held.
pub enum Held {
    /// The key of the bag, which opens the keyring.
    Bag(BagKey),
    /// The key of one space.
    Space {
        /// Which space.
        space: SpaceId,
        /// Its key.
        key: SpaceKey,
    },
}

/// How a slot is found and its secret checked. Public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lock {
    /// A passphrase, stretched at this cost with this salt.
    Passphrase { cost: Cost, salt: [u8; 32] },
    /// A random secret, found by this tag.
    Random { tag: [u8; 32] },
}

impl Lock {
    /// Kind, then cost (memory, passes, lanes) and salt, or the tag.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Passphrase { cost, salt } => {
                out.push(1);
                out.extend_from_slice(&cost.memory_kib().to_le_bytes());
                out.extend_from_slice(&cost.passes().to_le_bytes());
                out.extend_from_slice(&cost.lanes().to_le_bytes());
                out.extend_from_slice(salt);
            }
            Self::Random { tag } => {
                out.push(2);
                out.extend_from_slice(tag);
            }
        }
    }

    pub(crate) fn decode(from: &mut Reader<'_>) -> Option<Self> {
        match from.u8()? {
            1 => {
                let cost = Cost::new(from.u32()?.into(), from.u32()?.into(), from.u32()?.into()).ok()?;
                Some(Self::Passphrase { cost, salt: *from.array()? })
            }
            2 => Some(Self::Random { tag: *from.array()? }),
            _ => None,
        }
    }

    /// Returns what stands for the secret, when it is of this lock's kind; a passphrase is stretched.
    pub(crate) fn root(&self, bag: &BagId, secret: &Secret) -> Result<Option<Root>, KeyError> {
        match (self, secret) {
            (Self::Passphrase { cost, salt }, Secret::Passphrase(passphrase)) => {
                Ok(Some(Root::stretched(&*cost.stretch(passphrase.as_bytes(), salt)?)))
            }
            (Self::Random { tag }, Secret::Recovery(code)) => {
                let root = Root::random(code);
                Ok((root.tag(bag, "") == *tag).then_some(root))
            }
            (Self::Random { tag }, Secret::App(app)) => {
                let root = Root::random(&app.password);
                Ok((root.tag(bag, &app.login.to_string()) == *tag).then_some(root))
            }
            (Self::Passphrase { .. }, Secret::Recovery(_) | Secret::App(_))
            | (Self::Random { .. }, Secret::Passphrase(_)) => Ok(None),
        }
    }
}

/// A slot as it stands in the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) id: SlotId,
    pub(crate) lock: Lock,
    pub(crate) commitment: [u8; 32],
    /// Encapsulated key, ciphertext and tag.
    pub(crate) sealed: [u8; SEALED_BYTES],
}

impl Slot {
    /// Seals what a slot holds to the public key of its secret.
    pub(crate) fn seal(
        place: &Place<'_>,
        id: SlotId,
        lock: Lock,
        commitment: [u8; 32],
        public: &WrapPublic,
        payload: &Payload,
    ) -> Self {
        let mut slot = Self { id, lock, commitment, sealed: [0; SEALED_BYTES] };
        let sealed = public.seal(&slot.info(place), &slot.aad(place), payload.encode().as_slice());
        slot.sealed.copy_from_slice(&sealed);
        slot
    }

    /// Opens the slot with a secret of its kind whose commitment was compared.
    pub(crate) fn open(&self, place: &Place<'_>, root: &Root) -> Result<Payload, KeyError> {
        let secret = root.key_pair(place.bag, &self.id);
        let opened = secret.open(&self.info(place), &self.aad(place), &self.sealed);
        let plain = opened.map_err(|_: OpenError| KeyError::AlteredSlot)?;
        Payload::decode(place, &plain).ok_or(KeyError::AlteredSlot)
    }

    /// Returns the hash that the owner signs.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut lock = Vec::new();
        self.lock.encode(&mut lock);
        hash(SLOT_HASH, &[self.id.as_bytes(), &lock, &self.commitment, &self.sealed])
    }

    fn info(&self, place: &Place<'_>) -> Vec<u8> {
        [SLOT_SEAL, &[0], place.bag.as_bytes(), self.id.as_bytes()].concat()
    }

    fn aad(&self, place: &Place<'_>) -> Vec<u8> {
        let mut aad = FORMAT.to_le_bytes().to_vec();
        aad.push(place.suite.number());
        self.lock.encode(&mut aad);
        aad.extend_from_slice(&self.commitment);
        aad
    }
}

/// Where a slot stands, bound into its seal.
pub(crate) struct Place<'a> {
    pub(crate) bag: &'a BagId,
    pub(crate) suite: Suite,
}

/// What is sealed in a slot. All slots have the same length, whatever they hold.
pub(crate) struct Payload {
    pub(crate) bag: BagId,
    pub(crate) right: SlotRight,
    /// Seconds since 1970; none is for ever.
    pub(crate) until: Option<u64>,
    /// The key that verifies the header.
    pub(crate) owner: VerifyKey,
    pub(crate) held: Held,
}

impl Payload {
    /// Format, bag, space (zeros for the bag key), epoch (0 for the bag key), right, until (0 is for ever), verification key, key.
    pub(crate) fn encode(&self) -> Zeroizing<[u8; PAYLOAD_BYTES]> {
        let (space, epoch, key) = match &self.held {
            Held::Bag(key) => ([0; 16], 0, key.as_bytes()),
            Held::Space { space, key } => (*space.as_bytes(), key.epoch(), key.as_bytes()),
        };
        let mut out = Zeroizing::new([0; PAYLOAD_BYTES]);
        let (format, epoch) = (FORMAT.to_le_bytes(), epoch.to_le_bytes());
        let (until, owner) = (self.until.unwrap_or(0).to_le_bytes(), self.owner.to_bytes());
        let fields: [&[u8]; 8] =
            [&format, self.bag.as_bytes(), &space, &epoch, &[self.right as u8], &until, &owner, key];
        let mut rest = out.as_mut_slice();
        for field in fields {
            let (place, later) = rest.split_at_mut(field.len());
            place.copy_from_slice(field);
            rest = later;
        }
        out
    }

    fn decode(place: &Place<'_>, plain: &[u8]) -> Option<Self> {
        let mut from = Reader::new(plain);
        let (format, bag) = (from.u16()?, BagId::from_bytes(*from.array()?));
        let (space, epoch) = (from.array::<16>()?, from.u32()?);
        let (right, until) = (SlotRight::from_number(from.u8()?)?, from.u64()?);
        let owner = VerifyKey::from_bytes(from.array()?).ok()?;
        let key = from.array::<32>()?;
        let held = match (right, epoch) {
            (SlotRight::Own, 0) if *space == [0; 16] => Held::Bag(BagKey::from_bytes(key)),
            (SlotRight::Read | SlotRight::Edit | SlotRight::GuestRead | SlotRight::GuestEdit, 1..) => {
                Held::Space { space: SpaceId::from_bytes(*space), key: SpaceKey::from_parts(key, epoch) }
            }
            _ => return None,
        };
        let whole = from.finished() && format == FORMAT && bag == *place.bag;
        whole.then_some(Self { bag, right, until: (until != 0).then_some(until), owner, held })
    }
}

/// Bytes of what a slot seals.
const PAYLOAD_BYTES: usize = 2 + 16 + 16 + 4 + 1 + 8 + 32 + 32;
/// Bytes of a sealed slot.
pub(crate) const SEALED_BYTES: usize = ENCAPSULATED_BYTES + PAYLOAD_BYTES + 16;
