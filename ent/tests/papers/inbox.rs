//! Files that people export: recognised by content, reduced, and read.

use cartable_ent::format::recognise::{Found, recognise};
use cartable_ent::format::{Unreadable, lsl, lsu, pdf};
use cartable_ent::record::SourceId;
use proptest::prelude::*;

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
    let source = SourceId::of(&lsu.bytes);
    let reading = lsu::read(&lsu.bytes, None, source).unwrap().less(&lsu.dropped);
    assert!(reading.pieces.iter().all(|piece| piece.source == source && piece.dropped == lsu.dropped));
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

proptest! {
    #[test]
    fn any_damage_is_read_or_refused(at in 0..LSU.len(), bytes in prop::collection::vec(any::<u8>(), 0..6)) {
        for file in [LSU, LSL] {
            let damaged = file.iter().take(at).chain(&bytes).chain(file.iter().skip(at + 4)).copied().collect::<Vec<_>>();
            let _ = found(&damaged);
            for pupil in [Some("L\u{E9}a Exemple"), Some("901"), None] {
                // What can be read can be reduced, and read again.
                if lsu::read(&damaged, pupil, SourceId::of(&damaged)).is_ok() {
                    prop_assert!(lsu::read(&lsu::reduce(&damaged, pupil).unwrap().bytes, pupil, SourceId::of(&damaged)).is_ok());
                }
                if lsl::read(&damaged, pupil, SourceId::of(&damaged)).is_ok() {
                    prop_assert!(lsl::read(&lsl::reduce(&damaged, pupil).unwrap().bytes, pupil, SourceId::of(&damaged)).is_ok());
                }
            }
        }
    }
}
