//! Every label and every derivation of the product. A key or label is changed here, in `docs/format.md`, and nowhere
//! else.
//!
//! Two functions, each with one use: HKDF-SHA-256 (RFC 5869) makes keys from keys; BLAKE3 hashes content.
//! An `info` of HKDF is always `label || 0x00 || context`: no label contains a zero byte, so no two of them can meet.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The format that this program writes and reads, bound into everything that is derived, sealed or signed.
pub(crate) const FORMAT: u16 = 1;

// HKDF-SHA-256, `salt` of the extraction: what kind of key the input is.
pub(crate) const FROM_SPACE_KEY: &[u8] = b"cartable/1 space key";
pub(crate) const FROM_BAG_KEY: &[u8] = b"cartable/1 bag key";
pub(crate) const FROM_SECRET: &[u8] = b"cartable/1 slot secret";
pub(crate) const FROM_STATE_KEY: &[u8] = b"cartable/1 state key";

// HKDF-SHA-256, `info` of the expansion: what the output is for.
pub(crate) const DATABASE_KEY: &[u8] = b"database key";
pub(crate) const CONVERGENCE_KEY: &[u8] = b"convergence key";
pub(crate) const PACK_HEADER_KEY: &[u8] = b"pack header key";
pub(crate) const DROP_KEY: &[u8] = b"drop key pair";
pub(crate) const KEYRING_KEY: &[u8] = b"keyring file";
pub(crate) const SLOT_KEY: &[u8] = b"slot key pair";
pub(crate) const SLOT_COMMITMENT: &[u8] = b"slot commitment";
pub(crate) const SLOT_TAG: &[u8] = b"slot lookup tag";
pub(crate) const BAG_STATE_KEY: &[u8] = b"bag state";

// BLAKE3 derive_key contexts.
pub(crate) const CHUNK_ID: &str = "cartable/1 chunk id";
pub(crate) const SLOT_HASH: &str = "cartable/1 slot hash";
pub(crate) const HEADER_HASH: &str = "cartable/1 header hash";
pub(crate) const KEYRING_HASH: &str = "cartable/1 keyring hash";
pub(crate) const CODE_CHECK: &str = "cartable/1 code checksum";

// HPKE `info`, and what a signature or an AEAD covers first.
pub(crate) const SLOT_SEAL: &[u8] = b"cartable/1 slot";
pub(crate) const HEADER_SIGNATURE: &[u8] = b"cartable/1 header";
pub(crate) const KEYRING_SEAL: &[u8] = b"cartable/1 keyring";

/// Returns `HKDF-SHA-256(salt, key, label || 0x00 || context[0] || context[1] ...)` (RFC 5869), 32 bytes.
pub(crate) fn expand(salt: &[u8], key: &[u8], label: &[u8], context: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut info: Vec<&[u8]> = vec![label, &[0]];
    info.extend_from_slice(context);
    let mut out = Zeroizing::new([0; 32]);
    #[expect(clippy::expect_used, reason = "32 bytes are one block; HKDF gives up to 255")]
    Hkdf::<Sha256>::new(Some(salt), key).expand_multi_info(&info, out.as_mut_slice()).expect("one block");
    out
}

/// Returns the hash of public bytes under one of the BLAKE3 contexts above.
pub(crate) fn hash(context: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}
