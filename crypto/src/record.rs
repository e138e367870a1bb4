//! Sealing of small records under one key: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a random nonce of 24 bytes, long
//! enough that no two of them ever meet.

use chacha20poly1305::{
    Tag, XChaCha20Poly1305, XNonce,
    aead::{AeadInOut, KeyInit},
};
use zeroize::Zeroizing;

use crate::{OpenError, random::random};

const NONCE: usize = 24;
const TAG: usize = 16;

/// Seals and opens records. The context says what a record is and where it stands, so records can't be swapped.
pub struct RecordCipher {
    aead: XChaCha20Poly1305,
}

impl RecordCipher {
    /// Bytes that sealing adds: the nonce before, the tag behind.
    pub const OVERHEAD: usize = NONCE + TAG;

    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { aead: XChaCha20Poly1305::new(&(*key).into()) }
    }

    /// Appends `nonce || ciphertext || tag` to `out`. `context` is authenticated, not stored.
    pub fn seal(&self, context: &[u8], plain: &[u8], out: &mut Vec<u8>) {
        let nonce: [u8; NONCE] = random();
        out.reserve(plain.len() + Self::OVERHEAD);
        out.extend_from_slice(&nonce);
        let start = out.len();
        out.extend_from_slice(plain);
        #[expect(clippy::expect_used, reason = "the cipher only refuses messages of gigabytes; records are small")]
        let tag = self
            .aead
            .encrypt_inout_detached(&XNonce::from(nonce), context, (&mut out[start..]).into())
            .expect("a record is sealed");
        out.extend_from_slice(&tag);
    }

    /// Opens what [`RecordCipher::seal`] appended under the same context.
    ///
    /// # Errors
    /// [`OpenError`] when it is too short, altered, or sealed under another key or context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError::Length)?;
        let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(OpenError::Length)?;
        let mut plain = Zeroizing::new(body.to_vec());
        self.aead
            .decrypt_inout_detached(&XNonce::from(*nonce), context, plain.as_mut_slice().into(), &Tag::from(*tag))
            .map_err(|_| OpenError::Altered)?;
        Ok(plain)
    }
}
