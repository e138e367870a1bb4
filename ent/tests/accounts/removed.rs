//! Accounts that are removed while they are collected from.

use cartable_ent::account::Account;
use cartable_ent::collect::{collect, enroll};
use cartable_ent::connector::Secret;
use cartable_ent::record::Platform;
use cartable_platforms::pronote::PIN;

use super::{NOW, Satchel, account, how, password, pupil, school};

#[test]
fn an_account_removed_during_a_run_stays_removed() {
    let (satchel, school) = (Satchel::new(), school());
    satchel.keep(&pupil(&school, "college"));
    let mut is_first = true;
    let ended = collect(&satchel.bag, "college", &how(NOW), &mut |_, _, _| {
        if std::mem::take(&mut is_first) {
            satchel.remove("college");
        }
    });
    assert!(ended.unwrap().counts.new > 20, "what came is kept");
    assert!(satchel.account("college").is_none());
}

#[test]
fn a_token_that_is_changed_brings_no_removed_account_back() {
    let (satchel, school) = (Satchel::new(), school());
    let code = school.platform.qr_code(&school.url(), "lina.morel", PIN).unwrap();
    let named = account("college", Platform::Pronote, "", password("", ""));
    enroll(&satchel.bag, named, &code, PIN, &how(NOW)).unwrap();
    let known = satchel.account("college").unwrap();
    let collection = cartable_ent::collection::Collection::open(&satchel.bag).unwrap().unwrap();
    let mut tell = |_: &str, _: u64, _: u64| {};
    let mut run = cartable_ent::collection::Run::begin(&collection, known, NOW, &mut tell);
    satchel.remove("college");
    cartable_ent::connector::Sink::save_secret(&mut run, &password("lina.morel", "next")).unwrap();
    assert!(satchel.account("college").is_none());
}

#[test]
fn another_account_of_the_same_name_is_not_overwritten() {
    let (satchel, school) = (Satchel::new(), school());
    satchel.keep(&pupil(&school, "college"));
    let mut is_first = true;
    collect(&satchel.bag, "college", &how(NOW), &mut |_, _, _| {
        if std::mem::take(&mut is_first) {
            satchel.remove("college");
            let other = account("college", Platform::Pmb, "https://cdi.example/", password("lou", "other"));
            satchel.keep(&Account { added: NOW + 1, ..other });
        }
    })
    .unwrap();
    let left = satchel.account("college").unwrap();
    assert_eq!((left.platform, left.url.as_str(), left.last), (Platform::Pmb, "https://cdi.example/", None));
    assert!(matches!(left.secret, Secret::Password { login, .. } if login == "lou"));
}

/// The platform gives a token once: from then on the account must be one that can be collected from, whatever happens.
#[test]
fn a_login_that_is_broken_off_leaves_an_account_with_its_address() {
    let (satchel, school) = (Satchel::new(), school());
    let code = school.platform.qr_code(&school.url(), "lina.morel", PIN).unwrap();
    // The page, FonctionParametres, Identification, Authentification.
    school.faults.plan([(3, cartable_platforms::Fault::Own("second-proof"))]);
    let named = account("college", Platform::Pronote, "", password("", ""));
    enroll(&satchel.bag, named, &code, PIN, &how(NOW)).unwrap_err();
    let left = satchel.account("college").unwrap();
    assert_eq!(left.url, format!("{}/pronote/eleve.html", school.url()));
    assert_eq!(collect(&satchel.bag, "college", &how(NOW), &mut |_, _, _| {}).unwrap().failure, None);
}
