//! How long a platform is left alone, and from when on.

use std::time::Duration;

use cartable_ent::collect::{CollectError, collect};
use cartable_platforms::Fault;

use super::{NOW, Satchel, how, pupil, school};

#[test]
fn silence_begins_when_the_run_ends() {
    const HOUR: i64 = 3600;
    let (satchel, school) = (Satchel::new(), school());
    satchel.keep(&pupil(&school, "college"));
    school.faults.plan([(0, Fault::Delay(Duration::from_millis(2100))), (5, Fault::Status(503))]);
    let ended = collect(&satchel.bag, "college", &how(NOW), &mut |_, _, _| {}).unwrap();
    assert_eq!(ended.failure.unwrap().word, "platform");
    let left = satchel.account("college").unwrap();
    assert!(ended.at >= NOW + 2, "{}", ended.at - NOW);
    assert_eq!(left.silent_until, ended.at + HOUR);
    let silent = collect(&satchel.bag, "college", &how(NOW + HOUR), &mut |_, _, _| {});
    assert!(matches!(silent, Err(CollectError::Silent { until }) if until == left.silent_until), "{silent:?}");
}
