//! Issues badges: the other half of what the product does, for its tests only.

use std::io::Write;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

/// Badges by name, in the order of their names; those whose name begins with `good` are true.
pub(crate) fn badges() -> Vec<(&'static str, Vec<u8>)> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let other = SigningKey::from_bytes(&[8; 32]);
    let signed = jws(&key, &claims(&key));
    let mut renamed = claims(&key);
    renamed["iss"] = json!(identity(&other));
    let mut early = claims(&key);
    early["validFrom"] = json!("2999-01-01T00:00:00Z");
    early["nbf"] = json!(32_472_144_000_i64);
    vec![
        ("bad-early.jws", jws(&key, &early).into_bytes()),
        ("bad-issuer.jws", jws(&key, &renamed).into_bytes()),
        ("bad-key.jws", jws(&other, &claims(&key)).into_bytes()),
        ("good-compressed.png", png(&signed, true)),
        ("good.jws", signed.clone().into_bytes()),
        ("good.png", png(&signed, false)),
        ("good.svg", svg(&signed)),
    ]
}

/// The identity that consists of a key.
fn identity(key: &SigningKey) -> String {
    let bytes = [&[0xed, 0x01][..], key.verifying_key().as_bytes()].concat();
    format!("did:key:z{}", base58(&bytes))
}

fn claims(key: &SigningKey) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "jti": "urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "iss": identity(key),
        "issuer": { "id": identity(key), "type": ["Profile"], "name": "Coll\u{e8}ge Exemple" },
        "validFrom": "2025-03-01T09:00:00Z",
        "nbf": 1_740_819_600,
        "sub": "did:example:pupil",
        "credentialSubject": {
            "id": "did:example:pupil",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://college.example/badges/garden",
                "type": ["Achievement"],
                "name": "Jardin",
                "description": "Avoir plant\u{e9}.",
                "criteria": { "narrative": "Planter." },
            },
        },
    })
}

fn jws(key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "kid": identity(key), "typ": "JWT" });
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(message.as_bytes());
    format!("{message}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
}

fn png(text: &str, compressed: bool) -> Vec<u8> {
    let mut body = b"openbadgecredential\0".to_vec();
    body.extend([u8::from(compressed), 0, 0, 0]);
    body.extend(if compressed { deflate(text.as_bytes()) } else { text.as_bytes().to_vec() });
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", vec![0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        (b"IDAT", deflate(&[0, 0])),
        (b"iTXt", body),
        (b"IEND", Vec::new()),
    ] {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(&data);
        picture.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        picture.extend(kind);
        picture.extend(data);
        picture.extend(crc.sum().to_be_bytes());
    }
    picture
}

fn svg(text: &str) -> Vec<u8> {
    let element = format!(r#"<openbadges:credential verify="{text}"/>"#);
    let open = r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">"#;
    format!("{open}{element}</svg>").into_bytes()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Base58 of bytes that do not begin with zero.
fn base58(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits: Vec<u32> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit * 256;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.iter().rev().map(|digit| char::from(ALPHABET[*digit as usize])).collect()
}
