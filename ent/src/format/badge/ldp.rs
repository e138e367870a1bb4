//! Proofs inside of a credential: `DataIntegrityProof` with the suite `eddsa-rdfc-2022`.
//!
//! Signed is not the JSON but the graph that it stands for, in a canonical form. The words of the JSON get their meaning from
//! contexts, of which only those pinned here are known; a member that no context defines is in no graph and so was not signed.
//! Therefore what a badge shows is read a second time, from the signed graph, and must be the same.
//!
//! Source: Data Integrity EdDSA Cryptosuites 1.0, section 3.2; JSON-LD 1.1; RDF Dataset Canonicalization 1.0 (W3C).

mod context;
mod graph;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key::{Key, base58};
use super::{Proof, Told, credential, issuer, moment};
use crate::record::Reason;

/// How many proofs are looked at.
const PROOFS: usize = 8;

/// Whether the issuer of a credential proved it, by a proof inside of it.
pub(super) fn check(document: &Value, told: &Told, now: Timestamp) -> Proof {
    let proofs = match document.get("proof") {
        None | Some(Value::Null) => return Proof::Unknown(Reason::Unsigned),
        Some(Value::Array(proofs)) => proofs.as_slice(),
        Some(proof) => std::slice::from_ref(proof),
    };
    let is_known = |proof: &&Value| {
        credential::has_type(proof, "DataIntegrityProof")
            && proof.get("cryptosuite").and_then(Value::as_str) == Some("eddsa-rdfc-2022")
    };
    match proofs.iter().take(PROOFS).find(is_known) {
        Some(proof) => one(document, proof, told, now).unwrap_or_else(Proof::Unknown),
        None => Proof::Unknown(Reason::UnknownSuite),
    }
}

/// Checks one proof; an error says why it can't be checked.
fn one(document: &Value, proof: &Value, told: &Told, now: Timestamp) -> Result<Proof, Reason> {
    let word = |name: &str| proof.get(name).and_then(Value::as_str);
    if word("proofPurpose") != Some("assertionMethod") {
        return Ok(Proof::False(Reason::OtherPurpose));
    }
    if word("expires").is_some_and(|end| moment(end).is_none_or(|end| end < now)) {
        return Err(Reason::SignatureEnded);
    }
    let method = word("verificationMethod").ok_or(Reason::NoKey)?;
    let key = match Key::of_identity(method) {
        Some(Ok(key)) => key,
        _ => return Err(Reason::UnknownKey(method.to_owned())),
    };
    let signature = word("proofValue").and_then(|value| base58(value.strip_prefix('z')?));
    let Some(signature) = signature else { return Ok(Proof::False(Reason::UnreadableSignature)) };

    let mut unsigned = document.as_object().cloned().unwrap_or_default();
    unsigned.remove("proof");
    let mut options = proof.as_object().cloned().unwrap_or_default();
    options.remove("proofValue");
    // The proof is read with the words of its document (3.2.5 of the suite).
    options.insert("@context".into(), document.get("@context").cloned().unwrap_or_default());
    let graph = graph_of(unsigned)?;
    let hashes = [Sha256::digest(graph_of(options)?.canonical()?), Sha256::digest(graph.canonical()?)];
    match key.prove("EdDSA", &hashes.concat(), &signature) {
        Proof::Good => match graph.told() {
            Some(signed) if signed == *told => {}
            Some(_) => return Ok(Proof::False(Reason::NotWhatWasSigned)),
            None => return Err(Reason::NotOneAchievement),
        },
        other => return Ok(other),
    }
    // A DID and its key are one identity: `did:key:z6Mk...#z6Mk...`.
    let owner = method.split('#').next().unwrap_or(method);
    Ok(if owner == told.issuer { Proof::Good } else { issuer::unbound(&told.issuer) })
}

fn graph_of(node: Map<String, Value>) -> Result<graph::Graph, Reason> {
    let node = Value::Object(node);
    context::check(&node)?;
    graph::Graph::read(&node)
}

#[cfg(test)]
mod tests;
