//! What one door changes, the caches of others must hear of: the kernel keeps names, attributes and pages for an hour.
//!
//! Only doors that have no cache of their own give notice; the kernel knows what passed through itself.

use std::sync::Arc;

use super::Space;
use crate::node::NodeId;

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// What a name in a folder leads to, or that it leads to anything.
    Entry {
        /// The folder.
        folder: NodeId,
        /// The name.
        name: Vec<u8>,
    },
    /// Attributes of a node.
    Attributes(NodeId),
    /// The names in a folder, and its attributes.
    Names(NodeId),
}

/// A cache beside the space.
pub trait Cache: Send + Sync {
    /// Forgets what changed. Returns once nobody is shown the old any more. The caller holds no lock.
    fn forget(&self, notices: &[Notice]);

    /// Hands over what was written to a file and is kept back. Returns once the space has it. The caller holds no lock.
    fn flush(&self, id: NodeId);

    /// Whether somebody has a file open who may write to it.
    fn is_written(&self, id: NodeId) -> bool;
}

impl Space {
    /// Notes a cache that has to hear of changes from now on.
    pub fn attach(&self, cache: Arc<dyn Cache>) {
        self.shared.doors.lock().push(cache);
    }

    /// Lets go of a cache.
    pub fn detach(&self, cache: &Arc<dyn Cache>) {
        self.shared.doors.lock().retain(|known| !Arc::ptr_eq(known, cache));
    }

    /// Tells all caches what changed, and waits until they forgot it.
    pub fn notify(&self, notices: &[Notice]) {
        self.caches().iter().for_each(|cache| cache.forget(notices));
    }

    /// Has all caches hand over what was written to a file.
    pub fn gather(&self, id: NodeId) {
        self.caches().iter().for_each(|cache| cache.flush(id));
    }

    /// Whether somebody may write to a file without asking for its name again.
    pub(super) fn is_written(&self, id: NodeId) -> bool {
        self.caches().iter().any(|cache| cache.is_written(id))
    }

    fn caches(&self) -> Vec<Arc<dyn Cache>> {
        self.shared.doors.lock().clone()
    }
}
