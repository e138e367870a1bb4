//! Listing folders by growing entry numbers, so that no entry is lost while others come and go.

use std::sync::Arc;

use cartable_share::Access;
use rusqlite::Row;

use super::tree::{NODE_COLUMNS, node_from_row};
use super::{Node, Space};
use crate::error::Result;
use crate::name::Name;
use crate::node::{Attr, NodeId};

/// An entry of a folder.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Where listing goes on after this entry; 3 or more (1 and 2 are left for `.` and `..`).
    pub cookie: u64,
    /// Its name.
    pub name: &'a [u8],
    /// What it names.
    pub attr: &'a Attr,
}

impl Space {
    /// Calls `each` with the entries of `folder` whose cookie is past `after`, in order, until it returns false.
    /// `each` must not call back into the space, except to pin.
    ///
    /// # Errors
    /// [`FsError::NotFolder`](crate::FsError::NotFolder), [`FsError::NotFound`](crate::FsError::NotFound).
    pub fn list(
        &self,
        _access: &Access,
        folder: NodeId,
        after: u64,
        mut each: impl FnMut(&Listed<'_>) -> bool,
    ) -> Result<()> {
        let tree = self.shared.tree.lock();
        let known = self.shared.node_in(&tree, folder)?;
        if known.lock().attr.kind != crate::node::Kind::Folder {
            return Err(crate::error::FsError::NotFolder);
        }
        let mut query = tree.db.prepare_cached(LISTING.get_or_init(listing))?;
        let mut rows = query.query((folder.row(), after.cast_signed()))?;
        while let Some(row) = rows.next()? {
            let cookie = row.get::<_, i64>(0)?.cast_unsigned();
            let id = NodeId::from_row(row.get(1)?)?;
            let name = row.get_ref(2)?.as_blob().unwrap_or_default();
            if Name::new(name).is_err() {
                continue;
            }
            let in_memory = self.shared.nodes.lock().get(&id).map(Arc::clone);
            let Some(attr) = listed_attr(id, in_memory.as_deref(), row) else { continue };
            if !each(&Listed { cookie, name, attr: &attr }) {
                break;
            }
        }
        Ok(())
    }
}

/// The attributes of an entry of which the row holds a node's columns from the fourth on. None for a damaged one: it does not
/// hide the rest, and `check` tells of it.
pub(super) fn listed_attr(id: NodeId, in_memory: Option<&Node>, row: &Row<'_>) -> Option<Attr> {
    match in_memory {
        Some(node) => Some(node.lock().attr()),
        None => node_from_row(id, row, 3).ok().map(|state| state.attr),
    }
}

static LISTING: std::sync::OnceLock<String> = std::sync::OnceLock::new();

fn listing() -> String {
    format!(
        "SELECT e.id, e.node, e.name, {NODE_COLUMNS} FROM entries e INDEXED BY entries_in_order
         LEFT JOIN nodes n ON n.id = e.node WHERE e.parent = ?1 AND e.id > ?2 ORDER BY e.id"
    )
}
