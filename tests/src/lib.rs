//! What the suites share: a naive model of a file system, and worlds that must behave as it does.
#![allow(clippy::expect_used, clippy::missing_panics_doc, clippy::print_stderr, reason = "a test fails by panicking")]

pub mod acts;
pub mod agenda;
pub mod both;
pub mod child;
pub mod dav;
pub mod deed;
pub mod desk;
pub mod doors;
pub mod http;
pub mod mirror;
pub mod model;
pub mod school;
pub mod share;
pub mod world;
