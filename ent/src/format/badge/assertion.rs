//! Open Badges 2.0 (and 1.x, whose assertions look alike): an assertion names a class of badges, which names its issuer.

use jiff::Timestamp;
use serde_json::Value;

use super::{BadgeError, Limits, Proof, Told, first, id, text};
use crate::record::{Reason, Verification};

/// What an assertion says. A class or an issuer that is only named by its address is that address.
pub(super) fn read(assertion: &Value) -> Result<Told, BadgeError> {
    let class = assertion.get("badge").ok_or(BadgeError::NoBadge)?;
    let address = id(Some(class));
    let issuer = issuer(assertion);
    let issuer_name = text(issuer.and_then(|issuer| issuer.get("name")));
    let verification = assertion.get("verification").or_else(|| assertion.get("verify"));
    let signer = verification.and_then(|by| id(by.get("creator")).or_else(|| text(by.get("url"))));
    let criteria = first(class.get("criteria"));
    Ok(Told {
        issuer: id(issuer)
            .or_else(|| issuer_name.clone())
            .or(signer)
            .or_else(|| address.clone())
            .ok_or(BadgeError::Damaged("it names no issuer"))?,
        issuer_name,
        name: text(class.get("name")).or(address).ok_or(BadgeError::Damaged("it names no achievement"))?,
        description: text(class.get("description")),
        criteria: text(criteria.and_then(|criteria| criteria.get("narrative"))).or_else(|| id(criteria)),
        from: time(assertion.get("issuedOn")),
        until: time(assertion.get("expires")),
    })
}

/// What the assertion says of its issuer, where it says more than an address.
pub(super) fn issuer(assertion: &Value) -> Option<&Value> {
    assertion.get("badge").and_then(|class| class.get("issuer"))
}

/// Judges an assertion that nobody signed: it is true if its issuer's website says so.
pub(super) fn hosted(assertion: &Value, told: &Told) -> Verification {
    let reason = Reason::OnlyIssuer(told.issuer.clone());
    limits(assertion, told).verification(Proof::Unknown(reason), Timestamp::UNIX_EPOCH)
}

/// Bounds what was proved of a signed assertion.
pub(super) fn judge(assertion: &Value, told: &Told, proof: Proof, now: Timestamp) -> Verification {
    limits(assertion, told).verification(proof, now)
}

fn limits<'a>(assertion: &Value, told: &'a Told) -> Limits<'a> {
    let revoked = assertion.get("revoked").and_then(Value::as_bool).unwrap_or(false);
    let revocable = issuer(assertion).is_some_and(|issuer| issuer.get("revocationList").is_some());
    Limits { told, revocable, revoked }
}

/// A time as written; version 1 wrote seconds since 1970.
fn time(value: Option<&Value>) -> Option<String> {
    let value = value?;
    text(Some(value)).or_else(|| Some(Timestamp::from_second(value.as_i64()?).ok()?.to_string()))
}
