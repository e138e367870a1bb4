//! Signed texts: three parts of base64 between dots, as in RFC 7515 (compact serialization).

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::key::Key;
use super::{BADGE_BYTES, BadgeError, Proof, json};
use crate::record::Reason;

/// A signed text. Nothing in it is true until a key says so.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) header: Value,
    pub(super) payload: Value,
    /// What was signed: the first two parts as they stand.
    message: String,
    signature: Vec<u8>,
}

impl Signed {
    pub(super) fn read(text: &str) -> Result<Self, BadgeError> {
        if text.len() > BADGE_BYTES {
            return Err(BadgeError::TooLong);
        }
        let broken = BadgeError::Damaged("it is no signed text of three parts");
        let (message, signature) = text.rsplit_once('.').ok_or(broken.clone())?;
        let (header, payload) = message.split_once('.').ok_or(broken)?;
        Ok(Self {
            header: json(&part(header)?)?,
            payload: json(&part(payload)?)?,
            message: message.to_owned(),
            signature: part(signature)?,
        })
    }

    /// Whether this key signed it. What the header says of the key's kind must fit the key, never the other way round.
    pub(super) fn prove(&self, key: &Key) -> Proof {
        // RFC 7515, 4.1.11: what is marked critical and not understood makes the text unreadable.
        if self.header.get("crit").is_some() {
            return Proof::Unknown(Reason::UnknownExtension);
        }
        let kind = self.header.get("alg").and_then(Value::as_str).unwrap_or_default();
        key.prove(kind, self.message.as_bytes(), &self.signature)
    }
}

fn part(text: &str) -> Result<Vec<u8>, BadgeError> {
    BASE64URL_NOPAD
        .decode(text.trim_end_matches('=').as_bytes())
        .map_err(|_| BadgeError::Damaged("a part of it is not base64"))
}
