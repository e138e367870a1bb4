//! Formats of files that platforms export, read without trusting them, and of files that we write.

pub mod badge;
pub mod marc;
pub mod quiz;
