//! Sealing to a public key: HPKE (RFC 9180), base mode, single message, with
//! KEM X-Wing (0x647a: ML-KEM-768 with X25519, draft-ietf-hpke-pq), KDF HKDF-SHA-256 (0x0001), AEAD ChaCha20-Poly1305 (0x0003).
//!
//! Hybrid, since what pupils keep stays secret for decades: a recording made today stays closed if either half holds.

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::XWing,
    single_shot_open, single_shot_seal,
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
        Self { secret, public: WrapPublic(public) }
    }

    /// Returns the key pair stored as these bytes, which may also be random ones.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        #[expect(clippy::expect_used, reason = "any 32 bytes are a private key of X-Wing")]
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
    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (encapsulated, body) = sealed.split_first_chunk::<ENCAPSULATED_BYTES>().ok_or(OpenError::Length)?;
        let key = <XWing as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError::Length)?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeR::Base, &self.secret, &key, info, body, aad)
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
        <XWing as Kem>::PublicKey::from_bytes(bytes).map(Self).map_err(|_| KeyError::malformed("a public key"))
    }

    /// Returns the bytes of the key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PUBLIC_BYTES] {
        self.0.to_bytes().into()
    }

    /// Seals `plain` to this key: `encapsulated || ciphertext || tag`.
    #[must_use]
    pub fn seal(&self, info: &[u8], aad: &[u8], plain: &[u8]) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "X-Wing encapsulates to every valid key, and one message can be sealed")]
        let (key, body) =
            single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeS::Base, &self.0, info, plain, aad)
                .expect("a message is sealed to a valid key");
        let mut sealed = Vec::with_capacity(ENCAPSULATED_BYTES + body.len());
        sealed.extend_from_slice(&key.to_bytes());
        sealed.extend_from_slice(&body);
        sealed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

    use std::{collections::HashMap, convert::Infallible};

    use data_encoding::HEXLOWER;
    use hpke::{
        rand_core::{TryCryptoRng, TryRng},
        setup_sender_with_rng,
    };

    use super::*;

    /// Gives out given bytes instead of random ones.
    struct Given(Vec<u8>);

    impl TryRng for Given {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("only bytes are asked for")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("only bytes are asked for")
        }

        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
            out.copy_from_slice(&self.0.drain(..out.len()).collect::<Vec<_>>());
            Ok(())
        }
    }

    impl TryCryptoRng for Given {}

    #[test]
    fn the_suite_is_the_one_of_the_specification() {
        let text = include_str!("../tests/data/hpke-xwing.txt");
        let lines = text.lines().filter_map(|line| line.split_once(" = "));
        let vector: HashMap<_, _> = lines.map(|(name, hex)| (name, HEXLOWER.decode(hex.as_bytes()).unwrap())).collect();
        let secret = WrapSecret::from_bytes(vector["secret"].as_slice().try_into().unwrap());
        let derived = WrapSecret::derive(vector["ikm_r"].as_slice().try_into().unwrap());
        assert_eq!(*derived.to_bytes(), *secret.to_bytes());
        let sealed = [vector["enc"].as_slice(), &vector["ct"]].concat();
        let opened = secret.open(&vector["info"], &vector["aad"], &sealed).unwrap();
        assert_eq!(*opened, vector["pt"]);

        let (enc, mut context) = setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &secret.public.0,
            &vector["info"],
            &mut Given(vector["ikm_e"].clone()),
        )
        .unwrap();
        assert_eq!(enc.to_bytes().to_vec(), vector["enc"]);
        assert_eq!(context.seal(&vector["pt"], &vector["aad"]).unwrap(), vector["ct"]);
    }

    #[test]
    fn what_was_altered_or_is_for_another_does_not_open() {
        let secret = WrapSecret::from_bytes(&random_seed());
        let sealed = secret.public().seal(b"info", b"aad", b"a key");
        assert_eq!(*secret.open(b"info", b"aad", &sealed).unwrap(), b"a key");
        assert!(secret.open(b"other", b"aad", &sealed).is_err());
        assert!(secret.open(b"info", b"other", &sealed).is_err());
        assert!(WrapSecret::from_bytes(&random_seed()).open(b"info", b"aad", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[index] ^= 1;
            assert!(secret.open(b"info", b"aad", &wrong).is_err(), "byte {index}");
            assert!(secret.open(b"info", b"aad", &sealed[..index]).is_err(), "cut at {index}");
        }
    }

    fn random_seed() -> [u8; 32] {
        crate::random::random()
    }
}
