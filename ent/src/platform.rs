//! Connectors, one for each kind of platform.

pub mod calendar;
pub mod http;
pub mod pix;
