//! Public keys, as issuers write them: in their identity (`did:key`, `did:jwk`), as JWK, as multikey, as PEM.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::pkcs8::DecodePublicKey;
use p256::ecdsa::signature::Verifier;
use rsa::BoxedUint;
use rsa::pkcs1::DecodeRsaPublicKey;
use serde_json::Value;
use sha2::Sha256;

use super::Proof;
use crate::record::Reason;

/// A public key of one of the three kinds that badges are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// RFC 8032.
    Ed25519(ed25519_dalek::VerifyingKey),
    /// FIPS 186-5, on the curve P-256.
    P256(Box<p256::ecdsa::VerifyingKey>),
    /// RFC 8017.
    Rsa(Box<rsa::PublicKey>),
}

/// Lengths of RSA keys that are taken, in bits: shorter ones can be broken, longer ones only take time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The longest multikey that is read, in characters: an RSA key of 4096 bits has 730.
const MULTIKEY_CHARS: usize = 1024;

impl Key {
    /// The key that an identity consists of: nothing for an identity of another kind, an error for a key that can't be read.
    ///
    /// Source: the did:key and did:jwk method specifications (W3C CCG).
    pub(super) fn of_identity(identity: &str) -> Option<Result<Self, ()>> {
        let identity = identity.split('#').next().unwrap_or(identity);
        if let Some(multikey) = identity.strip_prefix("did:key:") {
            return Some(Self::of_multikey(multikey).ok_or(()));
        }
        let jwk = identity.strip_prefix("did:jwk:")?;
        let jwk = BASE64URL_NOPAD.decode(jwk.as_bytes()).ok().and_then(|json| serde_json::from_slice(&json).ok());
        Some(jwk.as_ref().and_then(Self::of_jwk).ok_or(()))
    }

    /// Reads `z` and base58: the code of the key's kind, and the key. Source: Controlled Identifiers 1.0, "Multikey".
    pub(super) fn of_multikey(text: &str) -> Option<Self> {
        let bytes = base58(text.strip_prefix('z')?)?;
        match bytes.as_slice() {
            [0xed, 0x01, key @ ..] => Self::ed25519(key),
            [0x80, 0x24, key @ ..] => Self::p256(key),
            [0x85, 0x24, key @ ..] => Self::rsa(rsa::PublicKey::from_pkcs1_der(key).ok()?),
            _ => None,
        }
    }

    /// Reads a JSON Web Key. Source: RFC 7517, RFC 7518, RFC 8037.
    pub(super) fn of_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| BASE64URL_NOPAD.decode(text(name)?.as_bytes()).ok();
        match (text("kty")?, text("crv")) {
            ("OKP", Some("Ed25519")) => Self::ed25519(&bytes("x")?),
            ("EC", Some("P-256")) => Self::p256(&[vec![4], bytes("x")?, bytes("y")?].concat()),
            ("RSA", _) => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                let fits = n.len() <= RSA_BITS.end() / 8 && e.len() <= 8;
                let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
                if !fits || n.is_empty() || e.is_empty() {
                    return None;
                }
                Self::rsa(rsa::PublicKey::new_with_size_limits(number(&n), number(&e), RSA_BITS).ok()?)
            }
            _ => None,
        }
    }

    /// Reads a key in PEM, as the `CryptographicKey` of Open Badges 2.0 has it. Source: RFC 7468, RFC 5280.
    pub(super) fn of_pem(pem: &str) -> Option<Self> {
        if let Ok(key) = rsa::PublicKey::from_public_key_pem(pem) {
            return Self::rsa(key);
        }
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_pem(pem) {
            return Some(Self::P256(Box::new(key)));
        }
        ed25519_dalek::VerifyingKey::from_public_key_pem(pem).ok().map(Self::Ed25519)
    }

    /// Whether the key signed a message, by a kind of signature that is named as in RFC 7518 and RFC 8037.
    pub(super) fn prove(&self, kind: &str, message: &[u8], signature: &[u8]) -> Proof {
        let good = match (self, kind) {
            // Strict: no key or signature of small order, which would fit several messages.
            (Self::Ed25519(key), "EdDSA" | "Ed25519") => ed25519_dalek::Signature::from_slice(signature)
                .and_then(|signature| key.verify_strict(message, &signature))
                .is_ok(),
            (Self::P256(key), "ES256") => p256::ecdsa::Signature::from_slice(signature)
                .and_then(|signature| key.verify(message, &signature))
                .is_ok(),
            (Self::Rsa(key), "RS256") => key.pkcs1v15_verify::<Sha256>(message, signature).is_ok(),
            (_, "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES384" | "ES512" | "ES256K") => {
                return Proof::Unknown(Reason::UnknownKind(kind.to_owned()));
            }
            _ => return Proof::False(Reason::WrongKind),
        };
        if good { Proof::Good } else { Proof::False(Reason::WrongSignature) }
    }

    fn ed25519(key: &[u8]) -> Option<Self> {
        ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok().map(Self::Ed25519)
    }

    fn p256(point: &[u8]) -> Option<Self> {
        Some(Self::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?)))
    }

    fn rsa(key: rsa::PublicKey) -> Option<Self> {
        use rsa::traits::PublicKeyParts;
        let bits = usize::try_from(key.n().bit_width_vartime()).ok()?;
        RSA_BITS.contains(&bits).then(|| Self::Rsa(Box::new(key)))
    }
}

/// Decodes base58 of Bitcoin's alphabet. Its time grows with the square of the length, which is bounded.
pub(super) fn base58(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    if text.len() > MULTIKEY_CHARS {
        return None;
    }
    // The number, its last byte first.
    let mut number: Vec<u8> = Vec::new();
    for character in text.bytes() {
        let mut carry = u32::try_from(ALPHABET.iter().position(|known| *known == character)?).ok()?;
        for byte in &mut number {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry.to_le_bytes()[0]);
        }
    }
    let zeros = text.bytes().take_while(|character| *character == b'1').count();
    number.resize(number.len().saturating_add(zeros), 0);
    number.reverse();
    Some(number)
}

#[cfg(test)]
mod tests;
