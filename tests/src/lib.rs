//! What the suites share: a naive model of a file system, and worlds that must behave as it does.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

pub mod acts;
pub mod desk;
pub mod model;
pub mod world;
