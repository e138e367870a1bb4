//! PRONOTE of Index Education, as its own clients speak with it: there is no published interface for pupils.
//!
//! Facts about the protocol come from programs that speak it (pronotepy, MIT; Pawnote, GPL, read for facts) and from the texts of the
//! web client. It changes every summer: names, then ciphers. What is not known never fails; what is missing fails naming the
//! function and the field.

mod account;
mod cipher;
mod envelope;
mod json;
mod login;
mod page;
mod scrub;
mod session;

pub use account::{Account, Space};
