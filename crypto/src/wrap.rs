//! Sealing to a public key: HPKE (RFC 9180), base mode, single message, with
//! KEM X-Wing (0x647a: ML-KEM-768 with X25519, draft-ietf-hpke-pq), KDF HKDF-SHA-256 (0x0001), AEAD ChaCha20-Poly1305 (0x0003).
//!
//! Hybrid, since what pupils keep stays secret for decades: a recording made today stays closed if either half holds.

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::XWing, single_shot_open, single_shot_seal,
};
use zeroize::Zeroizing;

use crate::{KeyError, OpenError};

/// Bytes of a public key.
pub(crate) const PUBLIC_BYTES: usize = 1216;
/// Bytes of the encapsulated key that stands before a sealed message.
pub(crate) const ENCAPSULATED_BYTES: usize = 1120;

/// Opens what was sealed to its public key.
pub struct WrapSecret {
    secret: <XWing as Kem>::PrivateKey,
    public: WrapPublic,
}

impl WrapSecret {
    /// Returns the key pair of a random or derived seed: `DeriveKeyPair` of RFC 9180 section 7.1.3.
    pub(crate) fn derive(seed: &[u8; 32]) -> Self {
        let (secret, public) = XWing::derive_keypair(seed);
        Self {
            secret,
            public: WrapPublic(public),
        }
    }

    /// Returns the key pair stored as these bytes, which may also be random ones.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "any 32 bytes are a private key of X-Wing"
        )]
        let secret = <XWing as Kem>::PrivateKey::from_bytes(bytes).expect("32 bytes");
        let public = WrapPublic(XWing::sk_to_pk(&secret));
        Self { secret, public }
    }

    /// Returns the bytes of the private key.
    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.secret.write_exact(bytes.as_mut_slice());
        bytes
    }

    /// Returns what others seal to.
    #[must_use]
    pub fn public(&self) -> &WrapPublic {
        &self.public
    }

    /// Opens `encapsulated || ciphertext || tag`, sealed under the same `info` and `aad`.
    ///
    /// # Errors
    /// [`OpenError`] when it was altered or sealed to another key.
    pub fn open(
        &self,
        info: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (encapsulated, body) = sealed
            .split_first_chunk::<ENCAPSULATED_BYTES>()
            .ok_or(OpenError::Length)?;
        let key =
            <XWing as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError::Length)?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.secret,
            &key,
            info,
            body,
            aad,
        )
        .map(Zeroizing::new)
        .map_err(|_| OpenError::Altered)
    }
}

/// A public key that messages are sealed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapPublic(<XWing as Kem>::PublicKey);

impl WrapPublic {
    /// Returns the key stored as these bytes.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when they are no public key.
    pub fn from_bytes(bytes: &[u8; PUBLIC_BYTES]) -> Result<Self, KeyError> {
        <XWing as Kem>::PublicKey::from_bytes(bytes)
            .map(Self)
            .map_err(|_| KeyError::malformed("a public key"))
    }

    /// Returns the bytes of the key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PUBLIC_BYTES] {
        self.0.to_bytes().into()
    }

    /// Seals `plain` to this key: `encapsulated || ciphertext || tag`.
    #[must_use]
    pub fn seal(&self, info: &[u8], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        #[expect(
            clippy::expect_used,
            reason = "X-Wing encapsulates to every valid key, and one message can be sealed"
        )]
        let (key, body) = single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            info,
            plain,
            aad,
        )
        .expect("a message is sealed to a valid key");
        let mut sealed = Vec::with_capacity(ENCAPSULATED_BYTES + body.len());
        sealed.extend_from_slice(&key.to_bytes());
        sealed.extend_from_slice(&body);
        sealed
    }
}
