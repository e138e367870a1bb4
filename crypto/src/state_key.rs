//! The key of a state folder: what a device remembers about bags, outside them, can't be forged by who holds the bag.

use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    BagId, OpenError, RecordCipher,
    derive::{BAG_STATE_KEY, FROM_STATE_KEY, expand},
    random::random,
};

/// A random key kept in the state folder of one device.
#[derive(ZeroizeOnDrop)]
pub struct StateKey {
    key: [u8; 32],
}

impl StateKey {
    /// Makes a key.
    #[must_use]
    pub fn random() -> Self {
        Self { key: random() }
    }

    /// Returns the key stored as these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self { key: *bytes }
    }

    /// Returns what is stored, in a file that only its owner can read.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key)
    }

    /// Seals what is remembered about a bag.
    #[must_use]
    pub fn seal(&self, bag: &BagId, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        self.cipher(bag).seal(&[], plain, &mut out);
        out
    }

    /// Opens what [`StateKey::seal`] made for the same bag.
    ///
    /// # Errors
    /// [`OpenError`] when it was altered, or belongs to another bag or state folder.
    pub fn open(&self, bag: &BagId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.cipher(bag).open(&[], sealed)
    }

    fn cipher(&self, bag: &BagId) -> RecordCipher {
        RecordCipher::new(&expand(FROM_STATE_KEY, &self.key, BAG_STATE_KEY, &[bag.as_bytes()]))
    }
}
