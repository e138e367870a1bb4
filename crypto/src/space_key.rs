//! The key of a space in one epoch, and the keys that come from it.

use data_encoding::HEXLOWER;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    BagId, ChunkCipher, RecordCipher, SpaceId, Suite, WrapSecret,
    derive::{CONVERGENCE_KEY, DATABASE_KEY, DROP_KEY, FROM_SPACE_KEY, PACK_HEADER_KEY, expand},
    random::random,
};

/// The random key of a space in one epoch. Everything inside the space is sealed under keys that come from it.
#[derive(ZeroizeOnDrop)]
pub struct SpaceKey {
    key: [u8; 32],
    epoch: u32,
}

impl SpaceKey {
    /// Makes the key of an epoch.
    #[must_use]
    pub fn random(epoch: u32) -> Self {
        Self { key: random(), epoch }
    }

    /// Returns the epoch: 1 for the first key of a space, one more at each rotation.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Derives all keys of the space together, so that none is ever left behind by a rotation.
    ///
    /// Each is `HKDF-SHA-256(salt "cartable/1 space key", key, label || 0x00 || bag || space || epoch || suite)`.
    #[must_use]
    pub fn derive(&self, suite: Suite, bag: &BagId, space: &SpaceId) -> SpaceKeys {
        let epoch = self.epoch.to_le_bytes();
        let context: [&[u8]; 4] = [bag.as_bytes(), space.as_bytes(), &epoch, &[suite.number()]];
        let derived = |label| expand(FROM_SPACE_KEY, &self.key, label, &context);
        SpaceKeys {
            database: DatabaseKey { key: *derived(DATABASE_KEY) },
            chunks: ChunkCipher::new(&derived(CONVERGENCE_KEY), suite),
            records: RecordCipher::new(&derived(PACK_HEADER_KEY)),
            drop: WrapSecret::derive(&derived(DROP_KEY)),
            epoch: self.epoch,
        }
    }

    /// Takes the key as it was kept inside another space.
    #[must_use]
    pub fn from_parts(key: &[u8; 32], epoch: u32) -> Self {
        Self { key: *key, epoch }
    }

    /// Shows the key, to be kept inside another space: whoever opens that opens this.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.key
    }
}

/// The keys of a space in one epoch.
pub struct SpaceKeys {
    /// Opens the space's database.
    pub database: DatabaseKey,
    /// Addresses, seals and opens chunks.
    pub chunks: ChunkCipher,
    /// Seals and opens the headers of records in packs.
    pub records: RecordCipher,
    /// Opens what was deposited by those who may add but not read.
    pub drop: WrapSecret,
    /// The epoch all these belong to.
    pub epoch: u32,
}

/// The raw key of a space's database.
#[derive(ZeroizeOnDrop)]
pub struct DatabaseKey {
    key: [u8; 32],
}

impl DatabaseKey {
    /// Returns the text for SQLCipher's `PRAGMA key`: `x'` 64 hexadecimal digits `'`, a raw key without any stretching.
    #[must_use]
    pub fn pragma(&self) -> Zeroizing<String> {
        // Room for all of it at once: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(67));
        text.push_str("x'");
        HEXLOWER.encode_append(&self.key, &mut text);
        text.push('\'');
        text
    }
}
