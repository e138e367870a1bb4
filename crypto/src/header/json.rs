//! The text of `bag.json`.

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};

use super::Header;
use crate::{
    Cost, KeyError, Suite,
    derive::FORMAT,
    slot::{Lock, SEALED_BYTES, Slot},
};

/// Only the format is read first: a newer one may differ in everything else.
#[derive(Deserialize)]
struct Format {
    cartable: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bag {
    cartable: u64,
    bag: String,
    version: u64,
    suite: String,
    spaces: Vec<Space>,
    slots: Vec<SlotText>,
    keyring: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Space {
    id: String,
    epoch: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotText {
    id: String,
    lock: LockText,
    commitment: String,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum LockText {
    Argon2id { memory_kib: u64, passes: u64, lanes: u64, salt: String },
    Random { tag: String },
}

pub(super) fn parse(json: &[u8]) -> Result<Header, KeyError> {
    if json.len() > Header::MAX_BYTES {
        return Err(KeyError::malformed("it is too large"));
    }
    let refused = |error: serde_json::Error| KeyError::malformed(format!("line {}, {}", error.line(), what(&error)));
    let Format { cartable } = serde_json::from_slice(json).map_err(refused)?;
    if cartable != u64::from(FORMAT) {
        return match cartable {
            0 => Err(KeyError::malformed("formats begin at 1")),
            found => Err(KeyError::NewerFormat { found, known: FORMAT }),
        };
    }
    let text: Bag = serde_json::from_slice(json).map_err(refused)?;
    let header = Header {
        bag: id(&text.bag)?,
        version: text.version,
        suite: Suite::from_name(&text.suite).ok_or_else(|| KeyError::malformed("an unknown suite"))?,
        spaces: text.spaces.iter().map(|space| Ok((id(&space.id)?, space.epoch))).collect::<Result<_, KeyError>>()?,
        slots: text.slots.iter().map(slot).collect::<Result<_, KeyError>>()?,
        keyring: bytes(&HEXLOWER, &text.keyring)?,
        signature: bytes(&BASE64, &text.signature)?,
    };
    header.checked()
}

pub(super) fn write(header: &Header) -> Vec<u8> {
    let slot = |slot: &Slot| SlotText {
        id: slot.id.to_string(),
        lock: match &slot.lock {
            Lock::Passphrase { cost, salt } => LockText::Argon2id {
                memory_kib: cost.memory_kib().into(),
                passes: cost.passes().into(),
                lanes: cost.lanes().into(),
                salt: HEXLOWER.encode(salt),
            },
            Lock::Random { tag } => LockText::Random { tag: HEXLOWER.encode(tag) },
        },
        commitment: HEXLOWER.encode(&slot.commitment),
        sealed: BASE64.encode(&slot.sealed),
    };
    let text = Bag {
        cartable: FORMAT.into(),
        bag: header.bag.to_string(),
        version: header.version,
        suite: header.suite.name().to_owned(),
        spaces: header.spaces.iter().map(|(id, epoch)| Space { id: id.to_string(), epoch: *epoch }).collect(),
        slots: header.slots.iter().map(slot).collect(),
        keyring: HEXLOWER.encode(&header.keyring),
        signature: BASE64.encode(&header.signature),
    };
    #[expect(clippy::expect_used, reason = "strings, numbers and lists of them are always written")]
    let mut json = serde_json::to_vec_pretty(&text).expect("a header is written");
    json.push(b'\n');
    json
}

fn slot(text: &SlotText) -> Result<Slot, KeyError> {
    let lock = match &text.lock {
        LockText::Argon2id { memory_kib, passes, lanes, salt } => {
            Lock::Passphrase { cost: Cost::new(*memory_kib, *passes, *lanes)?, salt: bytes(&HEXLOWER, salt)? }
        }
        LockText::Random { tag } => Lock::Random { tag: bytes(&HEXLOWER, tag)? },
    };
    let sealed: [u8; SEALED_BYTES] = bytes(&BASE64, &text.sealed)?;
    Ok(Slot { id: id(&text.id)?, lock, commitment: bytes(&HEXLOWER, &text.commitment)?, sealed })
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, KeyError> {
    text.parse().map_err(|_| KeyError::malformed("an id"))
}

/// Decodes exactly `N` bytes; each value has one text.
fn bytes<const N: usize>(encoding: &data_encoding::Encoding, text: &str) -> Result<[u8; N], KeyError> {
    let decoded = encoding.decode(text.as_bytes()).ok();
    decoded.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| KeyError::malformed(format!("a value of {N} bytes")))
}

/// What kind of error it is. Its own text could carry pieces of the file to a log.
fn what(error: &serde_json::Error) -> &'static str {
    use serde_json::error::Category;
    match error.classify() {
        Category::Syntax => "not JSON",
        Category::Eof => "it ends too early",
        Category::Data => "a field is unknown, missing, repeated or of the wrong kind",
        Category::Io => "it can't be read",
    }
}
