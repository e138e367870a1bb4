//! The WebDAV door: a share over HTTP that file managers mount and apps sync with, and pages for browsers.
//!
//! `server` moves bytes and knows nothing of WebDAV; `door` decides who comes in; `method` has one file for each method,
//! each a function from a request and a space to an answer; `browser` and `page` are for people, `agenda` for
//! programs of calendars and contacts. [`Share`] holds it all.

mod agenda;
mod announce;
mod browser;
mod condition;
mod date;
mod door;
mod fault;
mod guard;
mod header;
mod keys;
mod lock;
mod log;
mod login;
mod method;
mod page;
mod path;
mod property;
mod resource;
mod server;
mod session;
mod share;
mod upload;
mod visit;
mod xml;
mod zip;

pub use agenda::{Agenda, Collection, Holds, Object};
pub use keys::Keys;
pub use server::certificate::CertificateError;
pub use share::{Certificate, Client, Options, Share, ShareError};
