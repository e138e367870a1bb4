//! The power goes, and comes back.

use std::collections::{HashMap, HashSet};

use super::chance::Chance;
use super::disk::{Body, Disk, ROOT};

/// How much of what was not synced a cut takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// All of it.
    All,
    /// A random part.
    Part,
    /// Nothing: not the power went, only whoever wrote.
    Nothing,
}

impl Disk {
    pub(super) fn power_off(&mut self) {
        self.on = false;
    }

    pub(super) fn power_on(&mut self, seed: u64, loss: Loss) {
        let mut chance = Chance::new(seed);
        // Some cuts take little, some nearly all.
        let eighths = 1 + chance.up_to(6);
        match loss {
            Loss::Nothing => {}
            Loss::All => self.pending.lose_all(),
            Loss::Part => {
                for change in self.pending.lose_part(&mut chance, eighths) {
                    self.make_safe(change);
                }
            }
        }
        // In order, so that a seed decides everything.
        let mut ids: Vec<u64> = self.nodes.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            match self.nodes.get_mut(&id).map(|node| &mut node.body) {
                _ if loss == Loss::Nothing => {}
                Some(Body::File(content)) if loss == Loss::All => content.lose_all(),
                Some(Body::File(content)) => content.lose_part(&mut chance, eighths),
                Some(Body::Folder { seen, safe, .. }) => seen.clone_from(safe),
                Some(Body::Symlink(_)) | None => {}
            }
        }
        self.forget_unnamed();
        self.on = true;
        self.failure = None;
    }

    /// Drops what no name leads to, and counts the names of the rest.
    fn forget_unnamed(&mut self) {
        let mut links: HashMap<u64, u32> = HashMap::new();
        let mut ahead = vec![ROOT];
        let mut reached = HashSet::from([ROOT]);
        while let Some(id) = ahead.pop() {
            if let Some(Body::Folder { seen, .. }) = self.nodes.get(&id).map(|node| &node.body) {
                for child in seen.values() {
                    *links.entry(*child).or_insert(0) += 1;
                    if reached.insert(*child) {
                        ahead.push(*child);
                    }
                }
            }
        }
        self.nodes.retain(|id, _| reached.contains(id));
        for (id, count) in links {
            if let Some(node) = self.nodes.get_mut(&id) {
                node.links = count;
            }
        }
        self.listings.clear();
    }
}
