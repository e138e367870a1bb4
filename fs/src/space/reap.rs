//! Erasing nodes that lost their last name, with all that lies in them: a whole tree goes with one name, and its rows
//! follow in batches that stay small. What is still known outside is emptied, and erased when it is no more.

use super::state::Shared;
use super::{Node, Tree};
use crate::error::Result;
use crate::node::{NodeId, Time};

/// Nodes that one commit erases.
const REAPED: usize = 20_000;
/// Nodes that one commit erases when room is short: the log must stay small then.
pub(super) const REAPED_WHEN_SHORT: usize = 512;

impl Shared {
    /// Erases what nobody knows any more, as much as one commit may hold; the rest waits among the orphans.
    pub(super) fn reap(&self, tree: &mut Tree) -> Result<()> {
        let mut waiting = std::mem::take(&mut *self.reaped.lock());
        let many = waiting.len() > REAPED_WHEN_SHORT;
        let mut left = if many && self.room.is_short()? { REAPED_WHEN_SHORT } else { REAPED };
        let mut later = Vec::new();
        while let Some(id) = waiting.pop() {
            if left == 0 || !self.empty(tree, id, &mut left)? {
                later.push(id);
            } else if !self.is_pinned(id) {
                left = left.saturating_sub(1);
                self.forget_node(id);
                tree.erase_node(id)?;
            }
            waiting.append(&mut self.reaped.lock());
        }
        for id in std::mem::take(&mut tree.new_orphans).into_iter().chain(later.iter().copied()) {
            // One that nobody knows any more is erased with this row, now or by a later batch.
            tree.db.prepare_cached("INSERT OR IGNORE INTO orphans (node) VALUES (?1)")?.execute([id.row()])?;
        }
        // Others let go of nodes meanwhile.
        self.reaped.lock().append(&mut later);
        Ok(())
    }

    /// Takes the names out of a folder that has none itself. Returns whether none is left.
    fn empty(&self, tree: &mut Tree, id: NodeId, left: &mut usize) -> Result<bool> {
        let now = Time::now();
        for (name, child) in tree.some_entries(id, *left)? {
            tree.db.prepare_cached("DELETE FROM entries WHERE parent = ?1 AND name = ?2")?.execute((id.row(), name))?;
            *left -= 1;
            // A node that is missing, or damaged, has nothing that could be erased; `check` tells of it.
            if let Ok(node) = self.node_in(tree, child) {
                self.drop_name(tree, &node, now);
            }
        }
        tree.is_empty(id)
    }

    fn forget_node(&self, id: NodeId) {
        let node = self.nodes.lock().remove(&id);
        if let Some(content) = node.and_then(|node| Node::lock(&node).content.take()) {
            self.count_dirty(0, content.dirty.bytes());
        }
        self.dirty.lock().remove(&id);
    }
}

impl Tree {
    fn some_entries(&self, folder: NodeId, most: usize) -> Result<Vec<(Vec<u8>, NodeId)>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut query = self.db.prepare_cached("SELECT name, node FROM entries WHERE parent = ?1 LIMIT ?2")?;
        let rows = query.query_map((folder.row(), most), |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
        let mut entries = Vec::new();
        for row in rows {
            let (name, node) = row?;
            entries.push((name, NodeId::from_row(node)?));
        }
        Ok(entries)
    }
}
