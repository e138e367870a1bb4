//! Reading a pack from its own records, without the index: for rebuilding the index, and for checking.

use cartable_crypto::{ChunkRef, RecordCipher};

use crate::backend::Backend;
use crate::error::Result;
use crate::pack::{FILE_HEADER_BYTES, Header, PackName, RECORD_HEADER_BYTES, epoch_of};

/// A chunk found in a pack.
pub struct Record {
    /// Its number, by which extents name it.
    pub id: i64,
    /// Where its sealed body begins.
    pub offset: u64,
    /// Its length before sealing.
    pub plain_bytes: u32,
    /// Its key and hash.
    pub reference: ChunkRef,
}

/// What a pack holds.
pub struct Scan {
    /// Epoch of the keys that sealed its record headers.
    pub epoch: u32,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its chunks, in order.
    pub records: Vec<Record>,
    /// Where the records stop to be readable before the end: a torn tail, or damage.
    pub torn_at: Option<u64>,
}

impl Scan {
    /// Reads the records of the pack called `name`; `cipher` gives the cipher of an epoch, if its keys are at hand.
    ///
    /// # Errors
    /// [`Error::NotAPack`](crate::Error::NotAPack) when the file is none, [`Error::Io`](crate::Error::Io).
    pub fn read<'a>(
        backend: &dyn Backend,
        name: &PackName,
        cipher: impl FnOnce(u32) -> Option<&'a RecordCipher>,
    ) -> Result<Self> {
        let object = name.object();
        let bytes = backend.bytes(&object)?;
        let mut file_header = [0; FILE_HEADER_BYTES];
        backend.read_at(&object, 0, &mut file_header)?;
        let epoch = epoch_of(name, &file_header)?;
        let mut at = FILE_HEADER_BYTES as u64;
        let mut scan = Self { epoch, bytes, records: Vec::new(), torn_at: None };
        let Some(cipher) = cipher(epoch) else {
            scan.torn_at = Some(at);
            return Ok(scan);
        };
        while at < bytes {
            let body = at + RECORD_HEADER_BYTES as u64;
            let mut sealed = [0; RECORD_HEADER_BYTES];
            let header = if body <= bytes {
                backend.read_at(&object, at, &mut sealed)?;
                Header::open(cipher, name, at, &sealed).ok()
            } else {
                None
            };
            let Some(header) = header.filter(|header| body + header.body_bytes() <= bytes) else {
                scan.torn_at = Some(at);
                break;
            };
            at = body + header.body_bytes();
            if let Header::Chunk { id, plain_bytes, reference } = header {
                scan.records.push(Record { id, offset: body, plain_bytes, reference });
            }
        }
        Ok(scan)
    }
}
