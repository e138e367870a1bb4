//! Records laid out one behind the other: sealed in place by many threads, then appended with one write.

use cartable_crypto::{ChunkRef, sealed_bytes};

use crate::pack::RECORD_HEADER_BYTES;

/// Memory that an empty batch keeps for the next one.
const KEPT_BYTES: usize = 8 << 20;

/// Chunks on their way into a pack. Add them, seal their bodies, then [`append`](crate::Packs::append) them.
#[derive(Default)]
pub struct Batch {
    /// As long as the longest batch so far: bytes past the last record are left over from an earlier one.
    bytes: Vec<u8>,
    records: Vec<Record>,
}

pub(crate) struct Record {
    pub(crate) id: i64,
    pub(crate) reference: ChunkRef,
    pub(crate) plain_bytes: u32,
    /// Where its header begins in the batch.
    pub(crate) start: usize,
}

impl Record {
    /// Bytes of header and body.
    pub(crate) fn bytes(&self) -> usize {
        RECORD_HEADER_BYTES + sealed_bytes(self.plain_bytes) as usize
    }

    pub(crate) fn end(&self) -> usize {
        self.start + self.bytes()
    }
}

impl Batch {
    /// Forgets all records.
    pub fn clear(&mut self) {
        self.records.clear();
        if self.bytes.len() > KEPT_BYTES {
            self.bytes.truncate(KEPT_BYTES);
            self.bytes.shrink_to_fit();
        }
    }

    /// Adds the chunk of number `id`; its body is yet to be filled.
    pub fn add(&mut self, id: i64, reference: &ChunkRef, plain_bytes: u32) {
        let reference = ChunkRef::from_bytes(&reference.to_bytes());
        let record = Record { id, reference, plain_bytes, start: self.records.last().map_or(0, Record::end) };
        if self.bytes.len() < record.end() {
            self.bytes.resize(record.end(), 0);
        }
        self.records.push(record);
    }

    /// The bodies, in the order in which they were added, each as long as its chunk is when sealed.
    pub fn bodies(&mut self) -> Vec<&mut [u8]> {
        let mut rest = &mut self.bytes[..];
        let mut bodies = Vec::with_capacity(self.records.len());
        for record in &self.records {
            let (bytes, later) = rest.split_at_mut(record.bytes());
            bodies.push(&mut bytes[RECORD_HEADER_BYTES..]);
            rest = later;
        }
        bodies
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(crate) fn put_header(&mut self, start: usize, header: &[u8]) {
        self.bytes[start..start + RECORD_HEADER_BYTES].copy_from_slice(header);
    }

    pub(crate) fn bytes(&self, range: std::ops::Range<usize>) -> &[u8] {
        &self.bytes[range]
    }
}
