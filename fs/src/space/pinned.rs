//! A pin that gives itself back.

use std::sync::Arc;

use cartable_share::Access;

use super::Space;
use crate::error::Result;
use crate::name::Name;
use crate::node::{Attr, NodeId};

/// Keeps a node beyond its last name, as long as it lives.
pub struct Pinned {
    space: Arc<Space>,
    id: NodeId,
}

impl Pinned {
    /// Pins a node.
    #[must_use]
    pub fn new(space: &Arc<Space>, id: NodeId) -> Self {
        space.shared.hold(id);
        Self { space: Arc::clone(space), id }
    }

    /// Pins what a name leads to, in one step: it can't go between being found and being pinned.
    ///
    /// # Errors
    /// [`FsError::NotFound`](crate::FsError::NotFound), [`FsError::NotFolder`](crate::FsError::NotFolder).
    pub fn find(space: &Arc<Space>, access: &Access, folder: NodeId, name: Name<'_>) -> Result<(Self, Attr)> {
        let attr = space.lookup(access, folder, name)?;
        Ok((Self::adopt(space, attr.id), attr))
    }

    /// Takes over a pin that was made already.
    #[must_use]
    pub fn adopt(space: &Arc<Space>, id: NodeId) -> Self {
        let pinned = Self::new(space, id);
        space.unpin(id, 1);
        pinned
    }

    /// The node.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The space it lies in.
    #[must_use]
    pub fn space(&self) -> &Arc<Space> {
        &self.space
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        self.space.shared.let_go(self.id);
    }
}
