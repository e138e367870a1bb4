//! Whatever goes wrong at a platform, a run after it in which nothing does leaves what a run without any fault leaves.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_ent::account::Account;
use cartable_ent::collection::Collection;
use cartable_platforms::Fault;
use cartable_tests::school::{Satchel, Seen, Site, TODAY, close, is_long, know, run, run_well, seen};

/// How many faults of each platform the ordinary test tries: spread over all requests and kinds.
const SAMPLE: usize = 14;

/// What a run without faults leaves, and how many requests it makes.
fn without_faults(site: &Site) -> (Seen, u64) {
    let satchel = Satchel::new();
    let bag = satchel.open();
    know(&bag, &site.account);
    site.faults.plan([]);
    run_well(&bag, site.name(), TODAY);
    let requests = site.faults.requests();
    let seen = seen(&bag);
    close(bag);
    (seen, requests)
}

/// Every request with every fault.
fn faults(site: &Site, requests: u64) -> Vec<(u64, Fault)> {
    let statuses = [403, 404, 429, 500, 503].map(Fault::Status);
    let common = [Fault::Drop, Fault::Swallow, Fault::Half].into_iter().chain(statuses);
    let kinds: Vec<Fault> = common.chain(site.own.iter().map(|own| Fault::Own(own))).collect();
    (0..requests).flat_map(|number| kinds.iter().map(move |kind| (number, kind.clone()))).collect()
}

/// One of so many that a sample remains; the step has no divisor in common with the number of kinds, so that all kinds come up.
fn sample(all: Vec<(u64, Fault)>, kinds: usize) -> Vec<(u64, Fault)> {
    if is_long() {
        return all;
    }
    let common = |mut one: usize, mut other: usize| {
        while other > 0 {
            (one, other) = (other, one % other);
        }
        one
    };
    let mut step = (all.len() / SAMPLE).max(1);
    while common(step, kinds) > 1 {
        step += 1;
    }
    all.into_iter().step_by(step).collect()
}

/// Judges a platform; `also` are faults that are always tried.
fn judge(mut site: Site, also: &[(u64, Fault)]) {
    site.account.secret = site.log_in();
    let (expected, requests) = without_faults(&site);
    let all = faults(&site, requests);
    let kinds = all.len() / usize::try_from(requests).unwrap();
    let mut wrong = Vec::new();
    for (number, fault) in sample(all, kinds).into_iter().chain(also.iter().cloned()) {
        let after = format!("{}: {fault:?} at request {number} of {requests}", site.name());
        site.account.secret = site.log_in();
        let satchel = Satchel::new();
        let bag = satchel.open();
        know(&bag, &site.account);
        site.faults.plan([(number, fault)]);
        let ended = run(&bag, site.name(), TODAY);
        let said = format!("{ended:?}");
        for secret in &site.secrets {
            assert!(!said.contains(secret), "{after}: {said}");
        }
        site.faults.plan([]);
        let mut again = run(&bag, site.name(), TODAY);
        if again.failure.as_ref().is_some_and(|failure| failure.word == "bad-login") {
            // A token that was changed while the answer was lost opens nothing: its owner logs in again.
            log_in(&bag, &site);
            again = run(&bag, site.name(), TODAY);
        }
        assert_eq!(again.failure, None, "{after}");
        let left = seen(&bag);
        close(bag);
        if let Err(said) = std::panic::catch_unwind(|| expected.assert_same(&left, &after)) {
            wrong.push(said.downcast_ref::<String>().cloned().unwrap_or_default());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn log_in(bag: &cartable_fs::bag::Bag, site: &Site) {
    let collection = Collection::open(bag).unwrap().unwrap();
    let account = Account::find(collection.home(), collection.access(), site.name()).unwrap().unwrap();
    collection.save(&Account { secret: site.log_in(), ..account }).unwrap();
}

#[test]
fn pronote_fails_at_any_request() {
    judge(Site::pronote("lycee", cartable_platforms::pronote::School::lycee()), &[]);
}

#[test]
fn moodle_fails_at_any_request() {
    judge(Site::moodle().0, &[]);
}

#[test]
fn a_library_fails_at_any_request() {
    // The reader's account without a date, and so without a school year.
    judge(Site::pmb().0, &[(2, Fault::Own("field"))]);
}

#[test]
fn pix_fails_at_any_request() {
    judge(Site::pix().0, &[]);
}

#[test]
fn a_calendar_fails_at_any_request() {
    judge(Site::calendar(), &[]);
}

#[test]
fn toutatice_fails_at_any_request() {
    judge(Site::toutatice(), &[]);
}
