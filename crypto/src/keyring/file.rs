//! The keyring file: `salt (32) || ciphertext || tag`, nothing in clear.
//!
//! Each write takes a fresh salt and with it a fresh key, bound to bag and header version; so the nonce of ChaCha20-Poly1305 (RFC
//! 8439) is zero, and an older file never opens as a newer one.

use chacha20poly1305::{
    ChaCha20Poly1305, Nonce, Tag,
    aead::{AeadInOut, KeyInit},
};
use zeroize::Zeroizing;

use super::{BagKey, Keyring, KeyringSlot, OwnerKeys, SlotKind, Space};
use crate::{
    BagId, Header, KeyError, SlotId, SlotRight, SpaceId, SpaceKey, WrapPublic, WrapSecret,
    bytes::{Reader, put_count},
    derive::{self, FORMAT, FROM_BAG_KEY, KEYRING_HASH, KEYRING_KEY, KEYRING_SEAL, expand},
    random::random,
    signing::SignSecret,
    slot::Lock,
    wrap::PUBLIC_BYTES,
};

/// Returns the content of the file for the keyring's version.
pub(super) fn seal(keyring: &Keyring) -> Vec<u8> {
    let salt: [u8; SALT] = random();
    let plain = encode(keyring);
    let mut file = Vec::with_capacity(SALT + plain.len() + TAG);
    file.extend_from_slice(&salt);
    // Exactly as much room as is needed: a vector that grows would leave a copy of the keys behind.
    file.extend_from_slice(&plain);
    let aead = cipher(&keyring.bag_key, &salt, &keyring.bag, keyring.version);
    let aad = aad(&keyring.bag, keyring.version);
    #[expect(clippy::expect_used, reason = "the cipher only refuses messages of gigabytes; a keyring is bounded")]
    let tag =
        aead.encrypt_inout_detached(&Nonce::default(), &aad, (&mut file[SALT..]).into()).expect("a keyring is sealed");
    file.extend_from_slice(&tag);
    file
}

/// Returns the hash that the header signs.
pub(super) fn hash(file: &[u8]) -> [u8; 32] {
    derive::hash(KEYRING_HASH, &[file])
}

/// Opens the file that a header names.
pub(super) fn open(header: &Header, bag_key: BagKey, file: &[u8]) -> Result<Keyring, KeyError> {
    if hash(file) != header.keyring {
        return Err(KeyError::AlteredKeyring("another file"));
    }
    let short = || KeyError::AlteredKeyring("too short");
    let (salt, rest) = file.split_first_chunk::<SALT>().ok_or_else(short)?;
    let (body, tag) = rest.split_last_chunk::<TAG>().ok_or_else(short)?;
    let mut plain = Zeroizing::new(body.to_vec());
    cipher(&bag_key, salt, &header.bag, header.version)
        .decrypt_inout_detached(
            &Nonce::default(),
            &aad(&header.bag, header.version),
            plain.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| KeyError::AlteredKeyring("it does not open"))?;
    decode(header, bag_key, &plain).ok_or(KeyError::AlteredKeyring("its content"))
}

fn cipher(bag_key: &BagKey, salt: &[u8; SALT], bag: &BagId, version: u64) -> ChaCha20Poly1305 {
    let context: [&[u8]; 3] = [salt, bag.as_bytes(), &version.to_le_bytes()];
    let key = expand(FROM_BAG_KEY, bag_key.as_bytes(), KEYRING_KEY, &context);
    ChaCha20Poly1305::new(&(*key).into())
}

fn aad(bag: &BagId, version: u64) -> Vec<u8> {
    [KEYRING_SEAL, &[0], &FORMAT.to_le_bytes(), bag.as_bytes(), &version.to_le_bytes()].concat()
}

fn encode(keyring: &Keyring) -> Zeroizing<Vec<u8>> {
    let epochs: usize = keyring.spaces.iter().map(|space| space.keys.len()).sum();
    let room = 128 + 64 * keyring.owner.len() + 24 * keyring.spaces.len() + 36 * epochs + 1400 * keyring.slots.len();
    let mut out = Zeroizing::new(Vec::with_capacity(room));
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(keyring.bag.as_bytes());
    out.extend_from_slice(&keyring.version.to_le_bytes());
    out.push(keyring.suite.number());
    out.extend_from_slice(keyring.home.as_bytes());
    put_count(&mut out, keyring.owner.len());
    for owner in &keyring.owner {
        out.extend_from_slice(&*owner.sign.seed());
        out.extend_from_slice(&*owner.wrap.to_bytes());
    }
    put_count(&mut out, keyring.spaces.len());
    for space in &keyring.spaces {
        out.extend_from_slice(space.id.as_bytes());
        put_count(&mut out, space.keys.len());
        for key in &space.keys {
            out.extend_from_slice(&key.epoch().to_le_bytes());
            out.extend_from_slice(key.as_bytes());
        }
    }
    put_count(&mut out, keyring.slots.len());
    for slot in &keyring.slots {
        out.extend_from_slice(slot.id.as_bytes());
        out.push(slot.kind as u8);
        out.push(slot.right as u8);
        out.extend_from_slice(slot.space.map_or([0; 16], |space| *space.as_bytes()).as_slice());
        out.extend_from_slice(&slot.until.unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&slot.made.to_le_bytes());
        slot.lock.encode(&mut out);
        out.extend_from_slice(&slot.commitment);
        out.extend_from_slice(&slot.public.to_bytes());
    }
    debug_assert!(out.len() <= room);
    out
}

fn decode(header: &Header, bag_key: BagKey, plain: &[u8]) -> Option<Keyring> {
    let mut from = Reader::new(plain);
    let same = from.u16()? == FORMAT
        && from.array()? == header.bag.as_bytes()
        && from.u64()? == header.version
        && from.u8()? == header.suite.number();
    let home = SpaceId::from_bytes(*from.array()?);
    let mut keyring = Keyring {
        bag: header.bag,
        suite: header.suite,
        version: header.version,
        home,
        bag_key,
        owner: Vec::new(),
        spaces: Vec::new(),
        slots: Vec::new(),
    };
    for _ in 0..from.count(64)? {
        let sign = SignSecret::from_seed(from.array()?);
        keyring.owner.push(OwnerKeys { sign, wrap: WrapSecret::from_bytes(from.array()?) });
    }
    for _ in 0..from.count(20)? {
        keyring.spaces.push(space(&mut from)?);
    }
    for _ in 0..from.count(PUBLIC_BYTES)? {
        keyring.slots.push(slot(&mut from)?);
    }
    let whole = same && from.finished() && !keyring.owner.is_empty() && keyring.space(&home).is_ok();
    whole.then_some(keyring)
}

fn space(from: &mut Reader<'_>) -> Option<Space> {
    let id = SpaceId::from_bytes(*from.array()?);
    let mut keys = Vec::new();
    for _ in 0..from.count(36)? {
        let epoch = from.u32()?;
        keys.push(SpaceKey::from_parts(from.array()?, epoch));
    }
    let grow = keys.is_sorted_by(|a: &SpaceKey, b| a.epoch() < b.epoch());
    (grow && !keys.is_empty()).then_some(Space { id, keys })
}

fn slot(from: &mut Reader<'_>) -> Option<KeyringSlot> {
    let id = SlotId::from_bytes(*from.array()?);
    let kind = from.u8()?;
    let kinds = [SlotKind::Passphrase, SlotKind::Recovery, SlotKind::Device, SlotKind::Guest];
    let kind = kinds.into_iter().find(|known| *known as u8 == kind)?;
    let right = SlotRight::from_number(from.u8()?)?;
    let space = *from.array::<16>()?;
    let space = (space != [0; 16]).then(|| SpaceId::from_bytes(space));
    if (right == SlotRight::Own) != space.is_none() {
        return None;
    }
    let until = from.u64()?;
    let made = from.u64()?;
    let lock = Lock::decode(from)?;
    let commitment = *from.array()?;
    let public = WrapPublic::from_bytes(from.array()?).ok()?;
    let until = (until != 0).then_some(until);
    Some(KeyringSlot { id, kind, right, space, until, made, lock, commitment, public })
}

const SALT: usize = 32;
const TAG: usize = 16;
