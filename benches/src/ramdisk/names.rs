//! Changes of names that no fsync of a folder made safe yet.
//!
//! A change is atomic, a rename among them, and depends on earlier ones of the same names: without those it can't
//! have happened.

use std::collections::HashSet;
use std::ffi::OsString;

use super::chance::Chance;

/// A name in a folder.
pub(super) type Place = (u64, OsString);

/// Names set or removed together.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) sets: Vec<(Place, Option<u64>)>,
}

/// Changes in the order they were made.
#[derive(Default)]
pub(super) struct Pending {
    changes: Vec<Change>,
}

impl Pending {
    pub(super) fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Takes the changes of one folder, and those they depend on.
    pub(super) fn take_of(&mut self, folder: u64) -> Vec<Change> {
        let mut wanted: HashSet<Place> = HashSet::new();
        let mut taken = Vec::new();
        let mut left = Vec::new();
        for change in std::mem::take(&mut self.changes).into_iter().rev() {
            if change.sets.iter().any(|(place, _)| place.0 == folder || wanted.contains(place)) {
                wanted.extend(change.sets.iter().map(|(place, _)| place.clone()));
                taken.push(change);
            } else {
                left.push(change);
            }
        }
        left.reverse();
        taken.reverse();
        self.changes = left;
        taken
    }

    /// Forgets all.
    pub(super) fn lose_all(&mut self) {
        self.changes.clear();
    }

    /// Takes some, each with what it depends on, and forgets the rest.
    pub(super) fn lose_part(&mut self, chance: &mut Chance, eighths: u64) -> Vec<Change> {
        let mut lost: HashSet<Place> = HashSet::new();
        let mut taken = Vec::new();
        for change in std::mem::take(&mut self.changes) {
            let possible = change.sets.iter().all(|(place, _)| !lost.contains(place));
            if possible && chance.happens(eighths) {
                taken.push(change);
            } else {
                lost.extend(change.sets.into_iter().map(|(place, _)| place));
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(sets: &[(u64, &str, Option<u64>)]) -> Change {
        Change { sets: sets.iter().map(|(folder, name, node)| ((*folder, OsString::from(name)), *node)).collect() }
    }

    #[test]
    fn syncing_a_folder_takes_what_a_rename_out_of_another_depends_on() {
        let mut pending = Pending::default();
        pending.add(set(&[(1, "a", Some(10))]));
        pending.add(set(&[(1, "other", Some(11))]));
        pending.add(set(&[(1, "a", None), (2, "b", Some(10))]));
        assert_eq!(pending.take_of(2).len(), 2);
        assert_eq!(pending.changes.len(), 1);
    }

    #[test]
    fn a_rename_of_a_name_that_was_lost_did_not_happen() {
        for seed in 0..100 {
            let mut pending = Pending::default();
            pending.add(set(&[(1, "new", Some(10))]));
            pending.add(set(&[(1, "new", None), (1, "old", Some(10))]));
            let taken = pending.lose_part(&mut Chance::new(seed), 4);
            assert!(taken.first().is_none_or(|change| change.sets.len() == 1));
        }
    }
}
