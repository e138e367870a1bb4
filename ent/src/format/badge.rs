//! Open Badges: what somebody achieved, as a document that its issuer signed, often hidden inside a picture.
//!
//! Read are version 2.0 (an assertion, as JSON or as a signed text) and version 3.0 (a verifiable credential, as a signed text or as
//! JSON with a proof inside), from a file of their own or baked into a PNG or SVG picture. A badge is judged with what is in the file
//! and in this program only: nothing is ever fetched, for that would tell its issuer who looks at it and when. What offline
//! checking can't tell (whether it was revoked, whose a key is) is said in [`Verification::Unknown`].
//!
//! Sources: Open Badges 2.0 and its baking specification; Open Badges 3.0 (1EdTech); VC Data Model 2.0, Data Integrity EdDSA
//! Cryptosuites 1.0, RDF Dataset Canonicalization 1.0 (W3C); RFC 7515 to 7518 (JOSE).

mod assertion;
mod carrier;
mod credential;
mod issuer;
mod jws;
mod key;
mod ldp;
mod png;
mod svg;

use jiff::Timestamp;
use serde_json::Value;

use crate::record::{Badge, Reason, SourceId, Verification};

/// The longest file that is read: a picture, in bytes.
const FILE_BYTES: usize = 16 << 20;
/// The longest badge inside of it, in bytes.
const BADGE_BYTES: usize = 256 << 10;
/// The longest text that a record takes from a badge, in characters.
const TEXT_CHARS: usize = 4000;

/// Why a file is not read as a badge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadgeError {
    /// The file or the badge in it is longer than any that is known.
    #[error("the file is too long for a badge")]
    TooLong,
    /// There is no badge in it.
    #[error("there is no badge in the file")]
    NoBadge,
    /// The picture that should hold one is broken, or holds two.
    #[error("the badge's picture is damaged: {0}")]
    Picture(&'static str),
    /// The picture names an address where the badge is, and holds nothing else of it.
    #[error("the picture only names an address where the badge may be")]
    OnlyAddress,
    /// What should be the badge can't be read.
    #[error("the badge is damaged: {0}")]
    Damaged(&'static str),
}

/// Reads a badge and judges it as of `now`. `file` names the file, which stays the badge: a copy without its picture proves nothing.
///
/// # Errors
/// [`BadgeError`] when there is no badge in the bytes. One that is there and is false is no error: see [`Badge::verification`].
pub fn read(bytes: &[u8], file: SourceId, now: Timestamp) -> Result<Badge, BadgeError> {
    let carried = carrier::open(bytes)?;
    let (told, verification) = judge(&carried.text, now)?;
    Ok(Badge {
        name: told.name,
        description: told.description,
        issuer: told.issuer_name.unwrap_or(told.issuer),
        criteria: told.criteria,
        issued: told.from.as_deref().and_then(day),
        expires: told.until.as_deref().and_then(day),
        verification,
        file,
        ending: carried.ending.to_owned(),
    })
}

/// What a badge says, whatever its version: what a record shows, and what must be signed therefore.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    /// Identity of the issuer, an address or a DID; its name for want of one.
    issuer: String,
    issuer_name: Option<String>,
    name: String,
    description: Option<String>,
    criteria: Option<String>,
    /// Times as written.
    from: Option<String>,
    until: Option<String>,
}

fn judge(text: &str, now: Timestamp) -> Result<(Told, Verification), BadgeError> {
    let text = text.trim();
    if text.starts_with('{') {
        let document = json(text.as_bytes())?;
        if !credential::is_credential(&document) {
            let told = assertion::read(&document)?;
            let verification = assertion::hosted(&document, &told);
            return Ok((told, verification));
        }
        let told = credential::read(&document, None)?;
        let proof = ldp::check(&document, &told, now);
        let verification = credential::judge(&document, &told, proof, now);
        return Ok((told, verification));
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Err(BadgeError::OnlyAddress);
    }
    let signed = jws::Signed::read(text)?;
    let claims = &signed.payload;
    // A credential of the data model 1.1 stands in a claim of its own.
    let document = claims.get("vc").filter(|inner| inner.is_object()).unwrap_or(claims);
    if credential::is_credential(document) {
        let told = credential::read(document, Some(claims))?;
        let proof = match credential::contradiction(claims, document, &told) {
            Some(reason) => Proof::False(reason),
            None => issuer::check(&signed, &told.issuer, document.get("issuer")),
        };
        let verification = credential::judge(document, &told, proof, now);
        return Ok((told, verification));
    }
    let told = assertion::read(claims)?;
    let proof = issuer::check(&signed, &told.issuer, assertion::issuer(claims));
    let verification = assertion::judge(claims, &told, proof, now);
    Ok((told, verification))
}

/// What a signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Proof {
    /// The issuer signed it.
    Good,
    /// Nobody signed this, or somebody else did.
    False(Reason),
    /// It can't be told here.
    Unknown(Reason),
}

/// Bounds what was proved by what can't be known offline, or by time.
struct Limits<'a> {
    told: &'a Told,
    /// Where its revocation would be written, if anywhere.
    revocable: bool,
    revoked: bool,
}

impl Limits<'_> {
    fn verification(&self, proof: Proof, now: Timestamp) -> Verification {
        let unknown = |reason: Reason| Verification::Unknown { reason };
        let issuer = self.told.issuer.clone();
        match proof {
            Proof::False(reason) => Verification::Refused { reason },
            _ if self.revoked => Verification::Refused { reason: Reason::Revoked },
            Proof::Unknown(reason) => unknown(reason),
            Proof::Good => match (self.told.until.as_deref().map(moment), self.told.from.as_deref().map(moment)) {
                (Some(None), _) | (_, Some(None)) => unknown(Reason::UnclearTime(issuer)),
                (Some(Some(end)), _) if end < now => unknown(Reason::Ended(issuer)),
                (_, Some(Some(start))) if start > now => unknown(Reason::NotYet(issuer)),
                _ if self.revocable => unknown(Reason::Revocable(issuer)),
                _ => Verification::Signed { issuer },
            },
        }
    }
}

fn json(bytes: &[u8]) -> Result<Value, BadgeError> {
    if bytes.len() > BADGE_BYTES {
        return Err(BadgeError::TooLong);
    }
    // The parser refuses what is nested deeper than 128.
    serde_json::from_slice(bytes).map_err(|_| BadgeError::Damaged("it is not JSON"))
}

/// A text of a badge, bounded; nothing for one that is empty or no text.
fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(TEXT_CHARS).collect())
}

/// An identity: a text, or an object that has one.
fn id(value: Option<&Value>) -> Option<String> {
    let value = value?;
    text(Some(value)).or_else(|| text(value.get("id")))
}

/// A value, or the first of several.
fn first(value: Option<&Value>) -> Option<&Value> {
    match value? {
        Value::Array(values) => values.first(),
        one => Some(one),
    }
}

fn day(time: &str) -> Option<jiff::civil::Date> {
    time.get(..10).unwrap_or(time).parse().ok()
}

/// A time as a badge writes it: a moment, or a day, of which the end counts.
fn moment(time: &str) -> Option<Timestamp> {
    if let Ok(moment) = time.parse() {
        return Some(moment);
    }
    let last = time.parse::<jiff::civil::Date>().ok()?.at(23, 59, 59, 0);
    jiff::tz::TimeZone::UTC.to_timestamp(last).ok()
}

#[cfg(test)]
mod tests;
