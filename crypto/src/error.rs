//! What can go wrong with keys and sealed bytes. No variant holds a key, a secret or an opened byte.

/// Sealed bytes that did not open: altered, truncated, moved, or sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Lengths or ranges that no sealed object can have.
    #[error("the sealed bytes have an impossible length")]
    Length,
    /// The authentication tag does not match.
    #[error("the sealed bytes are not what was sealed")]
    Altered,
    /// Everything opened, but the content is not the one that the reference names.
    #[error("the content is not the one that its reference names")]
    WrongContent,
}

/// Why a header, a slot, a keyring or a secret was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a header, or one with a missing, repeated, unknown or impossible field.
    #[error("the header is malformed: {0}")]
    Malformed(String),
    /// A format that this program does not know.
    #[error("the bag has format {found}, this program knows format {known}")]
    NewerFormat {
        /// What the header says.
        found: u64,
        /// The newest that this program knows.
        known: u16,
    },
    /// Argon2id parameters outside the bounds fixed in code.
    #[error("the header asks for {memory_kib} KiB, {passes} passes and {lanes} lanes of Argon2id, outside the bounds")]
    Cost {
        /// Memory asked for, in KiB.
        memory_kib: u64,
        /// Passes asked for.
        passes: u64,
        /// Lanes asked for.
        lanes: u64,
    },
    /// No slot opens with this secret.
    #[error("no slot of this bag opens with this secret")]
    WrongSecret,
    /// The slot of this secret was altered.
    #[error("the slot of this secret was altered")]
    AlteredSlot,
    /// The owner's signature does not cover this header.
    #[error("the header was altered: its signature does not match")]
    AlteredHeader,
    /// The keyring is not the one that the header names, or disagrees with it.
    #[error("the keyring does not belong to this header: {0}")]
    AlteredKeyring(&'static str),
    /// The secret opens a space, not the bag.
    #[error("this secret does not open the keyring")]
    NotOwner,
    /// A text that is not a code of ours: wrong length, wrong letter or wrong checksum.
    #[error("this is not a code made by cartable: {0}")]
    BadCode(&'static str),
    /// A secret that can't be used: empty, or too long.
    #[error("this secret cannot be used: {0}")]
    BadSecret(&'static str),
    /// The slot is not in the keyring.
    #[error("no such slot")]
    NoSuchSlot,
    /// The space is not in the keyring.
    #[error("no such space")]
    NoSuchSpace,
    /// Removing the last slot that opens the whole bag.
    #[error("the last slot that opens the whole bag can't be removed")]
    LastOwnerSlot,
    /// More slots, spaces or epochs than a header can hold.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// The memory for Argon2id could not be had.
    #[error("not enough memory to check the passphrase")]
    NoMemory,
}

impl KeyError {
    /// Makes a [`KeyError::Malformed`].
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}
