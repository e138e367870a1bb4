//! The bytes of a pack: a clear file header, then records, each a sealed header and a sealed body.
//!
//! | file header | bytes |
//! |---|---|
//! | magic `CARTPACK` | 8 |
//! | format version, `u16` = 1 | 2 |
//! | zero | 2 |
//! | epoch of the keys that sealed the record headers, `u32` | 4 |
//! | pack id, random; in hex it is the file's name | 16 |
//!
//! | record header, opened | bytes |
//! |---|---|
//! | kind, 1 chunk or 2 padding | 1 |
//! | zero | 3 |
//! | bytes of the chunk, or of the padding, `u32` | 4 |
//! | number of the chunk, by which extents name it, `u64`, or zero | 8 |
//! | reference of the chunk (key, hash), or zero | 64 |
//!
//! Numbers are little endian. A record header is sealed with the pack id and its own offset as context, so headers
//! can't be moved; a body is sealed under its chunk's key alone, so that it can move to another pack unchanged.

use std::fmt;
use std::str::FromStr;

use cartable_crypto::{ChunkRef, OpenError, RecordCipher, sealed_bytes};
use data_encoding::HEXLOWER;

use crate::error::{Error, Result};

/// Bytes of a sealed record header.
pub const RECORD_HEADER_BYTES: usize = OPENED_BYTES + RecordCipher::OVERHEAD;
/// Bytes of the clear header at the start of a pack.
pub(crate) const FILE_HEADER_BYTES: usize = 32;
/// A pack is closed when the next record would take it past this, and padded to it.
pub(crate) const PACK_BYTES: u64 = 32 << 20;
/// The smallest size of a closed pack; sizes between are its doublings.
pub(crate) const SMALLEST_BYTES: u64 = 64 * 1024;

const MAGIC: &[u8; 8] = b"CARTPACK";
const VERSION: u16 = 1;
const OPENED_BYTES: usize = 80;
const CHUNK: u8 = 1;
const PADDING: u8 = 2;

/// The random identity of a pack; in hex its file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackName([u8; 16]);

impl PackName {
    /// Makes a new name.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    pub fn random() -> Result<Self> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(Error::Randomness)?;
        Ok(Self(id))
    }

    /// The id as it stands in the index.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Takes an id from the index.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Where the pack lies among the objects of the backend: `<2 hex>/<32 hex>`.
    #[must_use]
    pub fn object(&self) -> String {
        let name = self.to_string();
        format!("{}/{name}", &name[..2])
    }

    /// The pack that lies under this name among the objects of the backend, if it is one.
    pub(crate) fn of_object(object: &str) -> Option<Self> {
        let name: Self = object.split_once('/')?.1.parse().ok()?;
        (name.object() == object).then_some(name)
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for PackName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let bytes = HEXLOWER.decode(name.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| Error::NotAPack { name: name.to_owned(), why: "its name is not 32 hex digits" })
    }
}

/// What a record header says.
pub(crate) enum Header {
    Chunk { id: i64, plain_bytes: u32, reference: ChunkRef },
    Padding { bytes: u32 },
}

impl Header {
    /// Bytes of the body that follows.
    pub(crate) fn body_bytes(&self) -> u64 {
        match self {
            Self::Chunk { plain_bytes, .. } => u64::from(sealed_bytes(*plain_bytes)),
            Self::Padding { bytes } => u64::from(*bytes),
        }
    }

    pub(crate) fn seal(&self, cipher: &RecordCipher, pack: &PackName, offset: u64, out: &mut Vec<u8>) {
        let mut opened = zeroize::Zeroizing::new([0u8; OPENED_BYTES]);
        let (kind, bytes) = match self {
            Self::Chunk { id, plain_bytes, reference } => {
                opened[8..16].copy_from_slice(&id.to_le_bytes());
                opened[16..].copy_from_slice(reference.to_bytes().as_slice());
                (CHUNK, *plain_bytes)
            }
            Self::Padding { bytes } => (PADDING, *bytes),
        };
        opened[0] = kind;
        opened[4..8].copy_from_slice(&bytes.to_le_bytes());
        cipher.seal(&context(pack, offset), opened.as_slice(), out);
    }

    pub(crate) fn open(
        cipher: &RecordCipher,
        pack: &PackName,
        offset: u64,
        sealed: &[u8],
    ) -> std::result::Result<Self, OpenError> {
        let opened = cipher.open(&context(pack, offset), sealed)?;
        let opened: &[u8; OPENED_BYTES] = opened.as_slice().try_into().map_err(|_| OpenError::Length)?;
        let bytes = u32::from_le_bytes([opened[4], opened[5], opened[6], opened[7]]);
        let mut id = [0; 8];
        id.copy_from_slice(&opened[8..16]);
        let mut reference = zeroize::Zeroizing::new([0u8; 64]);
        reference.copy_from_slice(&opened[16..]);
        match opened[0] {
            CHUNK => Ok(Self::Chunk {
                id: i64::from_le_bytes(id),
                plain_bytes: bytes,
                reference: ChunkRef::from_bytes(&reference),
            }),
            PADDING => Ok(Self::Padding { bytes }),
            _ => Err(OpenError::Altered),
        }
    }
}

fn context(pack: &PackName, offset: u64) -> [u8; 24] {
    let mut context = [0; 24];
    context[..16].copy_from_slice(&pack.0);
    context[16..].copy_from_slice(&offset.to_le_bytes());
    context
}

/// The clear bytes at the start of a pack.
pub(crate) fn file_header(pack: &PackName, epoch: u32) -> [u8; FILE_HEADER_BYTES] {
    let mut header = [0; FILE_HEADER_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..10].copy_from_slice(&VERSION.to_le_bytes());
    header[12..16].copy_from_slice(&epoch.to_le_bytes());
    header[16..].copy_from_slice(&pack.0);
    header
}

/// Checks the clear bytes at the start of the pack called `pack` and returns its epoch.
pub(crate) fn epoch_of(pack: &PackName, header: &[u8; FILE_HEADER_BYTES]) -> Result<u32> {
    let refuse = |why| Err(Error::NotAPack { name: pack.to_string(), why });
    if &header[..8] != MAGIC {
        return refuse("it does not begin as one");
    }
    if header[8..12] != [VERSION.to_le_bytes()[0], VERSION.to_le_bytes()[1], 0, 0] {
        return refuse("its format is not known");
    }
    if header[16..] != pack.0 {
        return refuse("it is another pack under this name");
    }
    Ok(u32::from_le_bytes([header[12], header[13], header[14], header[15]]))
}

/// The size to which a pack of `bytes` is padded: a doubling of 64 KiB, at least one record header more.
pub(crate) fn padded_bytes(bytes: u64) -> u64 {
    let mut size = SMALLEST_BYTES;
    while size < bytes {
        size *= 2;
    }
    size
}
