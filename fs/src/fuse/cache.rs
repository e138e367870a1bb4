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
            }
        }
        self.flusher.wait();
    }

    fn flush(&self, id: NodeId) {
        let ino = INodeNo(id.0);
        // Only who may write keeps anything back.
        if self.writers.lock().contains_key(&ino) {
            self.flusher.flush(ino);
        }
    }
}
