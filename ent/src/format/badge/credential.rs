//! Open Badges 3.0: a verifiable credential that says what its subject achieved.

use jiff::Timestamp;
use serde_json::Value;

use super::{BadgeError, Limits, Proof, Told, first, id, text};
use crate::record::Verification;

/// Whether a document is a badge of version 3.0.
pub(super) fn is_credential(document: &Value) -> bool {
    has_type(document, "OpenBadgeCredential") || has_type(document, "AchievementCredential")
}

/// Whether a node of JSON-LD is of a type.
pub(super) fn has_type(node: &Value, wanted: &str) -> bool {
    match node.get("type") {
        Some(Value::Array(types)) => types.iter().any(|of| of.as_str() == Some(wanted)),
        Some(of) => of.as_str() == Some(wanted),
        None => false,
    }
}

/// What a credential says.
pub(super) fn read(document: &Value) -> Result<Told, BadgeError> {
    let issuer = document.get("issuer");
    let issuer_name = text(issuer.and_then(|issuer| issuer.get("name")));
    let achievement = subject(document).and_then(|subject| first(subject.get("achievement")));
    let of = |name: &str| achievement.and_then(|achievement| achievement.get(name));
    let criteria = first(of("criteria"));
    Ok(Told {
        issuer: id(issuer).or_else(|| issuer_name.clone()).ok_or(BadgeError::Damaged("it names no issuer"))?,
        issuer_name,
        name: text(of("name")).ok_or(BadgeError::Damaged("it names no achievement"))?,
        description: text(of("description")),
        criteria: text(criteria.and_then(|criteria| criteria.get("narrative"))).or_else(|| id(criteria)),
        from: text(document.get("validFrom").or_else(|| document.get("issuanceDate"))),
        until: text(document.get("validUntil").or_else(|| document.get("expirationDate"))),
    })
}

/// What the claims of a signed text say otherwise than the credential in it: programs that read only one of both would differ.
pub(super) fn contradiction(claims: &Value, document: &Value, told: &Told) -> Option<String> {
    let same = |claim: &str, of: Option<&str>| match claims.get(claim) {
        Some(claim) => claim.as_str().is_some() && claim.as_str() == of,
        None => true,
    };
    let own = |node: Option<&Value>| node.and_then(|node| node.get("id")).and_then(Value::as_str).map(str::to_owned);
    let time = |claim: &str, of: Option<&str>| match (claims.get(claim).and_then(Value::as_i64), of) {
        (Some(seconds), Some(of)) => super::moment(of).is_some_and(|of| of.as_second() == seconds),
        (None, _) => claims.get(claim).is_none(),
        // A limit that only the claims have would go unseen.
        (Some(_), None) => false,
    };
    let agree = same("iss", Some(&told.issuer))
        && same("jti", own(Some(document)).as_deref())
        && same("sub", own(subject(document)).as_deref())
        && time("nbf", told.from.as_deref())
        && time("exp", told.until.as_deref());
    (!agree).then(|| "What is signed and what the badge shows are not the same.".to_owned())
}

/// Bounds what was proved of a credential.
pub(super) fn judge(document: &Value, told: &Told, proof: Proof, now: Timestamp) -> Verification {
    let revocable = document.get("credentialStatus").is_some_and(|status| !status.is_null());
    Limits { told, revocable, revoked: false }.verification(proof, now)
}

fn subject(document: &Value) -> Option<&Value> {
    first(document.get("credentialSubject"))
}
