//! The keys behind a slot, computed from the files of a bag as `docs/format.md` says, with none of the program's own code.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::fs;
use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use hkdf::Hkdf;
use hpke::{Deserializable, Kem, OpModeR, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::XWing, single_shot_open};
use serde_json::Value;
use sha2::Sha256;

/// The letters of codes.
const LETTERS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// An opened slot.
pub struct Slot {
    /// The seed of its key pair.
    pub seed: [u8; 32],
    /// What it held: the bag key, or a space key.
    pub key: [u8; 32],
    bag: Vec<u8>,
    space: Vec<u8>,
    epoch: Vec<u8>,
}

/// The 20 bytes of a recovery code or an app's password.
pub fn bytes_of(code: &str) -> Vec<u8> {
    let value = |letter: &u8| LETTERS.iter().position(|known| known == letter).unwrap() as u128;
    let values: Vec<u128> = code.as_bytes().iter().filter(|letter| **letter != b'-').map(value).collect();
    let group = |letters: &[u128]| letters.iter().fold(0, |group, value| group << 5 | value);
    values[..32].chunks(8).flat_map(|letters| group(letters).to_be_bytes()[11..].to_vec()).collect()
}

impl Slot {
    /// Opens the slot that a code opens, in the header as it stands. The login is empty for a recovery code.
    pub fn open(bag: &Path, login: &str, code: &str) -> Self {
        Self::open_in(&fs::read(bag.join("bag.json")).unwrap(), login, code)
    }

    /// The same, in a header that was kept.
    pub fn open_in(header: &[u8], login: &str, code: &str) -> Self {
        let header: Value = serde_json::from_slice(header).unwrap();
        let (bag, root) = (hex(&header["bag"]), bytes_of(code));
        let tag = hkdf("slot secret", &root, "slot lookup tag", &[&bag, login.as_bytes()]);
        let mut slots = header["slots"].as_array().unwrap().iter();
        let slot = slots.find(|slot| slot["lock"]["random"]["tag"] == HEXLOWER.encode(&tag)).expect("a slot");
        let id = hex(&slot["id"]);
        let seed = hkdf("slot secret", &root, "slot key pair", &[&bag, &id]);
        let commitment = hkdf("slot secret", &root, "slot commitment", &[&bag, &id]);
        let info = [b"cartable/1 slot\0", bag.as_slice(), &id].concat();
        let aad = [&1_u16.to_le_bytes()[..], &[1, 2], &tag, &commitment].concat();
        let sealed = BASE64.decode(slot["sealed"].as_str().unwrap().as_bytes()).unwrap();
        let (encapsulated, body) = sealed.split_at(1120);
        let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated).unwrap();
        let (secret, _) = XWing::derive_keypair(&seed);
        let opened = single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &secret,
            &encapsulated,
            &info,
            body,
            &aad,
        );
        let payload = opened.unwrap();
        let (space, epoch) = (payload[18..34].to_vec(), payload[34..38].to_vec());
        Self { seed, key: payload[79..].try_into().unwrap(), bag, space, epoch }
    }

    /// The epoch of the space key.
    pub fn epoch(&self) -> u32 {
        u32::from_le_bytes(self.epoch.as_slice().try_into().unwrap())
    }

    /// A key that comes from the space key, by its label.
    pub fn derived(&self, label: &str) -> [u8; 32] {
        hkdf("space key", &self.key, label, &[&self.bag, &self.space, &self.epoch, &[1]])
    }
}

fn hkdf(salt: &str, key: &[u8], label: &str, context: &[&[u8]]) -> [u8; 32] {
    let info = [label.as_bytes(), &[0], &context.concat()].concat();
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(Some(format!("cartable/1 {salt}").as_bytes()), key).expand(&info, &mut out).unwrap();
    out
}

fn hex(text: &Value) -> Vec<u8> {
    HEXLOWER.decode(text.as_str().unwrap().as_bytes()).unwrap()
}
