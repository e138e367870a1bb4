//! Chunks: how a piece of content is addressed and sealed.
//!
//! `h = BLAKE3(plain)`, `key = BLAKE3-keyed(convergence key, params || h)`, `id = BLAKE3-derive("cartable/1 chunk id", key)`.
//! The convergence key is the space's, so equal content is found again inside a space and shows as equal nowhere else
//! (Tahoe-LAFS: the confirmation-of-a-file attack). The parameters are in the key: other parameters, other key and id.
//!
//! Since the key is unique to content and parameters, the nonce may be the segment's number; see `segment`.

use std::ops::Range;

use aes_gcm::Aes256Gcm;
use chacha20poly1305::{ChaCha20Poly1305, aead::KeyInit};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    OpenError, SEGMENT_BYTES, Suite,
    derive::{CHUNK_ID, FORMAT, hash},
    segment::{self, span},
};

/// What opens one chunk: its key and the hash of its content. It is a key: whoever holds it can read the chunk.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ChunkRef {
    key: [u8; 32],
    hash: [u8; 32],
}

impl ChunkRef {
    /// Returns the reference stored as these bytes: the key, then the hash.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut reference = Self { key: [0; 32], hash: [0; 32] };
        reference.key.copy_from_slice(&bytes[..32]);
        reference.hash.copy_from_slice(&bytes[32..]);
        reference
    }

    /// Returns what is stored in the space's database: the key, then the hash.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        let mut bytes = Zeroizing::new([0; 64]);
        bytes[..32].copy_from_slice(&self.key);
        bytes[32..].copy_from_slice(&self.hash);
        bytes
    }

    /// Returns the hash of the content.
    #[must_use]
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Returns the public name of the chunk, from which neither key nor content can be computed.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        hash(CHUNK_ID, &[&self.key])
    }
}

/// Addresses, seals and opens the chunks of one space in one epoch.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ChunkCipher {
    convergence: [u8; 32],
    #[zeroize(skip)]
    suite: Suite,
}

impl ChunkCipher {
    pub(crate) fn new(convergence: &[u8; 32], suite: Suite) -> Self {
        Self { convergence: *convergence, suite }
    }

    /// Returns the reference of this content: the same bytes have the same reference in this space and epoch.
    #[must_use]
    pub fn reference(&self, plain: &[u8]) -> ChunkRef {
        let hash = *blake3::hash(plain).as_bytes();
        let mut hasher = blake3::Hasher::new_keyed(&self.convergence);
        hasher.update(&self.params()).update(&hash);
        let key = *hasher.finalize().as_bytes();
        hasher.zeroize();
        ChunkRef { key, hash }
    }

    /// Seals `plain` into `out`, which is [`sealed_bytes`](crate::sealed_bytes)`(plain.len())` long.
    ///
    /// `reference` must be the one that [`ChunkCipher::reference`] gave for the same bytes: under the reference of other content
    /// two messages would share a nonce. It is not hashed a second time here; tests do.
    ///
    /// # Panics
    /// When `out` has another length.
    pub fn seal(&self, reference: &ChunkRef, plain: &[u8], out: &mut [u8]) {
        debug_assert!(self.reference(plain).key == reference.key, "a reference seals its own content only");
        match self.suite {
            Suite::ChaCha20Poly1305 => segment::seal(&ChaCha20Poly1305::new(&reference.key.into()), plain, out),
            Suite::Aes256Gcm => segment::seal(&Aes256Gcm::new(&reference.key.into()), plain, out),
        }
    }

    /// Opens `range` of a chunk of `plain_bytes` into `out`, which is `range.len()` long. `sealed` holds exactly the bytes that
    /// [`span`] names for that range; they are overwritten. Nothing is allocated.
    ///
    /// # Errors
    /// [`OpenError`] when the lengths don't fit or a segment was altered, truncated or moved; `out` is then all zeros.
    pub fn open(
        &self,
        reference: &ChunkRef,
        plain_bytes: u32,
        range: Range<u32>,
        sealed: &mut [u8],
        out: &mut [u8],
    ) -> Result<(), OpenError> {
        match self.suite {
            Suite::ChaCha20Poly1305 => {
                segment::open(&ChaCha20Poly1305::new(&reference.key.into()), plain_bytes, range, sealed, out)
            }
            Suite::Aes256Gcm => segment::open(&Aes256Gcm::new(&reference.key.into()), plain_bytes, range, sealed, out),
        }
    }

    /// Opens a whole chunk and compares its content with the hash of its reference: for `check`, and for chunks whose key
    /// somebody else ever held (who knows the key can seal other content under it).
    ///
    /// # Errors
    /// As [`ChunkCipher::open`], and [`OpenError::WrongContent`] when the content has another hash.
    pub fn open_verified(
        &self,
        reference: &ChunkRef,
        plain_bytes: u32,
        sealed: &mut [u8],
    ) -> Result<Vec<u8>, OpenError> {
        // Compared before allocating: the length may come from a damaged index.
        if sealed.len() != crate::sealed_bytes(plain_bytes) as usize {
            return Err(OpenError::Length);
        }
        let mut plain = vec![0; plain_bytes as usize];
        if plain.is_empty() {
            match self.suite {
                Suite::ChaCha20Poly1305 => {
                    segment::open_empty(&ChaCha20Poly1305::new(&reference.key.into()), sealed)?;
                }
                Suite::Aes256Gcm => segment::open_empty(&Aes256Gcm::new(&reference.key.into()), sealed)?,
            }
        } else {
            let whole = span(plain_bytes, 0..plain_bytes);
            debug_assert_eq!(whole.len(), sealed.len());
            self.open(reference, plain_bytes, 0..plain_bytes, sealed, &mut plain)?;
        }
        let same: bool = blake3::hash(&plain).as_bytes().ct_eq(&reference.hash).into();
        if same { Ok(plain) } else { Err(OpenError::WrongContent) }
    }

    /// Format (2 bytes), suite (1), segment size (4), encoding (1: 0 is none), little-endian.
    fn params(&self) -> [u8; 8] {
        let mut params = [0; 8];
        params[..2].copy_from_slice(&FORMAT.to_le_bytes());
        params[2] = self.suite.number();
        params[3..7].copy_from_slice(&SEGMENT_BYTES.to_le_bytes());
        params
    }
}
