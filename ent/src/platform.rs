//! Connectors, one for each kind of platform.

pub mod http;
pub mod pmb;
pub mod toutatice;
