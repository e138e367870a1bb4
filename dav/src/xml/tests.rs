//! Documents that are taken and documents that are not; what is written, read back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod fragment;
mod hostile;
mod well_formed;
mod writer;

use super::parse::{ATTRIBUTES, DEPTH, ELEMENTS, VALUE_BYTES};
use super::*;

fn parsed(text: &str) -> Element {
    parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}: {text}"))
}

fn refused(text: &str) -> XmlError {
    parse(text.as_bytes()).expect_err(text)
}
