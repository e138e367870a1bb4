//! Reading and writing of fixed layouts: integers are little-endian, counts come before what they count.

/// Reads a layout from its beginning to its end. Every method returns `None` when too little is left.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(first)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(|bytes: &[u8; 1]| bytes[0])
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().copied().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().copied().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().copied().map(u64::from_le_bytes)
    }

    /// Reads a count of things that take at least `least_bytes` each, so a damaged count can't ask for memory.
    pub(crate) fn count(&mut self, least_bytes: usize) -> Option<usize> {
        let count = self.u32()? as usize;
        (count.checked_mul(least_bytes)? <= self.rest.len()).then_some(count)
    }

    /// Whether everything was read.
    pub(crate) fn finished(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Appends a count.
pub(crate) fn put_count(out: &mut Vec<u8>, count: usize) {
    // Counts are bounded when things are added, far below 2^32.
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}
