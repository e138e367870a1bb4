//! Bytes that no honest issuer makes: they are refused or judged, and never take the program down.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    "2026-09-01T08:00:00Z".parse().unwrap()
}

fn read_any(bytes: &[u8]) -> Result<Badge, BadgeError> {
    read(bytes, SourceId::of(bytes), now())
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/badges/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A picture with these chunks.
fn png(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut picture = png::SIGNATURE.to_vec();
    for (kind, data) in chunks {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        picture.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        picture.extend_from_slice(kind);
        picture.extend_from_slice(data);
        picture.extend(crc.sum().to_be_bytes());
    }
    picture
}

#[test]
fn a_picture_with_two_badges_is_refused() {
    let chunk: (&[u8], &[u8]) = (b"tEXt", b"openbadges\0{\"badge\":\"https://school.example/b\"}");
    assert_eq!(read_any(&png(&[chunk])).unwrap().name, "https://school.example/b");
    assert!(matches!(read_any(&png(&[chunk, chunk])), Err(BadgeError::Picture(_))));
    let element = "<openbadges:credential verify='x'/>";
    let svg = format!("<svg xmlns:openbadges='https://purl.imsglobal.org/ob/v3p0'>{element}{element}</svg>");
    assert!(matches!(read_any(svg.as_bytes()), Err(BadgeError::Picture(_))));
}

#[test]
fn a_picture_with_a_wrong_checksum_is_refused() {
    let mut picture = fixture("did.png");
    let at = picture.windows(19).position(|window| window == b"openbadgecredential").unwrap();
    picture[at + 30] ^= 1;
    assert!(matches!(read_any(&picture), Err(BadgeError::Picture(_))));
}

#[test]
fn text_that_inflates_without_end_is_refused() {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(b"openbadges\0\x01\0\0\0".to_vec(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 64 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert_eq!(read_any(&png(&[(b"iTXt", &bomb)])), Err(BadgeError::TooLong));
}

#[test]
fn a_picture_that_only_names_an_address_says_so() {
    let chunk: (&[u8], &[u8]) = (b"tEXt", b"openbadges\0https://school.example/assertions/1");
    assert_eq!(read_any(&png(&[chunk])), Err(BadgeError::OnlyAddress));
}

#[test]
fn entities_of_a_document_of_its_own_are_refused() {
    let svg = "<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg xmlns:o='https://purl.imsglobal.org/ob/v3p0'>\
               <o:credential>&a;</o:credential></svg>";
    assert!(matches!(read_any(svg.as_bytes()), Err(BadgeError::Picture(_))));
    let deep = format!("<svg>{}", "<g>".repeat(100_000));
    assert!(matches!(read_any(deep.as_bytes()), Err(BadgeError::Picture(_))));
}

#[test]
fn an_assertion_that_nobody_signed_is_not_taken_for_true() {
    let assertion = r#"{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","issuedOn":1500000000,
        "badge":{"name":"Jardin","criteria":{"narrative":"Planter."},"issuer":{"id":"https://school.example","name":"Exemple"}}}"#;
    let badge = read_any(assertion.as_bytes()).unwrap();
    assert_eq!((badge.name.as_str(), badge.issuer.as_str()), ("Jardin", "Exemple"));
    assert_eq!(badge.issued, Some(jiff::civil::date(2017, 7, 14)));
    assert!(matches!(badge.verification, Verification::Unknown { .. }));
    let revoked = assertion.replace("\"type\"", "\"revoked\":true,\"type\"");
    assert!(matches!(read_any(revoked.as_bytes()).unwrap().verification, Verification::Refused { .. }));
}

#[test]
fn a_text_without_signature_is_refused() {
    let token = String::from_utf8(fixture("did.jws")).unwrap();
    let (_, rest) = token.split_once('.').unwrap();
    let header = data_encoding::BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#);
    let payload = rest.split('.').next().unwrap();
    let badge = read_any(format!("{header}.{payload}.").as_bytes()).unwrap();
    assert!(matches!(badge.verification, Verification::Refused { .. }), "{badge:?}");
}

/// A text that a key of ours signed; in `claims`, `@ISSUER@` stands for the identity that consists of that key.
fn signed(claims: &str) -> Badge {
    use data_encoding::BASE64URL_NOPAD;
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    let public = BASE64URL_NOPAD.encode(key.verifying_key().as_bytes());
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{public}"}}"#);
    let claims = claims.replace("@ISSUER@", &format!("did:jwk:{}", BASE64URL_NOPAD.encode(jwk.as_bytes())));
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let message = format!("{}.{}", part(r#"{"alg":"EdDSA"}"#), part(&claims));
    let signature = BASE64URL_NOPAD.encode(&key.sign(message.as_bytes()).to_bytes());
    read_any(format!("{message}.{signature}").as_bytes()).unwrap()
}

#[test]
fn claims_say_what_a_credential_of_version_1_leaves_to_them() {
    let claims = r#"{"iss":"@ISSUER@","nbf":1740819600,"exp":1740906000,"jti":"urn:x:1","sub":"did:example:a",
        "vc":{"type":["VerifiableCredential","OpenBadgeCredential"],
        "credentialSubject":{"achievement":{"name":"Jardin"}}}}"#;
    let badge = signed(claims);
    assert_eq!(
        (badge.issued, badge.expires),
        (Some(jiff::civil::date(2025, 3, 1)), Some(jiff::civil::date(2025, 3, 2)))
    );
    assert!(matches!(&badge.verification, Verification::Unknown { reason: Reason::Ended(_) }), "{badge:?}");
    let badge = signed(&claims.replace("1740906000", "32472144000.5"));
    assert!(matches!(badge.verification, Verification::Signed { .. }), "{badge:?}");
}

#[test]
fn claims_that_say_otherwise_than_the_credential_are_refused() {
    let claims = r#"{"iss":"@ISSUER@","nbf":1740819600,"jti":"urn:x:1","sub":"did:example:a","id":"urn:x:1",
        "issuer":{"id":"@ISSUER@"},"validFrom":"2025-03-01T09:00:00Z","type":["VerifiableCredential","OpenBadgeCredential"],
        "credentialSubject":{"id":"did:example:a","achievement":{"name":"Jardin"}}}"#;
    assert!(matches!(signed(claims).verification, Verification::Signed { .. }), "{:?}", signed(claims));
    for (said, otherwise) in [
        (r#""nbf":1740819600"#, r#""nbf":1740819601"#),
        (r#""jti":"urn:x:1""#, r#""jti":"urn:x:2""#),
        (r#""sub":"did:example:a""#, r#""sub":"did:example:b""#),
        (r#""iss":"@ISSUER@""#, r#""iss":"did:example:c""#),
    ] {
        let badge = signed(&claims.replace(said, otherwise));
        assert!(matches!(badge.verification, Verification::Refused { .. }), "{otherwise}: {badge:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0..4_usize) {
        let start: &[u8] = [&b""[..], &png::SIGNATURE, b"<svg xmlns:openbadges='http://openbadges.org'>", b"{"][start];
        let _ = read_any(&[start, &bytes].concat());
    }

    #[test]
    fn any_damage_is_read_or_refused(name in 0..6_usize, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let name = ["did.jws", "did.png", "did.svg", "proof.json", "proof.svg", "old.png"][name];
        let mut bytes = fixture(name);
        let at = at.index(bytes.len());
        let was = std::mem::replace(&mut bytes[at], byte);
        if let Ok(badge) = read_any(&bytes)
            && let Verification::Signed { .. } = badge.verification
        {
            // What is not signed may change: the picture, and white space of JSON.
            prop_assert!(was == byte || !name.ends_with("jws"), "{name} {at}: {was} {byte}");
            prop_assert_eq!(badge.name, "Tournoi d'\u{e9}checs");
        }
    }
}
