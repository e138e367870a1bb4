//! Fuzzes the reader `quiz-xml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = cartable_ent::parsers::read("quiz-xml", bytes);
});
