//! Whether the issuer signed a text: which key is the issuer's, without asking anybody.
//!
//! An identity that consists of its key proves itself. Any other (a website, `did:web`) would have to be asked; a key that the badge
//! brings along for it is only what the badge says: with it a wrong signature can be told, a right one not.

use serde_json::Value;

use super::Proof;
use super::jws::Signed;
use super::key::Key;
use crate::record::Reason;

/// How many keys of an issuer are tried.
const KEYS: usize = 8;

/// Whether `issuer` signed; `profile` is what the badge says of it.
pub(super) fn check(signed: &Signed, issuer: &str, profile: Option<&Value>) -> Proof {
    match Key::of_identity(issuer) {
        Some(Ok(key)) => return signed.prove(&key),
        Some(Err(())) => return Proof::Unknown(Reason::UnknownKeyKind),
        None => {}
    }
    let mut last = Proof::Unknown(Reason::UnknownKey(issuer.to_owned()));
    for key in brought(signed, profile) {
        last = signed.prove(&key);
        if last == Proof::Good {
            return unbound(issuer);
        }
    }
    last
}

/// A right signature by a key that nothing ties to the issuer.
pub(super) fn unbound(issuer: &str) -> Proof {
    Proof::Unknown(Reason::UnboundKey(issuer.to_owned()))
}

/// The keys that a badge brings along: in its header, and in its issuer's profile.
fn brought(signed: &Signed, profile: Option<&Value>) -> Vec<Key> {
    let mut keys: Vec<Key> = signed.header.get("jwk").and_then(Key::of_jwk).into_iter().collect();
    for name in ["publicKey", "verificationMethod", "assertionMethod"] {
        let methods = match profile.and_then(|profile| profile.get(name)) {
            Some(Value::Array(methods)) => methods.as_slice(),
            Some(method) => std::slice::from_ref(method),
            None => &[],
        };
        keys.extend(methods.iter().take(KEYS).filter_map(method));
    }
    keys
}

fn method(method: &Value) -> Option<Key> {
    let text = |name: &str| method.get(name).and_then(Value::as_str);
    method
        .get("publicKeyJwk")
        .and_then(Key::of_jwk)
        .or_else(|| text("publicKeyMultibase").and_then(Key::of_multikey))
        .or_else(|| text("publicKeyPem").and_then(Key::of_pem))
}
