//! Fuzzes the reader `badge`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = cartable_ent::parsers::read("badge", bytes);
});
