//! A process that collects is killed at any moment, again and again, until one ends by itself: nothing is lost, nothing is there twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test fails by panicking")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cartable_ent::collection::Collection;
use cartable_platforms::pronote::School;
use cartable_tests::school::{Satchel, Seen, Site, TODAY, close, is_long, know, run_well, seen};

/// What the child opens, and what it collects: the code and folder of a bag, then names of accounts, each in a line.
const CHILD: &str = "CARTABLE_TEST_COLLECTS";

fn sites() -> Vec<Site> {
    vec![Site::pronote("lycee", School::lycee()), Site::moodle().0, Site::pmb().0, Site::pix().0, Site::calendar()]
}

/// A bag that knows the accounts, and nothing else.
fn begin(sites: &[Site]) -> Satchel {
    let satchel = Satchel::new();
    let bag = satchel.open();
    sites.iter().for_each(|site| know(&bag, &site.account));
    close(bag);
    satchel
}

fn whole(sites: &[Site]) -> Seen {
    let satchel = begin(sites);
    let bag = satchel.open();
    for site in sites {
        run_well(&bag, site.name(), TODAY);
    }
    let seen = seen(&bag);
    close(bag);
    seen
}

fn start(satchel: &Satchel, sites: &[Site]) -> Child {
    let names: Vec<_> = sites.iter().map(Site::name).collect();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "one_process_that_collects", "--ignored", "--nocapture"]);
    command.env(CHILD, format!("{}\n{}", satchel.words(), names.join("\n"))).stdout(Stdio::null());
    command.spawn().unwrap()
}

/// Waits for a child for so long, then kills it. Whether it had ended by itself.
fn ends_within(mut child: Child, time: Duration) -> bool {
    let until = Instant::now() + time;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "what was left by a kill can't be gone on with");
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

/// A number below `below` that looks random and is the same each time.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

#[test]
fn kills_lose_nothing_and_double_nothing() {
    let sites = sites();
    let expected = whole(&sites);
    let began = Instant::now();
    assert!(ends_within(start(&begin(&sites), &sites), Duration::from_secs(120)));
    let usual = u64::try_from(began.elapsed().as_micros()).unwrap();
    let (wanted, mut kills, mut round, mut seed) = (if is_long() { 100 } else { 10 }, 0, 0, 2026);
    while kills < wanted {
        let satchel = begin(&sites);
        let mut here = 0;
        // Each time it gets further: longer, and from where it was.
        loop {
            let time = random(&mut seed, usual / 4 + usual * here / 8);
            if ends_within(start(&satchel, &sites), Duration::from_micros(time)) {
                break;
            }
            here += 1;
        }
        kills += here;
        round += 1;
        let bag = satchel.open();
        expected.assert_same(&seen(&bag), &format!("round {round}, {here} kills"));
        let (home, access) = (bag.open_home().unwrap(), bag.access().unwrap());
        let spaces = home.links().into_iter().map(|(_, link)| bag.open_space(&link.space).unwrap());
        for space in spaces.chain([home]) {
            let report = space.check(&access, &mut |_| {}).unwrap();
            assert!(report.is_clean(), "round {round}: {:?}", report.findings);
        }
        let collection = Collection::open(&bag).unwrap().unwrap();
        assert_eq!(collection.show(&mut |_, _| {}).unwrap().written, 0, "all files of views were written");
        close(bag);
    }
    println!("{kills} kills in {round} rounds, {usual} us without any");
}

/// Started by the test above, and killed by it.
#[test]
#[ignore = "part of kills_lose_nothing_and_double_nothing"]
fn one_process_that_collects() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let mut lines = told.lines();
    let bag = Satchel::of_words(lines.next().unwrap()).open();
    for name in lines {
        run_well(&bag, name, TODAY);
    }
    close(bag);
}
