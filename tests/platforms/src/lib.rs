//! Servers that speak the protocols of school platforms over plain HTTP on loopback, for tests and the demo. Each is checked by clients
//! that others wrote before our connectors may use it. All people and marks in them are made up.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod calendar;
mod fault;
pub mod moodle;
mod pix;
pub mod pmb;
pub mod pronote;
mod server;
pub mod toutatice;

pub use calendar::{CALENDAR_PATH, Calendar};
pub use fault::{Fault, Faults};
pub use pix::{Pix, PixCertificate};
pub use server::{Answer, Ask, Platform, Running};
