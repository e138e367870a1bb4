//! Extents: which stored bytes make up a file, by offset. What no extent covers is a hole.
//!
//! A change never touches stored bytes: it splices new extents over old ones. The map remembers which ranges differ
//! from the database's rows, so that closing a batch rewrites those rows and no others.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use cartable_crypto::ChunkRef;
use cartable_store::Place;
use parking_lot::Mutex;

/// A chunk that extents point into, as the index has it.
pub(crate) struct Chunk {
    /// Row in the chunk index.
    pub(crate) id: i64,
    /// Where its sealed body lies, or lay when the index was last asked.
    place: Mutex<Place>,
    /// Its key and hash.
    pub(crate) reference: ChunkRef,
}

impl Chunk {
    /// A chunk that lies at `place`.
    pub(crate) fn new(id: i64, place: Place, reference: ChunkRef) -> Self {
        Self { id, place: Mutex::new(place), reference }
    }

    /// Where its sealed body lies, as far as is known: it may have been moved since.
    pub(crate) fn place(&self) -> Place {
        *self.place.lock()
    }

    /// Notes that it was moved.
    pub(crate) fn moved_to(&self, place: Place) {
        *self.place.lock() = place;
    }
}

/// Where an extent's bytes are.
#[derive(Clone)]
pub(crate) enum Source {
    /// Inside a sealed chunk, from byte `skip` of it on.
    Chunk { chunk: Arc<Chunk>, skip: u32 },
    /// Inside a chunk that the index does not know any more, from byte `skip` of it on: repair may find it.
    Lost { chunk: i64, skip: u32 },
    /// In a row of table `inline`, whole; the row belongs to this extent alone.
    Inline { row: i64 },
}

impl Source {
    /// The same source from `bytes` further on. An inline row has no such part: it belongs to one extent, whole.
    pub(crate) fn from(&self, bytes: u64) -> Self {
        let further = |skip: u32| skip.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        match self {
            Self::Chunk { chunk, skip } => Self::Chunk { chunk: Arc::clone(chunk), skip: further(*skip) },
            Self::Lost { chunk, skip } => Self::Lost { chunk: *chunk, skip: further(*skip) },
            Self::Inline { row } => Self::Inline { row: *row },
        }
    }
}

/// A run of a file's bytes.
#[derive(Clone)]
pub(crate) struct Extent {
    /// Bytes, more than none.
    pub(crate) length: u64,
    pub(crate) source: Source,
}

/// All extents of a file.
#[derive(Default)]
pub(crate) struct ExtentMap {
    map: BTreeMap<u64, Extent>,
    changed: Vec<Range<u64>>,
    stored_bytes: u64,
}

impl ExtentMap {
    /// Takes over a row of the database.
    pub(crate) fn load(&mut self, start: u64, extent: Extent) {
        self.stored_bytes += extent.length;
        self.map.insert(start, extent);
    }

    /// Removes whatever lies in `range`. Inline extents cut in two are returned whole with their start, so that the
    /// caller keeps the bytes outside the range: an inline row belongs to one extent.
    pub(crate) fn clear(&mut self, range: Range<u64>) -> Vec<(u64, Extent)> {
        if range.is_empty() {
            return Vec::new();
        }
        let mut torn = Vec::new();
        let mut widened = range.clone();
        let touched: Vec<u64> = self
            .map
            .range(..range.end)
            .rev()
            .take_while(|(start, extent)| **start + extent.length > range.start)
            .map(|(start, _)| *start)
            .collect();
        for start in touched {
            let Some(extent) = self.map.remove(&start) else { continue };
            self.stored_bytes -= extent.length;
            let end = start + extent.length;
            widened = widened.start.min(start)..widened.end.max(end);
            if start >= range.start && end <= range.end {
                continue;
            }
            match &extent.source {
                Source::Inline { .. } => torn.push((start, extent)),
                Source::Chunk { .. } | Source::Lost { .. } => {
                    if start < range.start {
                        self.put(start, Extent { length: range.start - start, source: extent.source.clone() });
                    }
                    if end > range.end {
                        let source = extent.source.from(range.end - start);
                        self.put(range.end, Extent { length: end - range.end, source });
                    }
                }
            }
        }
        self.note_change(widened);
        torn
    }

    /// Puts an extent into a place that was cleared.
    pub(crate) fn insert(&mut self, start: u64, extent: Extent) {
        self.note_change(start..start + extent.length);
        self.put(start, extent);
    }

    fn put(&mut self, start: u64, extent: Extent) {
        self.stored_bytes += extent.length;
        self.map.insert(start, extent);
    }

    fn note_change(&mut self, range: Range<u64>) {
        let (mut start, mut end) = (range.start, range.end);
        self.changed.retain(|other| {
            let touches = other.start <= end && start <= other.end;
            if touches {
                start = start.min(other.start);
                end = end.max(other.end);
            }
            !touches
        });
        self.changed.push(start..end);
    }

    /// The extents that share a byte with `range`, first to last, with their starts.
    pub(crate) fn overlapping(&self, range: Range<u64>) -> impl Iterator<Item = (u64, &Extent)> {
        let first = self
            .map
            .range(..=range.start)
            .next_back()
            .filter(|(start, extent)| **start + extent.length > range.start)
            .map_or(range.start, |(start, _)| *start);
        self.map.range(first..range.end.max(first)).map(|(start, extent)| (*start, extent))
    }

    /// Takes the ranges that differ from the database's rows; the caller writes them.
    pub(crate) fn take_changed(&mut self) -> Vec<Range<u64>> {
        std::mem::take(&mut self.changed)
    }

    pub(crate) fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }

    /// Where the last extent ends.
    pub(crate) fn end(&self) -> u64 {
        self.map.last_key_value().map_or(0, |(start, extent)| start + extent.length)
    }
}
