//! Finding nodes for doors that know paths, not nodes: nothing is pinned, and what is found may be gone a moment later.

use std::collections::HashMap;

use cartable_share::Access;
use rusqlite::params;

use super::Space;
use crate::error::{FsError, Result};
use crate::name::Name;
use crate::node::{Attr, Kind, NodeId};

/// The most bytes of attributes that are read at once.
const ATTRIBUTES_BYTES: usize = 64 << 20;

/// An extended attribute: name and value.
pub type Xattr = (Vec<u8>, Vec<u8>);

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
    pub fn xattrs(&self, _access: &Access, id: NodeId, prefix: &[u8]) -> Result<Vec<Xattr>> {
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
    /// [`FsError::NoRoom`] when they are more than memory should hold; [`FsError::Database`].
    pub fn xattrs_in(&self, _access: &Access, folder: NodeId, prefix: &[u8]) -> Result<HashMap<NodeId, Vec<Xattr>>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare_cached(
            "SELECT x.node, x.name, x.value FROM entries e INDEXED BY entries_in_order JOIN xattrs x ON x.node = e.node
             WHERE e.parent = ?1 AND substr(x.name, 1, ?2) = ?3",
        )?;
        let mut rows = query.query(params![folder.row(), length(prefix), prefix])?;
        let mut found: HashMap<NodeId, Vec<Xattr>> = HashMap::new();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            bytes += row.get_ref(2)?.as_blob().map_or(0, <[u8]>::len);
            if bytes > ATTRIBUTES_BYTES {
                return Err(FsError::NoRoom);
            }
            found.entry(NodeId::from_row(row.get(0)?)?).or_default().push((row.get(1)?, row.get(2)?));
        }
        Ok(found)
    }

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
             SELECT n.size FROM below b JOIN nodes n ON n.id = b.id WHERE (n.mode & ?2) = ?3",
        )?;
        let (mask, file) = (0o170_000, Kind::File.type_bits());
        let sizes = query.query_map(params![folder.row(), mask, file], |row| row.get::<_, i64>(0))?;
        // Files with holes may be larger together than any number.
        sizes
            .map(|size| Ok(size?.cast_unsigned()))
            .try_fold(0, |sum: u64, size: Result<u64>| Ok(sum.saturating_add(size?)))
    }
}

fn length(prefix: &[u8]) -> i64 {
    i64::try_from(prefix.len()).unwrap_or(i64::MAX)
}
