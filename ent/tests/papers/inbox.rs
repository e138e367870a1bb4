//! Files that people export: recognised by content, reduced, and read.

use cartable_ent::format::recognise::{Found, recognise};
use cartable_ent::format::{Unreadable, lsl, lsu, pdf};
use cartable_ent::record::SourceId;

const LSU: &[u8] = include_bytes!("../data/lsu-class.xml");
const LSL: &[u8] = include_bytes!("../data/lsl-class.xml");

fn found(bytes: &[u8]) -> Option<Found> {
    recognise(bytes, || Some(bytes.to_vec()))
}

#[test]
fn a_reduced_file_is_of_the_same_kind() {
    let lsu = lsu::reduce(LSU, Some("L\u{E9}a Exemple")).unwrap();
    let lsl = lsl::reduce(LSL, Some("901")).unwrap();
    assert_eq!((found(&lsu.bytes), found(&lsl.bytes)), (Some(Found::Lsu), Some(Found::Lsl)));
}

#[test]
fn a_paper_becomes_a_record_with_the_paper_itself() {
    let bytes = include_bytes!("../data/report-card.pdf");
    assert_eq!(found(bytes), Some(Found::ReportCardPdf));
    let reading = pdf::report_card(bytes, SourceId::of(bytes)).unwrap();
    assert_eq!((reading.pieces.len(), reading.remarks.len()), (1, 1));
}

#[test]
fn a_file_broken_off_anywhere_is_refused() {
    for end in 0..LSU.len() - 20 {
        let broken = lsu::reduce(&LSU[..end], None);
        assert!(matches!(broken, Err(Unreadable::Broken(_) | Unreadable::NotThis(_))), "{end}: {broken:?}");
    }
}
