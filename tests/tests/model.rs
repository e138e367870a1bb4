//! Random acts, judged by the naive model: on the core of a space, in both suites, with reopening; and on a folder of
//! the system, so that the model itself is judged.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_crypto::Suite;
use cartable_tests::acts::{acts, cases, judge};
use cartable_tests::model::{Act, Path};
use cartable_tests::world::{Core, Folder};
use proptest::prelude::*;

fn file() -> Path {
    vec!["a".into()]
}

/// What was left of a torn inline extent hid the next run of the same cut (found by fsx).
#[test]
fn a_torn_inline_extent_hides_no_later_run() {
    let write = |at, length, seed| Act::Write(file(), at, length, seed);
    for second in [0xd000, 0x2000] {
        let acts = [
            Act::Create(file()),
            write(0x5000, 0xd000, 1),
            Act::Sync(file()),
            write(0x3000, 0x3000, 101),
            write(0x8000, second, 201),
            Act::Sync(file()),
        ];
        let folder = tempfile::tempdir().unwrap();
        judge(&mut Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305), &acts).unwrap();
    }
}

/// Exchanging a name with itself inserted it twice and stopped the space.
#[test]
fn a_name_changes_places_with_itself() {
    let folder = tempfile::tempdir().unwrap();
    let acts = [Act::Create(file()), Act::Exchange(file(), file())];
    judge(&mut Core::create(folder.path().join("space"), Suite::ChaCha20Poly1305), &acts).unwrap();
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn the_core_behaves_as_the_model(acts in acts(120), aes in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let suite = if aes { Suite::Aes256Gcm } else { Suite::ChaCha20Poly1305 };
        judge(&mut Core::create(folder.path().join("space"), suite), &acts)?;
    }

    #[test]
    fn the_model_behaves_as_the_system(acts in acts(120)) {
        let folder = tempfile::tempdir().unwrap();
        judge(&mut Folder::new(folder.path().to_path_buf()), &acts)?;
    }
}
