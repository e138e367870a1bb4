//! What `cartable-crypto` promises, seen from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is run by hand prints new examples")]

mod chunks;
mod examples;
mod opaque;
mod rfc;
mod slots;
mod tamper;

/// Bytes of a text of hexadecimal digits and spaces.
fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    data_encoding::HEXLOWER.decode(digits.as_bytes()).unwrap()
}
