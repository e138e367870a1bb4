//! The random acts of the model through WebDAV, and through both doors at once: each sees at once what came through the other.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_tests::acts::{cases, compare};
use cartable_tests::deed::{Chosen, deeds};
use cartable_tests::doors::Seen;
use cartable_tests::model::Model;
use cartable_tests::share::Doors;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

fn judge(mut seen: Seen, deeds: &[Chosen]) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    for (n, chosen) in deeds.iter().enumerate() {
        let chosen = chosen.aimed(&model);
        let found = seen.act(&model, &chosen);
        let acts = chosen.deed.acts(&model);
        let expected = acts.and_then(|acts| acts.iter().try_for_each(|act| model.act(act)));
        prop_assert_eq!(expected, found, "deed {} {:?}", n, chosen);
        if n % 3 == 0 {
            compare(&model, seen.tree(), n)?;
        }
    }
    compare(&model, seen.tree(), deeds.len())?;
    prop_assert!(seen.is_clean(), "the bag checks clean");
    compare(&model, seen.tree(), deeds.len())
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_share_behaves_as_the_model(mut deeds in deeds(80)) {
        deeds.retain(|chosen| chosen.deed.is_known_to_dav());
        judge(Seen::new(Doors::Share), &deeds)?;
    }

    #[test]
    fn both_doors_at_once_behave_as_the_model(deeds in deeds(80)) {
        judge(Seen::new(Doors::Both), &deeds)?;
    }
}
