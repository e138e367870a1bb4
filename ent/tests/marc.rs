//! Library records as pymarc writes them (`tests/clients/marc_pymarc.py`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cartable_ent::format::marc::{Notice, read};

#[test]
fn records_of_pymarc_are_read() {
    for name in ["records.mrc", "records.xml"] {
        let bytes = std::fs::read(format!("{}/tests/marc/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let read = read(&bytes).unwrap();
        let wanted = |number: u8| Notice {
            title: format!("Le ch\u{e2}teau n\u{b0} {number} : r\u{e9}cit d'\u{e9}t\u{e9}"),
            authors: vec!["Zo\u{e9} Fictive".to_owned(), "No\u{eb}l Fa\u{e7}ade".to_owned()],
            isbn: Some("207000000X".to_owned()),
        };
        assert_eq!((read.notices, read.broken), (vec![wanted(1), wanted(2)], 0), "{name}");
    }
}
