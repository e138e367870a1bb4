//! What a platform changes gets a new version, and the old one stays; what it forgets stays.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_ent::collection::Collection;
use cartable_ent::record::{AccountId, Record, Score};
use cartable_tests::school::{DAY, Satchel, Site, TODAY, close, know, run_well, seen};

/// The values that a mark had, and when each came.
fn values(collection: &Collection, key: &str) -> Vec<(Score, i64)> {
    let versions = collection.versions(&AccountId("moodle".into()), "mark", key).unwrap();
    let value = |kept: cartable_ent::view::Kept| match kept.record {
        Record::Mark(mark) => (mark.score, kept.origin.fetched),
        other => panic!("{other:?}"),
    };
    versions.into_iter().map(value).collect()
}

#[test]
fn what_changes_has_versions_and_what_is_forgotten_stays() {
    let (site, moodle) = Site::moodle();
    let satchel = Satchel::new();
    let bag = satchel.open();
    know(&bag, &site.account);
    run_well(&bag, "moodle", TODAY);
    let first = seen(&bag);

    moodle.platform.edit(|data| data["grades"]["7"][0]["graderaw"] = 16.into());
    let ended = run_well(&bag, "moodle", TODAY + DAY);
    assert!(ended.counts.changed >= 1 && ended.counts.new == 0, "{ended:?}");
    let collection = Collection::open(&bag).unwrap().unwrap();
    let both = vec![(Score::Value("14.5".into()), TODAY), (Score::Value("16".into()), TODAY + DAY)];
    assert_eq!(values(&collection, "mark/901"), both);
    let second = seen(&bag);
    assert_eq!(second.records.len(), first.records.len());
    let table = |seen: &cartable_tests::school::Seen| {
        let all = seen.files.iter().filter(|(path, _)| path.starts_with("Notes/"));
        all.map(|(_, file)| String::from_utf8_lossy(&file.bytes).into_owned()).collect::<String>()
    };
    assert!(table(&first).contains("14,5") && !table(&second).contains("14,5"), "the view shows the latest");

    // The platform forgets all marks of the course and one of its courses.
    moodle.platform.edit(|data| data["grades"]["7"] = serde_json::json!([]));
    moodle.platform.edit(|data| data["contents"]["8"] = serde_json::json!([]));
    run_well(&bag, "moodle", TODAY + 2 * DAY);
    assert_eq!(values(&collection, "mark/901"), both);
    let third = seen(&bag);
    assert!(second.records.keys().all(|key| third.records.contains_key(key)), "nothing is forgotten here");
    let gone: Vec<_> = second.files.keys().filter(|path| !third.files.contains_key(*path)).collect();
    // A link is part of its course, which has another state without it.
    assert!(gone.iter().all(|path| path.ends_with(".url")), "{gone:?}");
    assert_eq!(values(&collection, "mark/unknown"), []);
    drop(collection);
    close(bag);

    // And when it is opened again.
    let bag = satchel.open();
    let collection = Collection::open(&bag).unwrap().unwrap();
    assert_eq!(values(&collection, "mark/901"), both);
    third.assert_same(&seen(&bag), "opened again");
    drop(collection);
    close(bag);
}
