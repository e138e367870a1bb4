//! Fuzzes the reader `toutatice-answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = cartable_ent::parsers::read("toutatice-answer", bytes);
});
