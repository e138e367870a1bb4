//! What the keyring knows of slots, and what a new slot may hold.

use crate::{SlotId, SlotRight, SpaceId, WrapPublic, slot::Lock};

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
    pub(super) lock: Lock,
    pub(super) commitment: [u8; 32],
    pub(super) public: WrapPublic,
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
    /// The key of a space that is shared, for a guest.
    Space {
        /// Which space; never home.
        space: SpaceId,
        /// What the guest may do: one of a guest's rights.
        right: SlotRight,
        /// Until when, in seconds since 1970; none is for ever.
        until: Option<u64>,
    },
}
