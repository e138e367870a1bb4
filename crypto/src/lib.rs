//! Keys, slots, sealing, addresses and the signed header of a bag. Pure: bytes in, bytes out; the only thing
//! taken from the system is randomness.
//!
//! From the outside in:
//!
//! - a [`Secret`] (passphrase, recovery code, app password) opens a slot of the [`Header`] and gives an [`Unlocked`];
//! - an unlocked owner slot opens the [`Keyring`], which holds every key and is the only thing that writes headers;
//! - a [`SpaceKey`] gives the [`SpaceKeys`]: the database key, the cipher of chunks, the cipher of pack headers.
//!
//! Every byte layout and label stands in `docs/format.md`; `tests/format_examples.rs` recomputes its examples.
//! Keys are opaque: they are erased when dropped and can't be printed, cloned or compared.

mod bytes;
mod chunk;
mod code;
mod cost;
mod derive;
mod erase;
mod error;
mod header;
mod id;
mod keyring;
mod random;
mod record;
mod secret;
mod segment;
mod signing;
mod slot;
mod space_key;
mod state_key;
mod suite;
mod wrap;

pub use chunk::{ChunkCipher, ChunkRef};
pub use code::Code;
pub use cost::Cost;
pub use erase::{DEEP, erase_stack, erasing};
pub use error::{KeyError, OpenError};
pub use header::{Header, Unlocked};
pub use id::{BagId, IdError, SlotId, SpaceId};
pub use keyring::{Grant, Keyring, KeyringSlot, Published, Rotated, SlotKind};
pub use record::RecordCipher;
pub use secret::{AppPassword, Login, Passphrase, Secret};
pub use segment::{SEGMENT_BYTES, TAG_BYTES, sealed_bytes, span};
pub use signing::VerifyKey;
pub use slot::{Held, SlotRight};
pub use space_key::{DatabaseKey, SpaceKey, SpaceKeys};
pub use state_key::StateKey;
pub use suite::Suite;
pub use wrap::{WrapPublic, WrapSecret};
