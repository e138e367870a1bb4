//! Servers that speak the protocols of school platforms over plain HTTP on loopback, for tests and the demo. Each is checked by clients
//! that others wrote before our connectors may use it. All people and marks in them are made up.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod fault;
pub mod moodle;
pub mod pronote;
mod server;

pub use fault::{Fault, Faults};
pub use server::{Answer, Ask, Platform, Running};
