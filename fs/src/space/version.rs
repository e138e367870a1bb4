//! Versions of contents, and the entity tags made of them.

use std::sync::atomic::Ordering;

use super::Space;
use super::state::Shared;
use crate::node::Attr;

/// Bytes of the hash that an entity tag shows.
const TAG_BYTES: usize = 16;

impl Space {
    /// The strong entity tag of contents (RFC 9110 section 8.8.3), with its quotes: a keyed hash of their version, which no
    /// other contents of the space ever have. It says nothing about how often anything was changed.
    #[must_use]
    pub fn entity_tag(&self, attr: &Attr) -> String {
        let hash = blake3::keyed_hash(&self.shared.etag_key, &attr.version.to_le_bytes());
        format!("\"{}\"", data_encoding::HEXLOWER.encode(&hash.as_bytes()[..TAG_BYTES]))
    }
}

impl Shared {
    /// The number of a change of contents that happens now.
    pub(super) fn next_version(&self) -> u64 {
        self.next_version.fetch_add(1, Ordering::Relaxed)
    }
}
