//! Who may do what: principals, rights, and the access values that every operation demands.
//!
//! Pure policy: no file, no clock, no network. The file system takes an [`Access`] to read and a [`Change`] to
//! change; both can only be made here, so an operation that forgot to ask does not compile.

mod access;
mod right;

pub use access::{Access, Change, Principal, Refused, decide};
pub use right::Right;
