//! Connectors, one for each kind of platform.

pub mod http;
pub mod pronote;
pub mod moodle;
pub mod calendar;
pub mod http;
pub mod pix;
pub mod pmb;
pub mod toutatice;
