//! Formats of files that platforms export, read without trusting them, and of files that we write.

pub mod badge;
pub mod ics;
mod letters;
pub mod lsl;
pub mod lsu;
pub mod marc;
pub mod pdf;
pub mod pix;
pub mod quiz;
mod reading;
pub mod recognise;
mod tree;

pub use reading::{Reading, Reduced, Remark, Unreadable};
