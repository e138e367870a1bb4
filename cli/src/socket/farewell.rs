//! Those who want to hear how something ended.

use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use super::{Reply, server::say};

/// The connections that wait for a last word.
#[derive(Default)]
pub(crate) struct Farewells(Mutex<Vec<UnixStream>>);

impl Farewells {
    /// Remembers one who waits.
    pub(super) fn add(&self, stream: &UnixStream) {
        if let Ok(stream) = stream.try_clone() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
        }
    }

    /// Tells them, and lets them go.
    pub(crate) fn tell(&self, reply: &Reply) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.iter().for_each(|stream| say(stream, reply));
    }
}
