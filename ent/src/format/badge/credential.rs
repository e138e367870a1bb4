//! Open Badges 3.0: a verifiable credential that says what its subject achieved.

use jiff::Timestamp;
use serde_json::Value;

use super::{BadgeError, Limits, Proof, Told, first, id, text};
use crate::record::{Reason, Verification};

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

/// What a credential says; where it leaves that to the claims of the text it was signed as (data model 1.1), what those say.
pub(super) fn read(document: &Value, claims: Option<&Value>) -> Result<Told, BadgeError> {
    let issuer = document.get("issuer");
    let issuer_name = text(issuer.and_then(|issuer| issuer.get("name")));
    let achievement = subject(document).and_then(|subject| first(subject.get("achievement")));
    let of = |name: &str| achievement.and_then(|achievement| achievement.get(name));
    let criteria = first(of("criteria"));
    let claim = |name: &str| claims.and_then(|claims| claims.get(name));
    let time =
        |name: &str| claim(name).and_then(seconds).and_then(|at| Some(Timestamp::from_second(at).ok()?.to_string()));
    Ok(Told {
        issuer: id(issuer)
            .or_else(|| text(claim("iss")))
            .or_else(|| issuer_name.clone())
            .ok_or(BadgeError::Damaged("it names no issuer"))?,
        issuer_name,
        name: text(of("name")).ok_or(BadgeError::Damaged("it names no achievement"))?,
        description: text(of("description")),
        criteria: text(criteria.and_then(|criteria| criteria.get("narrative"))).or_else(|| id(criteria)),
        from: text(document.get("validFrom").or_else(|| document.get("issuanceDate"))).or_else(|| time("nbf")),
        until: text(document.get("validUntil").or_else(|| document.get("expirationDate"))).or_else(|| time("exp")),
    })
}

/// What the claims of a signed text say otherwise than the credential in it: programs that read only one of both would differ.
pub(super) fn contradiction(claims: &Value, document: &Value, told: &Told) -> Option<Reason> {
    let same = |claim: &str, of: Option<String>| match (claims.get(claim), of) {
        (Some(claim), Some(of)) => claim.as_str() == Some(&of),
        _ => true,
    };
    let time = |claim: &str, of: Option<&str>| match (claims.get(claim), of) {
        (Some(claim), Some(of)) => super::moment(of).map(Timestamp::as_second) == seconds(claim),
        (claim, _) => claim.is_none(),
    };
    let agree = same("iss", id(document.get("issuer")))
        && same("jti", text(document.get("id")))
        && same("sub", subject(document).and_then(|subject| text(subject.get("id"))))
        && time("nbf", told.from.as_deref())
        && time("exp", told.until.as_deref());
    (!agree).then_some(Reason::NotWhatWasSigned)
}

/// Bounds what was proved of a credential.
pub(super) fn judge(document: &Value, told: &Told, proof: Proof, now: Timestamp) -> Verification {
    let revocable = document.get("credentialStatus").is_some_and(|status| !status.is_null());
    Limits { told, revocable, revoked: false }.verification(proof, now)
}

/// A time of a claim (RFC 7519: a number of seconds, which may have a fraction).
fn seconds(claim: &Value) -> Option<i64> {
    claim.as_i64().or_else(|| claim.to_string().split('.').next()?.parse().ok())
}

fn subject(document: &Value) -> Option<&Value> {
    first(document.get("credentialSubject"))
}
