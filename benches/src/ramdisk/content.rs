//! The bytes of one file: as programs see them, as they are safe, and which pages differ.

use std::collections::BTreeSet;

use super::chance::Chance;

/// What a disk writes at once, or not at all.
const PAGE_BYTES: usize = 4096;

/// The bytes of a file.
#[derive(Default)]
pub(super) struct Content {
    seen: Vec<u8>,
    safe: Vec<u8>,
    /// Pages changed since the last sync.
    dirty: BTreeSet<usize>,
}

impl Content {
    pub(super) fn bytes(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn read(&self, offset: usize, count: usize) -> &[u8] {
        let start = offset.min(self.seen.len());
        &self.seen[start..start.saturating_add(count).min(self.seen.len())]
    }

    pub(super) fn write(&mut self, offset: usize, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let end = offset + data.len();
        if end > self.seen.len() {
            self.resize(end);
        }
        self.seen[offset..end].copy_from_slice(data);
        self.note(offset, end);
    }

    pub(super) fn resize(&mut self, bytes: usize) {
        let before = self.seen.len();
        self.seen.resize(bytes, 0);
        self.note(before.min(bytes), before.max(bytes));
    }

    pub(super) fn zero(&mut self, offset: usize, end: usize) {
        let end = end.min(self.seen.len());
        if offset < end {
            self.seen[offset..end].fill(0);
            self.note(offset, end);
        }
    }

    /// Makes all of it safe.
    pub(super) fn sync(&mut self) {
        self.safe.resize(self.seen.len(), 0);
        for page in std::mem::take(&mut self.dirty) {
            Self::keep(&self.seen, &mut self.safe, page);
        }
    }

    /// A sync that fails: as Linux does, what could not be written counts as clean from now on, and no later sync makes
    /// it safe.
    pub(super) fn fail_sync(&mut self) {
        self.dirty.clear();
    }

    /// Goes back to what is safe.
    pub(super) fn lose_all(&mut self) {
        self.seen = self.safe.clone();
        self.dirty.clear();
    }

    /// Goes back to what is safe plus some of the changed pages; of a file that grew any length between may be left,
    /// of one that was cut the old length or the new one.
    pub(super) fn lose_part(&mut self, chance: &mut Chance, eighths: u64) {
        let (safe, seen) = (self.safe.len() as u64, self.seen.len() as u64);
        let bytes = match safe.checked_sub(seen) {
            Some(_) => [safe, seen][usize::from(chance.happens(eighths))],
            None if chance.happens(eighths) => seen,
            None => safe + chance.up_to(seen - safe),
        };
        self.safe.resize(usize::try_from(bytes).unwrap_or(usize::MAX), 0);
        for page in std::mem::take(&mut self.dirty) {
            if chance.happens(eighths) {
                Self::keep(&self.seen, &mut self.safe, page);
            }
        }
        self.lose_all();
    }

    fn note(&mut self, from: usize, to: usize) {
        self.dirty.extend(from / PAGE_BYTES..to.div_ceil(PAGE_BYTES));
    }

    /// Copies a page as far as both have it.
    fn keep(seen: &[u8], safe: &mut [u8], page: usize) {
        let start = page * PAGE_BYTES;
        let end = (start + PAGE_BYTES).min(seen.len()).min(safe.len());
        if start < end {
            safe[start..end].copy_from_slice(&seen[start..end]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_what_was_synced() {
        let mut content = Content::default();
        content.write(0, &[1; 10_000]);
        content.sync();
        content.write(5000, &[2; 10_000]);
        content.lose_all();
        assert_eq!(content.read(0, 20_000), [1; 10_000]);
    }

    #[test]
    fn a_page_is_lost_or_kept_whole() {
        for seed in 0..200 {
            let mut content = Content::default();
            content.write(0, &[1; 8 * PAGE_BYTES]);
            content.sync();
            content.write(0, &[2; 8 * PAGE_BYTES]);
            content.lose_part(&mut Chance::new(seed), 4);
            for page in content.read(0, usize::MAX).chunks(PAGE_BYTES) {
                assert!(page.iter().all(|byte| *byte == page[0]) && (1..=2).contains(&page[0]));
            }
        }
    }

    #[test]
    fn growth_is_lost_from_its_end() {
        for seed in 0..200 {
            let mut content = Content::default();
            content.write(0, &[1; 100]);
            content.sync();
            content.write(100, &[2; 50_000]);
            content.lose_part(&mut Chance::new(seed), 4);
            assert!((100..=50_100).contains(&content.bytes()));
            assert_eq!(content.read(0, 100), [1; 100]);
        }
    }

    #[test]
    fn what_was_cut_off_stays_off_after_a_sync() {
        let mut content = Content::default();
        content.write(0, &[1; 9000]);
        content.sync();
        content.resize(100);
        content.resize(9000);
        content.sync();
        content.lose_all();
        assert_eq!(content.read(100, 8900), [0; 8900]);
    }
}
