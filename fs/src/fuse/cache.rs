//! The kernel's cache, told of what other doors change.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

use fuser::INodeNo;
use parking_lot::Mutex;

use super::convert::inode;
use super::flush::Flusher;
use crate::node::NodeId;
use crate::space::{Cache, Notice};

/// How many handles that can write each file has.
pub(super) type Writers = Arc<Mutex<HashMap<INodeNo, u32>>>;

/// What the kernel knows of one space.
pub(super) struct KernelCache {
    pub(super) slot: u16,
    pub(super) flusher: Flusher,
    pub(super) writers: Writers,
}

impl Cache for KernelCache {
    fn forget(&self, notices: &[Notice]) {
        for notice in notices {
            match notice {
                Notice::Entry { folder, name } => {
                    self.flusher.forget_entry(inode(self.slot, *folder), OsString::from_vec(name.clone()));
                }
                Notice::Attributes(id) => self.flusher.forget_attributes(inode(self.slot, *id)),
                Notice::Names(id) => self.flusher.forget_names(inode(self.slot, *id)),
            }
        }
        self.flusher.wait();
    }

    fn flush(&self, id: NodeId) {
        // Only who may write keeps anything back.
        if self.is_written(id) {
            self.flusher.flush(inode(self.slot, id));
        }
    }

    fn is_written(&self, id: NodeId) -> bool {
        self.writers.lock().contains_key(&inode(self.slot, id))
    }
}
