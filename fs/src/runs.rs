//! Dirty runs: bytes written to a file and not yet stored, merged where they touch.

use std::collections::BTreeMap;
use std::ops::Range;

/// A run of this many bytes is likely to grow.
const LONG_BYTES: usize = 512 << 10;
/// What a long run gets more room for.
const ROOM_BYTES: usize = 4 << 20;

/// Disjoint, non-adjacent runs of bytes by their offset in the file.
#[derive(Clone, Default)]
pub(crate) struct Runs {
    runs: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
}

impl Runs {
    /// Lays `data` at `offset` over what is there. Returns by how many bytes the runs grew.
    pub(crate) fn write(&mut self, offset: u64, data: &[u8]) -> usize {
        if data.is_empty() {
            return 0;
        }
        let before = self.bytes;
        let end = offset + data.len() as u64;
        let left = self
            .runs
            .range(..=offset)
            .next_back()
            .filter(|(start, run)| **start + run.len() as u64 >= offset)
            .map(|(start, _)| *start);
        let start = match left {
            Some(start) => {
                if let Some(run) = self.runs.get_mut(&start) {
                    self.bytes += overlay(run, offset - start, data);
                }
                start
            }
            None => {
                self.runs.insert(offset, data.to_vec());
                self.bytes += data.len();
                offset
            }
        };
        self.swallow_after(start, end);
        self.bytes - before
    }

    /// Merges into the run at `start` the runs that begin inside it or where it ends; its bytes win up to `end`.
    fn swallow_after(&mut self, start: u64, end: u64) {
        loop {
            let Some(run_end) = self.runs.get(&start).map(|run| start + run.len() as u64) else { return };
            let Some(next) = self.runs.range(start + 1..=run_end).next().map(|(next, _)| *next) else { return };
            let Some(tail) = self.runs.remove(&next) else { return };
            self.bytes -= tail.len();
            let covered = usize::try_from(run_end.max(end) - next).unwrap_or(usize::MAX).min(tail.len());
            if let Some(run) = self.runs.get_mut(&start) {
                run.extend_from_slice(&tail[covered..]);
                self.bytes += tail.len() - covered;
            }
        }
    }

    /// Takes from each run what lies before the last multiple of `block` that it reaches.
    pub(crate) fn take_blocks(&mut self, block: u64) -> Self {
        let reached = |(start, run): (&u64, &Vec<u8>)| {
            let end = (start + run.len() as u64) / block * block;
            (end > *start).then_some((*start, end))
        };
        let found: Vec<(u64, u64)> = self.runs.iter().filter_map(reached).collect();
        let mut taken = Self::default();
        for (start, end) in found {
            let Some(mut run) = self.runs.remove(&start) else { continue };
            let rest = run.split_off(offset_in(start, end));
            self.bytes -= run.len();
            taken.bytes += run.len();
            taken.runs.insert(start, run);
            if !rest.is_empty() {
                self.runs.insert(end, rest);
            }
        }
        taken
    }

    /// Forgets all bytes in `range`. Returns how many went.
    pub(crate) fn remove(&mut self, range: Range<u64>) -> usize {
        let before = self.bytes;
        let touched: Vec<u64> = self
            .runs
            .range(..range.end)
            .rev()
            .take_while(|(start, run)| **start + run.len() as u64 > range.start)
            .map(|(start, _)| *start)
            .collect();
        for start in touched {
            let Some(mut run) = self.runs.remove(&start) else { continue };
            self.bytes -= run.len();
            let end = start + run.len() as u64;
            if end > range.end {
                let tail = run.split_off(run.len() - offset_in(range.end, end));
                self.bytes += tail.len();
                self.runs.insert(range.end, tail);
            }
            if start < range.start {
                run.truncate(offset_in(start, range.start));
                self.bytes += run.len();
                self.runs.insert(start, run);
            }
        }
        before - self.bytes
    }

    /// Copies what lies in `out`'s place, `offset..offset + out.len()`, over `out`.
    pub(crate) fn read_over(&self, offset: u64, out: &mut [u8]) {
        let end = offset + out.len() as u64;
        for (start, run) in self.overlapping(offset..end) {
            let run_end = start + run.len() as u64;
            let (from, to) = (offset.max(start), end.min(run_end));
            out[offset_in(offset, from)..offset_in(offset, to)]
                .copy_from_slice(&run[offset_in(start, from)..offset_in(start, to)]);
        }
    }

    /// The runs that share a byte with `range`, last first.
    fn overlapping(&self, range: Range<u64>) -> impl Iterator<Item = (u64, &Vec<u8>)> {
        self.runs
            .range(..range.end)
            .rev()
            .take_while(move |(start, run)| **start + run.len() as u64 > range.start)
            .map(|(start, run)| (*start, run))
    }

    /// The first run that ends past `offset`.
    pub(crate) fn first_from(&self, offset: u64) -> Option<Range<u64>> {
        let before = self.runs.range(..=offset).next_back().filter(|(start, run)| **start + run.len() as u64 > offset);
        let found = before.or_else(|| self.runs.range(offset..).next());
        found.map(|(start, run)| *start..*start + run.len() as u64)
    }

    /// Whether every byte of `range` is here.
    pub(crate) fn covers(&self, range: Range<u64>) -> bool {
        range.is_empty()
            || self
                .overlapping(range.clone())
                .any(|(start, run)| start <= range.start && start + run.len() as u64 >= range.end)
    }

    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<u64>> {
        self.runs.iter().map(|(start, run)| *start..*start + run.len() as u64)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.runs.iter().map(|(start, run)| (*start, run.as_slice()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Lays `data` over `run` at `at` (at most the run's length). Returns by how much the run grew.
fn overlay(run: &mut Vec<u8>, at: u64, data: &[u8]) -> usize {
    let at = usize::try_from(at).unwrap_or(run.len()).min(run.len());
    let inside = data.len().min(run.len() - at);
    run[at..at + inside].copy_from_slice(&data[..inside]);
    let more = &data[inside..];
    if run.len() >= LONG_BYTES && run.capacity() - run.len() < more.len() {
        // More will come: growing by doubling would move it again and again, and take twice the room.
        run.reserve_exact(ROOM_BYTES.max(more.len()));
    }
    run.extend_from_slice(more);
    more.len()
}

fn offset_in(start: u64, at: u64) -> usize {
    usize::try_from(at - start).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_behave_as_a_flat_array(acts in prop::collection::vec((any::<bool>(), 0u64..200, 1usize..60), 1..40)) {
            let mut runs = Runs::default();
            let mut flat: Vec<Option<u8>> = vec![None; 300];
            for (n, (write, offset, len)) in acts.into_iter().enumerate() {
                let byte = u8::try_from(n % 250).unwrap_or(0) + 1;
                let at = usize::try_from(offset).unwrap_or(0);
                if write {
                    runs.write(offset, &vec![byte; len]);
                    flat[at..at + len].fill(Some(byte));
                } else {
                    runs.remove(offset..offset + len as u64);
                    flat[at..at + len].fill(None);
                }
                let mut out = [0; 300];
                runs.read_over(0, &mut out);
                let expected: Vec<u8> = flat.iter().map(|b| b.unwrap_or(0)).collect();
                prop_assert_eq!(&out[..], &expected[..]);
                prop_assert_eq!(runs.bytes(), flat.iter().flatten().count());
                let ranges: Vec<_> = runs.ranges().collect();
                prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start || !write));
            }
        }
    }
}
