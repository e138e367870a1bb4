//! From a school's platform to the drive and the share: what was collected is there when the platform is not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;

use cartable_ent::account::{Account, Ended};
use cartable_ent::agenda;
use cartable_ent::collect::{add, collect, enroll, typed};
use cartable_ent::record::{AccountId, Platform};
use cartable_ent::schedule;
use cartable_platforms::Running;
use cartable_platforms::pronote::{PIN, Pronote, School};
use cartable_tests::dav::Dav;
use cartable_tests::school::{DAY, TODAY, assert_shared, files, how};
use cartable_tests::share::{Doors, Served};
use zeroize::Zeroizing;

fn account(name: &str, url: &str, login: &str, password: &str) -> Account {
    let secret = typed(Platform::Pronote, Some(login.to_owned()), Zeroizing::new(password.to_owned()));
    Account {
        name: AccountId(name.to_owned()),
        platform: Platform::Pronote,
        url: url.to_owned(),
        uai: None,
        secret,
        added: TODAY,
        last: None,
        silent_until: 0,
    }
}

fn run(served: &Served, name: &str, now: i64) -> Ended {
    collect(served.opened(), name, &how(now), &mut |_, _, _| {}).unwrap()
}

#[test]
fn report_cards_are_there_when_the_platform_is_not() {
    let school = Running::start(Pronote::new(School::lycee()), 0);
    let pupil = &school.platform.school.people[0];
    let mut served = Served::new(Doors::Both);
    let url = format!("{}/pronote/eleve.html", school.url());
    add(served.opened(), &account("lycee", &url, &pupil.login, &pupil.password), &how(TODAY)).unwrap();
    let first = run(&served, "lycee", TODAY);
    assert_eq!(first.failure, None);
    assert!(first.counts.new > 20, "{first:?}");
    let shown = files(&served.drive());
    let cards: Vec<_> = shown.keys().filter(|path| path.starts_with("Bulletins/")).collect();
    assert!(cards.iter().any(|path| path.ends_with(".pdf")), "{:#?}", shown.keys());
    for top in ["Cours", "Devoirs", "Emploi du temps", "Notes", "Comp\u{e9}tences"] {
        assert!(shown.keys().any(|path| path.starts_with(top)), "{top}: {:#?}", shown.keys());
    }

    // Again: nothing changes, and nobody reads anything else.
    let again = run(&served, "lycee", TODAY + DAY);
    assert_eq!((again.failure, again.counts.new, again.counts.changed), (None, 0, 0));
    assert!(files(&served.drive()) == shown);

    drop(school);
    let gone = run(&served, "lycee", TODAY + 2 * DAY);
    assert_eq!(gone.failure.unwrap().word, "unreachable");
    assert!(files(&served.drive()) == shown);
    served.reopen();
    assert!(files(&served.drive()) == shown);
    assert_shared(&Dav::new(served.client()), &shown);
    assert!(served.is_clean());
}

#[test]
fn a_code_opens_an_account_and_every_file_tells_its_origin() {
    let school = Running::start(Pronote::new(School::lycee()), 0);
    let pupil = school.platform.school.people[0].login.clone();
    let served = Served::new(Doors::Both);
    let code = school.platform.qr_code(&school.url(), &pupil, PIN).unwrap();
    let made = enroll(served.opened(), account("lycee", "", "", ""), &code, PIN, &how(TODAY)).unwrap();
    assert!(made.url.contains("/pronote/"));
    for day in 0..3 {
        assert_eq!(run(&served, "lycee", TODAY + day * DAY).failure, None);
    }
    for path in files(&served.drive()).keys() {
        let path = served.drive().join(path);
        let mut value = [0; 64];
        let name = c"user.{urn:cartable:origin}platform";
        let length = rustix::fs::getxattr(&path, name, &mut value).unwrap();
        assert_eq!(&value[..length], b"pronote", "{path:?}");
    }
}

#[test]
fn a_parent_has_folders_and_calendars_for_each_child() {
    let school = Running::start(Pronote::new(School::college()), 0);
    let people = &school.platform.school.people;
    let parent = people.iter().find(|person| !person.children.is_empty()).unwrap();
    let children: Vec<_> = people.iter().filter(|person| parent.children.contains(&person.login)).collect();
    assert_eq!(children.len(), 2);
    let served = Served::new(Doors::Both);
    let url = format!("{}/pronote/parent.html", school.url());
    add(served.opened(), &account("parent", &url, &parent.login, &parent.password), &how(TODAY)).unwrap();
    assert_eq!(run(&served, "parent", TODAY).failure, None);
    let shown = files(&served.drive());
    let under = |top: &str, name: &str| -> Vec<_> {
        let folder = format!("/{name}/");
        shown.keys().filter(|path| path.starts_with(top) && path.contains(&folder)).collect()
    };
    for top in ["Bulletins", "Comp\u{e9}tences", "Cours", "Devoirs", "Emploi du temps", "Notes"] {
        let each: Vec<_> = children.iter().map(|child| under(top, &child.name)).collect();
        // The younger one has no evaluations there.
        let have = if top == "Comp\u{e9}tences" { 1 } else { 2 };
        assert_eq!(each.iter().filter(|paths| !paths.is_empty()).count(), have, "{top}: {each:#?}");
        let all = shown.keys().filter(|path| path.starts_with(&format!("{top}/")));
        assert_eq!(all.count(), each.iter().map(Vec::len).sum::<usize>(), "{top}: {each:#?}");
    }
    assert!(!shown.keys().any(|path| path.contains(" (2)")), "{:#?}", shown.keys());
    let year = school.platform.school.year();
    for child in &children {
        let marks = year.pupils.iter().find(|pupil| pupil.login == child.login).unwrap().marks.len();
        let tables = under("Notes", &child.name).into_iter().filter(|path| path.ends_with(".csv"));
        let tables: Vec<_> = tables.map(|path| String::from_utf8(shown[path].clone()).unwrap()).collect();
        assert_eq!(tables.len(), 1);
        assert_eq!(tables[0].lines().count(), 1 + marks, "{}", child.name);
    }
    let agendas = agenda::collections(served.opened()).unwrap();
    for child in &children {
        for name in ["Emploi du temps", "Devoirs"] {
            let name = format!("{name} ({})", child.name);
            assert_eq!(agendas.iter().filter(|agenda| agenda.name == name).count(), 1, "{name}");
        }
    }
    let again = run(&served, "parent", TODAY + DAY);
    assert_eq!((again.failure, again.counts.new, again.counts.changed), (None, 0, 0));
    assert!(files(&served.drive()) == shown);
}

/// A folder of one's own keeps its name: what is collected stands beside it.
#[test]
fn two_things_never_fight_for_a_name() {
    let school = Running::start(Pronote::new(School::lycee()), 0);
    let pupil = &school.platform.school.people[0];
    let served = Served::new(Doors::Both);
    fs::create_dir(served.drive().join("Bulletins")).unwrap();
    fs::write(served.drive().join("Bulletins/mine"), "mine").unwrap();
    let url = format!("{}/pronote/eleve.html", school.url());
    add(served.opened(), &account("lycee", &url, &pupil.login, &pupil.password), &how(TODAY)).unwrap();
    run(&served, "lycee", TODAY);
    assert_eq!(fs::read(served.drive().join("Bulletins/mine")).unwrap(), b"mine");
    assert!(served.drive().join("Bulletins (ENT)").read_dir().unwrap().count() > 0);
}

/// PRONOTE says when the holidays are: then nothing is collected by itself, from any platform of the person.
#[test]
fn nothing_is_due_in_the_holidays() {
    const IN_AUTUMN: i64 = TODAY - 35 * DAY;
    let school = Running::start(Pronote::new(School::lycee()), 0);
    let pupil = &school.platform.school.people[0];
    let served = Served::new(Doors::Both);
    let url = format!("{}/pronote/eleve.html", school.url());
    let account = |name| account(name, &url, &pupil.login, &pupil.password);
    let bag = served.opened();
    let due = |now| schedule::due(bag, now).unwrap();
    for name in ["first", "second"] {
        add(bag, &account(name), &how(TODAY)).unwrap();
    }
    assert!(due(TODAY).is_empty(), "off until it is turned on");
    let (home, access) = (bag.open_home().unwrap(), bag.access().unwrap());
    for name in ["first", "second"] {
        schedule::set(&home, &access, &access.change().unwrap(), name, true).unwrap();
    }
    assert_eq!(due(IN_AUTUMN), ["first", "second"], "nobody knows yet that there is no school");
    assert_eq!(run(&served, "first", TODAY).failure, None);
    assert_eq!(due(TODAY), ["second"]);
    assert_eq!(due(TODAY + DAY), ["first", "second"]);
    assert!(due(IN_AUTUMN).is_empty());
}
