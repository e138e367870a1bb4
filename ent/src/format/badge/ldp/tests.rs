//! Graphs that are signed, and documents that say more than their graph.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use serde_json::json;

use super::super::credential::read;
use super::*;

/// Made by `tests/clients/badges_openbadgeslib.py`.
const SIGNED: &str = include_str!("../../../../tests/badges/proof.json");

fn now() -> Timestamp {
    "2026-09-01T08:00:00Z".parse().unwrap()
}

fn judge(document: &Value) -> Proof {
    check(document, &read(document, None).unwrap(), now())
}

/// Signs a document with a key of ours: the issuer is that key.
fn sign(mut document: Value) -> Value {
    let key = SigningKey::from_bytes(&[9; 32]);
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": data_encoding::BASE64URL_NOPAD.encode(key.verifying_key().as_bytes()) });
    let identity = format!("did:jwk:{}", data_encoding::BASE64URL_NOPAD.encode(jwk.to_string().as_bytes()));
    document["issuer"]["id"] = json!(identity);
    document["proof"] = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod",
        "verificationMethod": format!("{identity}#0"),
    });
    let mut options = document["proof"].as_object().unwrap().clone();
    options.insert("@context".into(), document["@context"].clone());
    let mut unsigned = document.as_object().unwrap().clone();
    unsigned.remove("proof");
    let hash = |node| Sha256::digest(graph_of(node).unwrap().canonical().unwrap());
    let signature = key.sign(&[hash(options), hash(unsigned)].concat()).to_bytes();
    document["proof"]["proofValue"] = json!(format!("z{}", write_base58(&signature)));
    document
}

fn write_base58(bytes: &[u8]) -> String {
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

fn signed() -> Value {
    serde_json::from_str(SIGNED).unwrap()
}

#[test]
fn a_signed_graph_is_told_from_a_changed_one() {
    assert_eq!(judge(&signed()), Proof::Good);
    assert_eq!(judge(&sign(signed())), Proof::Good);
    for path in ["/name", "/validFrom", "/issuer/name", "/credentialSubject/id", "/credentialSubject/achievement/name"]
    {
        let mut changed = signed();
        *changed.pointer_mut(path).unwrap() = json!("2020-01-01T00:00:00Z");
        assert!(matches!(judge(&changed), Proof::False(_)), "{path}");
    }
}

#[test]
fn the_order_of_members_does_not_count() {
    let document = signed();
    let reversed: Map<String, Value> = document.as_object().unwrap().clone().into_iter().rev().collect();
    assert_eq!(judge(&Value::Object(reversed)), Proof::Good);
}

#[test]
fn what_no_context_defines_is_not_taken_for_signed() {
    // Without its type, an achievement's criteria are in no graph: anybody could write them there.
    let mut document = signed();
    document["credentialSubject"]["achievement"].as_object_mut().unwrap().remove("type");
    let mut document = sign(document);
    document["credentialSubject"]["achievement"]["criteria"] = json!({ "narrative": "Rien." });
    assert_eq!(judge(&document), Proof::False(Reason::NotWhatWasSigned));
}

#[test]
fn two_achievements_are_not_judged() {
    let mut document = signed();
    let subject = document["credentialSubject"].clone();
    let mut other = subject.clone();
    other["achievement"]["id"] = json!("https://lycee.example/badges/other");
    document["credentialSubject"] = json!([subject, other]);
    assert!(matches!(judge(&sign(document)), Proof::Unknown(_)));
}

#[test]
fn words_of_its_own_are_not_read() {
    let mut own = signed();
    own["@context"].as_array_mut().unwrap().push(json!({ "name": "https://school.example/other" }));
    let mut inner = signed();
    inner["credentialSubject"]["@context"] = json!("https://www.w3.org/ns/credentials/v2");
    let mut strange = signed();
    strange["@context"] = json!(["https://school.example/context"]);
    for document in [own, inner, strange] {
        assert!(matches!(judge(&document), Proof::Unknown(_)));
    }
}

#[test]
fn a_key_that_is_not_the_issuers_proves_nothing() {
    let mut document = signed();
    document["issuer"]["id"] = json!("https://school.example");
    assert!(matches!(judge(&document), Proof::False(_)));
    let mut purpose = signed();
    purpose["proof"]["proofPurpose"] = json!("authentication");
    assert!(matches!(judge(&purpose), Proof::False(_)));
    let mut other = signed();
    other["proof"]["cryptosuite"] = json!("ecdsa-sd-2023");
    assert!(matches!(judge(&other), Proof::Unknown(_)));
}

/// A clique of nodes without a name, whose canonical form would take years.
#[test]
fn a_poisoned_graph_is_refused_soon() {
    let name = |number: usize| format!("_:n{number}");
    let evidence: Vec<Value> = (0..20)
        .map(|own| {
            let others: Vec<Value> =
                (0..20).filter(|other| *other != own).map(|other| json!({ "id": name(other) })).collect();
            json!({ "id": name(own), "type": ["Evidence"], "evidence": others })
        })
        .collect();
    let mut document = signed();
    document["evidence"] = json!(evidence);
    let many: Vec<Value> = (0..8000).map(|_| json!({ "type": ["Evidence"] })).collect();
    let mut long = signed();
    long["evidence"] = json!(many);
    let start = Instant::now();
    assert!(matches!(judge(&document), Proof::Unknown(_)));
    assert!(matches!(judge(&long), Proof::Unknown(_)));
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// Values that a graph may not expect.
fn strange() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z:/#%_ \u{e9}\u{1f600}]{0,12}".prop_map(Value::from),
        prop_oneof!["Achievement", "VerifiableCredential", "_:b", "id", "https://lycee.example/x", "2025-01-01"]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop_oneof![
            "id",
            "type",
            "name",
            "issuer",
            "achievement",
            "proof",
            "criteria",
            "result",
            "image",
            "evidence",
            "[a-z:]{0,6}"
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_value_anywhere_is_judged(place in 0..12_usize, value in strange()) {
        const PLACES: [&str; 12] = ["/name", "/type", "/id", "/validFrom", "/issuer", "/issuer/id", "/credentialSubject",
            "/credentialSubject/achievement", "/credentialSubject/achievement/criteria", "/credentialSubject/achievement/tag",
            "/proof/created", "/credentialSchema"];
        let mut document = signed();
        let was = std::mem::replace(document.pointer_mut(PLACES[place]).unwrap(), value.clone());
        if let Ok(told) = read(&document, None)
            && check(&document, &told, now()) == Proof::Good
        {
            // What says the same may be written otherwise: one thing, or a list of that one.
            prop_assert!(was == value || value.is_array() || was.is_array(), "{} {value}", PLACES[place]);
        }
    }
}
