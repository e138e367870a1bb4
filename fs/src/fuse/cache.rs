//! The kernel's cache, told of what other doors change.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

use fuser::INodeNo;
use parking_lot::Mutex;

use super::flush::Flusher;
use crate::node::NodeId;
use crate::space::{Cache, Notice};

/// How many handles that can write each file has.
pub(super) type Writers = Arc<Mutex<HashMap<INodeNo, u32>>>;

pub(super) struct KernelCache {
    pub(super) flusher: Flusher,
    pub(super) writers: Writers,
}

impl Cache for KernelCache {
    fn forget(&self, notices: &[Notice]) {
        for notice in notices {
            match notice {
                Notice::Entry { folder, name } => {
                    self.flusher.forget_entry(INodeNo(folder.0), OsString::from_vec(name.clone()));
                }
                Notice::Attributes(id) => self.flusher.forget_attributes(INodeNo(id.0)),
                Notice::Names(id) => self.flusher.forget_names(INodeNo(id.0)),
            }
        }
        self.flusher.wait();
    }

    fn flush(&self, id: NodeId) {
        // Only who may write keeps anything back.
        if self.is_written(id) {
            self.flusher.flush(INodeNo(id.0));
        }
    }

    fn is_written(&self, id: NodeId) -> bool {
        self.writers.lock().contains_key(&INodeNo(id.0))
    }
}
