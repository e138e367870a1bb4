//! Two schools, three school years and all platforms in one bag: everything is there when no platform is.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use cartable_ent::account::Account;
use cartable_platforms::pronote::School;
use cartable_tests::dav::Dav;
use cartable_tests::school::{DAY, Site, TODAY, assert_shared, files, know, run, run_well};
use cartable_tests::share::{Doors, Served};

/// 2025-06-01 and 2026-05-01, in seconds since 1970.
const FIRST_YEAR: i64 = 1_748_736_000;
const SECOND_YEAR: i64 = 1_777_593_600;

#[test]
fn every_view_of_all_platforms_outlives_them() {
    let mut served = Served::new(Doors::Both);
    let college = Site::pronote("college", School::college());
    know(served.opened(), &college.account);
    run_well(served.opened(), "college", FIRST_YEAR);
    let mut school = School::lycee();
    school.years.truncate(1);
    let lycee = Site::pronote("lycee", school);
    know(served.opened(), &lycee.account);
    run_well(served.opened(), "lycee", SECOND_YEAR);
    let second = files(&served.drive());
    drop(lycee);

    // The next year the school's server is another one, and the account goes on.
    let lycee = Site::pronote("lycee", School::lycee());
    let (moodle, pmb, pix) = (Site::moodle().0, Site::pmb().0, Site::pix().0);
    let sites = [college, lycee, moodle, pmb, pix, Site::calendar()];
    for site in &sites[1..] {
        know(served.opened(), &site.account);
        run_well(served.opened(), site.name(), TODAY);
    }
    let shown = files(&served.drive());
    assert!(second.keys().all(|path| shown.contains_key(path)), "a new year takes nothing away");
    let tops = [
        "Bulletins",
        "Cours",
        "Devoirs",
        "Emploi du temps",
        "Notes",
        "Comp\u{e9}tences",
        "Certifications",
        "Biblioth\u{e8}que",
    ];
    for top in tops {
        assert!(shown.keys().any(|path| path.starts_with(&format!("{top}/"))), "{top}: {:#?}", shown.keys());
    }
    for year in ["2024-2025", "2025-2026", "2026-2027"] {
        for top in ["Cours", "Devoirs", "Emploi du temps", "Notes"] {
            let start = format!("{top}/{year}");
            assert!(shown.keys().any(|path| path.starts_with(&start)), "{start}: {:#?}", shown.keys());
        }
    }

    // The lycee gives last year's report cards again, among documents of the past; this year's first is not there yet.
    let cards: Vec<_> = shown.keys().filter(|path| path.starts_with("Bulletins/") && path.ends_with(".pdf")).collect();
    assert_eq!((cards.len(), cards.iter().filter(|path| path.contains("(2)")).count()), (4, 0), "{cards:#?}");

    // All of them are gone.
    let accounts: Vec<Account> = sites.iter().map(|site| site.account.clone()).collect();
    drop(sites);
    for account in &accounts {
        let ended = run(served.opened(), &account.name.0, TODAY + DAY);
        assert_eq!(ended.failure.unwrap().word, "unreachable", "{:?}", account.name);
    }
    assert!(files(&served.drive()) == shown, "the drive");
    served.reopen();
    assert!(files(&served.drive()) == shown, "the drive, opened again");
    assert_shared(&Dav::new(served.client()), &shown);

    // And copied away as any program copies.
    let copy = tempfile::tempdir().unwrap();
    let mut cp = std::process::Command::new("cp");
    cp.arg("-a").arg("--no-preserve=ownership").arg(served.drive().join(".")).arg(copy.path());
    assert!(cp.status().unwrap().success());
    assert!(files(copy.path()) == shown, "the copy");
    assert!(served.is_clean());
}
