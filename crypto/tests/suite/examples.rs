//! The worked examples of `docs/format.md`, computed again from its text with nothing but the primitives, and compared both with
//! the document and with what our own code makes of the bag in `tests/data/bag-1`, which is never edited.

use std::collections::HashMap;

use aes_gcm::Aes256Gcm;
use argon2::{Algorithm, Argon2, Params, Version};
use cartable_crypto::{
    AppPassword, BagId, ChunkRef, Code, Header, Held, Keyring, Login, Passphrase, Secret, SpaceId, StateKey,
};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use hpke::{Deserializable, Kem, OpModeR, Serializable, aead, kdf::HkdfSha256, kem::XWing, single_shot_open};
use serde_json::Value;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::hex;

const DOCUMENT: &str = include_str!("../../../docs/format.md");
const HEADER: &[u8] = include_bytes!("../data/bag-1/bag.json");
const KEYRING: &[u8] = include_bytes!("../data/bag-1/keyring.3");

/// The lines of the blocks marked `example`.
fn documented() -> HashMap<&'static str, &'static str> {
    let mut examples = HashMap::new();
    let mut inside = false;
    for line in DOCUMENT.lines() {
        match line {
            "```example" => inside = true,
            _ if line.starts_with("```") => inside = false,
            _ if inside => {
                let (name, value) = line.split_once(" = ").expect(line);
                assert!(examples.insert(name, value).is_none(), "{name} stands twice");
            }
            _ => {}
        }
    }
    examples
}

/// One worked-out value after the other, in the order of the document.
struct Worked {
    given: HashMap<&'static str, &'static str>,
    values: Vec<(&'static str, String)>,
}

impl Worked {
    fn text(&mut self, name: &'static str, otherwise: &str) -> String {
        let value = self.given.get(name).map_or(otherwise, |value| value).to_owned();
        self.values.push((name, value.clone()));
        value
    }

    fn show(&mut self, name: &'static str, bytes: &[u8]) {
        self.values.push((name, HEXLOWER.encode(bytes)));
    }
}

fn hkdf(salt: &str, key: &[u8], label: &str, context: &[&[u8]]) -> [u8; 32] {
    let info = [label.as_bytes(), &[0], &context.concat()].concat();
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(Some(salt.as_bytes()), key).expand(&info, &mut out).unwrap();
    out
}

/// Reads a layout from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (first, rest) = self.0.split_at(count);
        self.0 = rest;
        first
    }

    fn number(&mut self, bytes: usize) -> u64 {
        self.take(bytes).iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

fn header() -> Value {
    serde_json::from_slice(HEADER).unwrap()
}

fn value(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    if text.len() > 70 { BASE64.decode(text.as_bytes()).unwrap() } else { hex(text) }
}

fn lock_bytes(lock: &Value) -> Vec<u8> {
    match lock.get("argon2id") {
        Some(lock) => {
            let number = |name: &str| (lock[name].as_u64().unwrap() as u32).to_le_bytes();
            [&[1], &number("memory_kib")[..], &number("passes"), &number("lanes"), &value(&lock["salt"])].concat()
        }
        None => [&[2], &value(&lock["random"]["tag"])[..]].concat(),
    }
}

/// Opens a slot of the header as the document says; returns the commitment, the seed and the payload.
fn open_slot(slot: &Value, root: &[u8], bag: &[u8]) -> ([u8; 32], [u8; 32], Vec<u8>) {
    let id = value(&slot["id"]);
    let commitment = hkdf("cartable/1 slot secret", root, "slot commitment", &[bag, &id]);
    let seed = hkdf("cartable/1 slot secret", root, "slot key pair", &[bag, &id]);
    assert_eq!(value(&slot["commitment"]), commitment);
    let (secret, _) = XWing::derive_keypair(&seed);
    let info = [b"cartable/1 slot\0", bag, &id].concat();
    let aad = [&1_u16.to_le_bytes()[..], &[1], &lock_bytes(&slot["lock"]), &commitment].concat();
    let sealed = value(&slot["sealed"]);
    let (key, body) = sealed.split_at(1120);
    let key = <XWing as Kem>::EncappedKey::from_bytes(key).unwrap();
    let plain =
        single_shot_open::<aead::ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeR::Base, &secret, &key, &info, body, &aad);
    (commitment, seed, plain.unwrap())
}

fn segments(aes: bool, key: &[u8; 32], plain: &[u8]) -> Vec<u8> {
    let count = plain.len().div_ceil(8192).max(1);
    let seal = |number: usize| {
        let piece = &plain[number * 8192..plain.len().min((number + 1) * 8192)];
        let mut nonce = [0; 12];
        nonce[..11].copy_from_slice(&(number as u128).to_be_bytes()[5..]);
        nonce[11] = u8::from(number + 1 == count);
        if aes {
            Aes256Gcm::new(key.into()).encrypt(&nonce.into(), piece).unwrap()
        } else {
            ChaCha20Poly1305::new(key.into()).encrypt(&nonce.into(), piece).unwrap()
        }
    };
    (0..count).flat_map(seal).collect()
}

fn work_out() -> Vec<(&'static str, String)> {
    let mut worked = Worked { given: documented(), values: Vec::new() };
    let header = header();
    let bag = value(&header["bag"]);
    let slots = header["slots"].as_array().unwrap();

    // Secrets and slots.
    let passphrase = worked.text("passphrase", "trois petits chats");
    let code = worked.text("recovery_code", "?");
    let code_bytes = crockford(&code);
    worked.show("recovery_bytes", &code_bytes);
    let check = blake3::derive_key("cartable/1 code checksum", &code_bytes);
    worked.show("recovery_check", &check[..2]);
    let tag = hkdf("cartable/1 slot secret", &code_bytes, "slot lookup tag", &[&bag]);
    worked.show("recovery_tag", &tag);
    let slot = slots.iter().find(|slot| slot["lock"]["random"]["tag"] == HEXLOWER.encode(&tag)).unwrap();
    let (commitment, seed, payload) = open_slot(slot, &code_bytes, &bag);
    worked.show("recovery_commitment", &commitment);
    worked.show("recovery_seed", &seed);
    let (_, public) = XWing::derive_keypair(&seed);
    worked.show("recovery_public_blake3", blake3::hash(&public.to_bytes()).as_bytes());
    worked.show("recovery_payload", &payload);
    let login = worked.text("app_login", "?");
    let password = worked.text("app_password", "?");
    let password = crockford(&password);
    let tag = hkdf("cartable/1 slot secret", &password, "slot lookup tag", &[&bag, login.as_bytes()]);
    worked.show("app_tag", &tag);
    let slot = slots.iter().find(|slot| slot["lock"]["random"]["tag"] == HEXLOWER.encode(&tag)).unwrap();
    let (_, _, app_payload) = open_slot(slot, &password, &bag);
    worked.show("app_payload", &app_payload);
    let slot = slots.iter().find(|slot| slot["lock"].get("argon2id").is_some()).unwrap();
    let lock = &slot["lock"]["argon2id"];
    let number = |name: &str| lock[name].as_u64().unwrap() as u32;
    let params = Params::new(number("memory_kib"), number("passes"), number("lanes"), Some(32)).unwrap();
    let mut root = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &value(&lock["salt"]), &mut root)
        .unwrap();
    worked.show("passphrase_stretched", &root);
    let (_, _, passphrase_payload) = open_slot(slot, &root, &bag);
    assert_eq!(passphrase_payload, payload, "both are the owner's");

    // The payload and the header's signature.
    let mut fields = Bytes(&payload);
    assert_eq!(fields.number(2), 1);
    assert_eq!(fields.take(16), bag);
    assert_eq!((fields.take(16), fields.number(4), fields.number(1), fields.number(8)), (&[0; 16][..], 0, 1, 0));
    let owner: [u8; 32] = fields.take(32).try_into().unwrap();
    let bag_key = fields.take(32);
    let mut signed = b"cartable/1 header\0".to_vec();
    signed.extend_from_slice(&bag);
    signed.extend_from_slice(&header["version"].as_u64().unwrap().to_le_bytes());
    signed.extend_from_slice(&[1, 0, 1]);
    let spaces = header["spaces"].as_array().unwrap();
    signed.extend_from_slice(&(spaces.len() as u32).to_le_bytes());
    for space in spaces {
        signed.extend_from_slice(&value(&space["id"]));
        signed.extend_from_slice(&(space["epoch"].as_u64().unwrap() as u32).to_le_bytes());
    }
    signed.extend_from_slice(&(slots.len() as u32).to_le_bytes());
    for slot in slots {
        let parts = [value(&slot["id"]), lock_bytes(&slot["lock"]), value(&slot["commitment"]), value(&slot["sealed"])];
        signed.extend_from_slice(&blake3::derive_key("cartable/1 slot hash", &parts.concat()));
    }
    let keyring_hash = blake3::derive_key("cartable/1 keyring hash", KEYRING);
    assert_eq!(value(&header["keyring"]), keyring_hash);
    signed.extend_from_slice(&keyring_hash);
    worked.show("header_signed", &signed);
    let signature = Signature::from_slice(&value(&header["signature"])).unwrap();
    VerifyingKey::from_bytes(&owner).unwrap().verify_strict(&signed, &signature).unwrap();

    // The keyring.
    let version = header["version"].as_u64().unwrap().to_le_bytes();
    let (salt, sealed) = KEYRING.split_at(32);
    let key = hkdf("cartable/1 bag key", bag_key, "keyring file", &[salt, &bag, &version]);
    worked.show("keyring_key", &key);
    let aad = [b"cartable/1 keyring\0", &[1, 0][..], &bag, &version].concat();
    let aead = ChaCha20Poly1305::new(&key.into());
    let plain = aead.decrypt(&[0; 12].into(), Payload { msg: sealed, aad: &aad }).unwrap();
    let mut fields = Bytes(&plain);
    assert_eq!((fields.number(2), fields.take(16), fields.take(8), fields.number(1)), (1, &bag[..], &version[..], 1));
    let home = fields.take(16);
    let mut current_owner = &[][..];
    for _ in 0..fields.number(4) {
        current_owner = fields.take(64);
    }
    let owner_key = SigningKey::from_bytes(current_owner[..32].try_into().unwrap());
    assert_eq!(owner_key.verifying_key().to_bytes(), owner);
    worked.show("owner_sign_seed", &current_owner[..32]);
    assert_eq!(fields.number(4), 1, "one space");
    assert_eq!(fields.take(16), home);
    let (mut epoch, mut space_key) = (0, &[][..]);
    for _ in 0..fields.number(4) {
        (epoch, space_key) = (fields.number(4) as u32, fields.take(32));
    }
    assert_eq!(fields.number(4), 3, "three slots");
    let entry = Bytes(fields.0).take(16 + 1 + 1 + 16 + 8 + 8);
    worked.show("keyring_first_slot", entry);

    // Keys of the space.
    worked.show("bag", &bag);
    worked.show("space", home);
    worked.show("space_key", space_key);
    worked.values.push(("epoch", epoch.to_string()));
    let context: [&[u8]; 4] = [&bag, home, &epoch.to_le_bytes(), &[1]];
    let derived = |label: &str| hkdf("cartable/1 space key", space_key, label, &context);
    worked.show("database_key", &derived("database key"));
    let convergence = derived("convergence key");
    worked.show("convergence_key", &convergence);
    let pack_header_key = derived("pack header key");
    worked.show("pack_header_key", &pack_header_key);
    let (_, drop_public) = XWing::derive_keypair(&derived("drop key pair"));
    worked.show("drop_seed", &derived("drop key pair"));
    worked.show("drop_public_blake3", blake3::hash(&drop_public.to_bytes()).as_bytes());

    // Chunks.
    let plain = worked.text("chunk", "Bonjour");
    let reference = |plain: &[u8], suite: u8| {
        let hash = *blake3::hash(plain).as_bytes();
        let params = [&[1, 0, suite][..], &8192_u32.to_le_bytes(), &[0]].concat();
        (*blake3::keyed_hash(&convergence, &[&params[..], &hash].concat()).as_bytes(), hash)
    };
    let (key, hash) = reference(plain.as_bytes(), 1);
    worked.show("chunk_hash", &hash);
    worked.show("chunk_key", &key);
    worked.show("chunk_id", &blake3::derive_key("cartable/1 chunk id", &key));
    worked.show("chunk_sealed", &segments(false, &key, plain.as_bytes()));
    worked.show("chunk_sealed_aes", &segments(true, &key, plain.as_bytes()));
    let long = vec![b'a'; 40_000];
    let (key, _) = reference(&long, 1);
    worked.show("long_key", &key);
    worked.show("long_sealed_blake3", blake3::hash(&segments(false, &key, &long)).as_bytes());

    // A record and a state file, sealed with a random nonce: they are opened.
    let record = worked.text("record_sealed", "?");
    let opened = open_record(&pack_header_key, b"context", &record);
    worked.show("record_plain", &opened);
    let state_key = worked.text("state_key", &"07".repeat(32));
    let key = hkdf("cartable/1 state key", &hex(&state_key), "bag state", &[&bag]);
    worked.show("state_bag_key", &key);
    let sealed = worked.text("state_sealed", "?");
    worked.show("state_plain", &open_record(&key, b"", &sealed));
    worked.values
}

fn open_record(key: &[u8; 32], context: &[u8], sealed: &str) -> Vec<u8> {
    let sealed = hex(sealed);
    let (nonce, body) = sealed.split_at(24);
    let nonce: &[u8; 24] = nonce.try_into().unwrap();
    let aead = XChaCha20Poly1305::new(key.into());
    aead.decrypt(nonce.into(), Payload { msg: body, aad: context }).unwrap()
}

fn crockford(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter(|byte| *byte != b'-').take(32);
    let value = |digit| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".iter().position(|known| *known == digit).unwrap();
    let bits: Vec<bool> = digits.flat_map(|digit| (0..5).rev().map(move |bit| value(digit) >> bit & 1 == 1)).collect();
    bits.chunks(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}

#[test]
fn the_document_s_examples_are_true() {
    let documented = documented();
    let worked = work_out();
    for (name, value) in &worked {
        assert_eq!(documented.get(name).copied(), Some(value.as_str()), "{name}");
    }
    let names: Vec<_> = worked.iter().map(|(name, _)| *name).collect();
    for name in documented.keys() {
        assert!(names.contains(name) || name.starts_with("pack"), "nothing computes {name}");
    }
}

#[test]
fn our_code_reads_the_golden_bag_as_the_document_says() {
    let documented = documented();
    let of = |name: &str| documented[name];
    let header = Header::parse(HEADER).unwrap();
    let passphrase = Passphrase::new(Zeroizing::new(of("passphrase").as_bytes().to_vec())).unwrap();
    let recovery = Code::parse(of("recovery_code")).unwrap();
    let app = AppPassword {
        login: Login::parse(of("app_login")).unwrap(),
        password: Code::parse(of("app_password")).unwrap(),
    };
    assert_eq!(recovery.text().as_str(), of("recovery_code"));
    assert!(header.unlock(&Secret::Passphrase(passphrase)).is_ok());
    let device = header.unlock(&Secret::App(app)).unwrap();
    assert!(matches!(&device.held, Held::Space { key, .. } if key.epoch() == 2));
    let keyring = Keyring::open(header.unlock(&Secret::Recovery(recovery)).unwrap(), KEYRING).unwrap();
    let keys = keyring.space_keys(&keyring.home()).unwrap();
    assert_eq!(keyring.bag().to_string(), of("bag"));
    assert_eq!(keyring.home(), of("space").parse::<SpaceId>().unwrap());
    assert_eq!(keys.epoch.to_string(), of("epoch"));
    assert_eq!(keys.database.pragma().as_str(), format!("x'{}'", of("database_key")));
    let reference = keys.chunks.reference(of("chunk").as_bytes());
    let shown = HEXLOWER.encode(reference.to_bytes().as_slice());
    assert_eq!(shown, [of("chunk_key"), of("chunk_hash")].concat());
    assert_eq!(HEXLOWER.encode(&reference.id()), of("chunk_id"));
    let mut sealed = vec![0; of("chunk").len() + 16];
    keys.chunks.seal(&reference, of("chunk").as_bytes(), &mut sealed);
    assert_eq!(HEXLOWER.encode(&sealed), of("chunk_sealed"));
    let long = vec![b'a'; 40_000];
    let mut sealed = vec![0; 40_000 + 5 * 16];
    let reference: ChunkRef = keys.chunks.reference(&long);
    keys.chunks.seal(&reference, &long, &mut sealed);
    assert_eq!(HEXLOWER.encode(blake3::hash(&sealed).as_bytes()), of("long_sealed_blake3"));
    let record = keys.records.open(b"context", &hex(of("record_sealed"))).unwrap();
    assert_eq!(HEXLOWER.encode(&record), of("record_plain"));
    let drop = blake3::hash(&keys.drop.public().to_bytes());
    assert_eq!(HEXLOWER.encode(drop.as_bytes()), of("drop_public_blake3"));
    let state = StateKey::from_bytes(hex(of("state_key")).as_slice().try_into().unwrap());
    let bag: BagId = of("bag").parse().unwrap();
    assert_eq!(HEXLOWER.encode(&state.open(&bag, &hex(of("state_sealed"))).unwrap()), of("state_plain"));
}

/// How the golden bag was made. It prints the examples; a person puts them into the document.
#[test]
#[ignore = "writes the golden bag of a new format"]
fn make_the_golden_bag() {
    use cartable_crypto::{Grant, Suite};
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bag-1");
    let passphrase = Passphrase::new(Zeroizing::new(b"trois petits chats".to_vec())).unwrap();
    let (recovery, lost, app) = (Code::random(), AppPassword::random(), AppPassword::random());
    println!("recovery_code = {}", recovery.text().as_str());
    println!("app_login = {}\napp_password = {}", app.login, app.password.text().as_str());
    let mut keyring = Keyring::create(Suite::ChaCha20Poly1305);
    keyring.add(&Secret::Passphrase(passphrase), Grant::Bag, 1_700_000_000).unwrap();
    keyring.add(&Secret::Recovery(recovery), Grant::Bag, 1_700_000_001).unwrap();
    let lost = keyring.add(&Secret::App(lost), Grant::Home, 1_700_000_002).unwrap();
    keyring.add(&Secret::App(app), Grant::Home, 1_700_000_003).unwrap();
    keyring.publish().unwrap();
    keyring.publish().unwrap();
    keyring.remove(&lost).unwrap();
    let published = keyring.publish().unwrap();
    std::fs::write(folder.join("bag.json"), &published.header).unwrap();
    std::fs::write(folder.join("keyring.3"), &published.keyring).unwrap();
    let mut record = Vec::new();
    keyring.space_keys(&keyring.home()).unwrap().records.seal(b"context", b"a record", &mut record);
    println!("record_sealed = {}", HEXLOWER.encode(&record));
    let state = StateKey::from_bytes(&[7; 32]).seal(&keyring.bag(), b"a state");
    println!("state_key = {}\nstate_sealed = {}", "07".repeat(32), HEXLOWER.encode(&state));
}

/// Prints every example, for the document.
#[test]
#[ignore = "prints the examples of a new format"]
fn print_the_examples() {
    for (name, value) in work_out() {
        println!("{name} = {value}");
    }
}
