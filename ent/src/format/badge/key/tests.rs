//! Keys as specifications print them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use super::*;

#[test]
fn keys_of_the_specifications_are_read() {
    // did:key method, section 5: test vectors for Ed25519 and P-256.
    for identity in [
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
    ] {
        assert!(matches!(Key::of_identity(identity), Some(Ok(_))), "{identity}");
    }
    // RFC 8037, appendix A.2, as did:jwk.
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let identity = format!("did:jwk:{}", BASE64URL_NOPAD.encode(jwk.as_bytes()));
    let Some(Ok(Key::Ed25519(key))) = Key::of_identity(&identity) else { panic!() };
    assert_eq!(key.as_bytes()[..4], [0xd7, 0x5a, 0x98, 0x01]);
}

#[test]
fn a_signature_of_the_rfc_is_right() {
    // RFC 8032, section 7.1, test 1: the empty message.
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let key = Key::of_jwk(&serde_json::from_str(jwk).unwrap()).unwrap();
    let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                     d25bf5f0595bbe24655141438e7a100b";
    let signature = data_encoding::HEXLOWER.decode(signature.as_bytes()).unwrap();
    assert_eq!(key.prove("EdDSA", b"", &signature), Proof::Good);
    assert!(matches!(key.prove("EdDSA", b"x", &signature), Proof::False(_)));
    assert!(matches!(key.prove("none", b"", b""), Proof::False(_)));
    assert!(matches!(key.prove("HS256", b"", &signature), Proof::False(_)));
    assert!(matches!(key.prove("RS512", b"", &signature), Proof::Unknown(_)));
}

#[test]
fn keys_that_are_none_are_refused() {
    for identity in ["did:key:", "did:key:z", "did:key:zzzz", "did:key:z0OIl", "did:jwk:", "did:jwk:e30"] {
        assert_eq!(Key::of_identity(identity), Some(Err(())), "{identity}");
    }
    assert_eq!(Key::of_identity(&format!("did:key:z{}", "2".repeat(100_000))), Some(Err(())));
    assert_eq!(Key::of_identity("https://school.example"), None);
    // A short RSA key, and one that would take for ever.
    for (n, e) in [("AQAB", "AQAB"), ("A".repeat(20_000).as_str(), "AQAB"), ("", "")] {
        let jwk = serde_json::json!({ "kty": "RSA", "n": n, "e": e });
        assert_eq!(Key::of_jwk(&jwk), None);
    }
}

#[test]
fn base58_keeps_its_zeros() {
    assert_eq!(base58("11z"), Some(vec![0, 0, 57]));
    assert_eq!(base58(""), Some(vec![]));
    assert_eq!(base58("5Q"), Some(vec![255]));
}
