//! What the suites share: a naive model of a file system, and worlds that must behave as it does.

pub mod model;
pub mod world;
