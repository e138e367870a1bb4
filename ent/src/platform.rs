//! Connectors, one for each kind of platform.

pub mod calendar;
pub mod http;
pub mod moodle;
pub mod pix;
pub mod pmb;
pub mod pronote;
pub mod toutatice;
