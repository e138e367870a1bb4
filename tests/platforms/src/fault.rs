//! What goes wrong, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;

/// Something that goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks before anything is answered, and the platform has not seen the request.
    Drop,
    /// The platform does what was asked, and the connection breaks before it answers.
    Swallow,
    /// The answer's body breaks off in the middle.
    Half,
    /// The answer comes late.
    Delay(Duration),
    /// The platform answers with this status and a page of HTML.
    Status(u16),
    /// The platform does something of its own: its words are in its documentation.
    Own(&'static str),
}

/// Faults by the number of the request, from 0, counted since the last change; and how many came.
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<(u64, BTreeMap<u64, Fault>)>,
}

impl Faults {
    /// Plans faults anew, by the number of the request from now on.
    pub fn plan(&self, faults: impl IntoIterator<Item = (u64, Fault)>) {
        *self.planned.lock() = (0, faults.into_iter().collect());
    }

    /// How many requests came since the last plan.
    pub fn requests(&self) -> u64 {
        self.planned.lock().0
    }

    /// The fault of the request that comes.
    pub(crate) fn next(&self) -> Option<Fault> {
        let mut planned = self.planned.lock();
        let number = planned.0;
        planned.0 += 1;
        planned.1.remove(&number)
    }
}
