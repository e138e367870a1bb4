//! The contexts that give the words of credentials their meaning, as published at their addresses by W3C and 1EdTech.
//!
//! They never change once published under a version, so they are part of this program. `context.json` without a version is left out:
//! what it means depends on when it was fetched.

use serde_json::Value;

use crate::record::Reason;

/// Addresses and contents.
const PINNED: [(&str, &str); 7] = [
    ("https://www.w3.org/ns/credentials/v2", include_str!("contexts/credentials-v2.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json", include_str!("contexts/ob-v3p0-context-3.0.1.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json", include_str!("contexts/ob-v3p0-context-3.0.2.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", include_str!("contexts/ob-v3p0-context-3.0.3.json")),
    ("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", include_str!("contexts/ob-v3p0-extensions.json")),
    ("https://w3id.org/security/data-integrity/v2", include_str!("contexts/security-data-integrity-v2.json")),
    ("https://w3id.org/security/multikey/v1", include_str!("contexts/security-multikey-v1.json")),
];
/// How many contexts a document may name.
const CONTEXTS: usize = 8;

/// The context at an address.
pub(super) fn pinned(address: &str) -> Option<&'static str> {
    PINNED.iter().find(|(known, _)| *known == address).map(|(_, context)| *context)
}

/// Accepts a document whose words all have their meaning from pinned contexts, named once and at its top: a context of its own, or
/// one further inside, could make a word mean something else than it seems.
pub(super) fn check(document: &Value) -> Result<(), Reason> {
    let contexts = match document.get("@context") {
        Some(Value::Array(contexts)) => contexts.as_slice(),
        Some(context) => std::slice::from_ref(context),
        None => &[],
    };
    if contexts.is_empty() || contexts.len() > CONTEXTS {
        return Err(Reason::NoVocabulary);
    }
    if let Some(unknown) = contexts.iter().find(|context| context.as_str().and_then(pinned).is_none()) {
        let name = unknown.as_str().map(|name| name.chars().take(100).collect());
        return Err(name.map_or(Reason::OwnVocabulary, Reason::UnknownVocabulary));
    }
    let members = document.as_object().into_iter().flatten();
    let inner = members.filter(|(name, _)| *name != "@context").any(|(_, value)| has_keyword(value));
    if inner { Err(Reason::OwnVocabulary) } else { Ok(()) }
}

/// Whether a member's name is a keyword of JSON-LD anywhere; credentials name theirs `id` and `type`.
fn has_keyword(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| name.starts_with('@') || has_keyword(value)),
        Value::Array(values) => values.iter().any(has_keyword),
        _ => false,
    }
}
