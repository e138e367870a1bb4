//! The seeds and findings of fuzzing (`fuzz/corpus`), read again by the same functions: none of them panics, and the files called `good-` are
//! still understood.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::BTreeSet;

use cartable_ent::parsers::ALL;

#[test]
fn every_file_of_the_corpus_is_read() {
    for parser in ALL {
        let files = corpus::of(parser.name);
        assert!(files.iter().any(|(name, _)| name.starts_with("good-")), "{}: no good file", parser.name);
        for (name, bytes) in files {
            let outcome = (parser.read)(&bytes);
            let parts = outcome.as_ref().copied().unwrap_or_default();
            assert!(parts > 0 || !name.starts_with("good-"), "{}/{name}: {outcome:?}", parser.name);
        }
    }
}

#[test]
fn every_parser_has_a_folder_and_a_fuzz_target() {
    let names: BTreeSet<String> = ALL.iter().map(|parser| parser.name.to_owned()).collect();
    assert_eq!(corpus::folders(), names);
    let manifest = std::fs::read_to_string(corpus::fuzz().join("Cargo.toml")).unwrap();
    for name in names {
        let target = std::fs::read_to_string(corpus::fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("parsers::read(\"{name}\", bytes)")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
