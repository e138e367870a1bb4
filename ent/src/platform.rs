//! Connectors, one for each kind of platform.

pub mod http;
pub mod moodle;
pub mod pronote;
