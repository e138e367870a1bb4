//! Finding nodes for doors that know paths, not nodes: nothing is pinned, and what is found may be gone a moment later.

use std::collections::HashMap;

use cartable_share::Access;
use rusqlite::params;

use super::Space;
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Kind, NodeId};

/// An extended attribute: name and value.
pub type Found = (Vec<u8>, Vec<u8>);

impl Space {
    /// What `name` in `folder` leads to.
    ///
    /// # Errors
    /// [`FsError::NotFound`], or [`FsError::NotFolder`].
    pub fn find(&self, _access: &Access, folder: NodeId, name: Name<'_>) -> Result<Attr> {
        let tree = self.shared.tree.lock();
        self.shared.folder(&tree, folder)?;
        let entry = tree.find(folder, name)?.ok_or(FsError::NotFound)?;
        let attr = self.shared.node_in(&tree, entry.node)?.lock().attr();
        Ok(attr)
    }

    /// The extended attributes of a node whose names begin with `prefix`.
    ///
    /// # Errors
    /// [`FsError::Database`].
    pub fn xattrs(&self, _access: &Access, id: NodeId, prefix: &[u8]) -> Result<Vec<Found>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "SELECT name, value FROM xattrs WHERE node = ?1 AND substr(name, 1, ?2) = ?3 ORDER BY name",
        )?;
        let rows = query.query_map(params![id.row(), length(prefix), prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The extended attributes of all entries of a folder whose names begin with `prefix`, by node.
    ///
    /// # Errors
    /// [`FsError::Database`].
    pub fn xattrs_in(&self, _access: &Access, folder: NodeId, prefix: &[u8]) -> Result<HashMap<NodeId, Vec<Found>>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "SELECT x.node, x.name, x.value FROM entries e INDEXED BY entries_in_order JOIN xattrs x ON x.node = e.node
             WHERE e.parent = ?1 AND substr(x.name, 1, ?2) = ?3",
        )?;
        let mut rows = query.query(params![folder.row(), length(prefix), prefix])?;
        let mut found: HashMap<NodeId, Vec<Found>> = HashMap::new();
        while let Some(row) = rows.next()? {
            found.entry(NodeId::from_row(row.get(0)?)?).or_default().push((row.get(1)?, row.get(2)?));
        }
        Ok(found)
    }
}

impl Space {
    /// Bytes of all files that lie below a folder, as they were at the last commit.
    ///
    /// # Errors
    /// [`FsError::Database`].
    pub fn bytes_below(&self, _access: &Access, folder: NodeId) -> Result<u64> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "WITH RECURSIVE below (id) AS (
                 SELECT node FROM entries WHERE parent = ?1
                 UNION SELECT e.node FROM below b JOIN entries e ON e.parent = b.id)
             SELECT coalesce(sum(n.size), 0) FROM below b JOIN nodes n ON n.id = b.id WHERE (n.mode & ?2) = ?3",
        )?;
        let (mask, file) = (0o170_000, Kind::File.type_bits());
        let bytes: i64 = query.query_row(params![folder.row(), mask, file], |row| row.get(0))?;
        Ok(bytes.cast_unsigned())
    }
}

fn length(prefix: &[u8]) -> i64 {
    i64::try_from(prefix.len()).unwrap_or(i64::MAX)
}
