//! A pin that gives itself back.

use std::sync::Arc;

use super::Space;
use crate::node::NodeId;

/// Keeps a node beyond its last name, as long as it lives.
pub struct Pinned {
    space: Arc<Space>,
    id: NodeId,
}

impl Pinned {
    /// Pins a node.
    #[must_use]
    pub fn new(space: &Arc<Space>, id: NodeId) -> Self {
        space.pin(id);
        Self::adopt(space, id)
    }

    /// Takes over a pin that was made already.
    #[must_use]
    pub fn adopt(space: &Arc<Space>, id: NodeId) -> Self {
        Self { space: Arc::clone(space), id }
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
        self.space.unpin(self.id, 1);
    }
}
