//! What is refused when an account is added, and what is kept of it.

use cartable_ent::collect::{CollectError, add, collect, enroll, typed};
use cartable_ent::connector::{Failure, Secret};
use cartable_ent::record::Platform;
use cartable_platforms::moodle::{LOGIN, Moodle, PASSWORD, TOKEN};
use cartable_platforms::pronote::PIN;
use cartable_platforms::{Fault, Running};

use super::{NOW, Satchel, account, how, password, school};

#[test]
fn an_address_that_may_not_be_asked_is_refused() {
    let satchel = Satchel::new();
    for (platform, url) in [
        (Platform::Pronote, ""),
        (Platform::Pronote, "https://example.org/pronote/direction.html"),
        (Platform::Pronote, "http://example.org/pronote/eleve.html"),
        (Platform::Moodle, "cours.example.org"),
        (Platform::Moodle, "http://cours.example.org/"),
        (Platform::Pmb, "ftp://127.0.0.1/"),
        (Platform::Pix, "nowhere"),
        (Platform::Toutatice, "http://ent.example.org/"),
    ] {
        let refused = add(&satchel.bag, &account("one", platform, url, password("lou", "word")), &how(NOW));
        assert!(matches!(&refused, Err(CollectError::Address(told)) if told == url), "{url}: {refused:?}");
    }
    for calendar in ["http://ics.example/secret", "P-ABCDEFGH"] {
        let secret = typed(Platform::Calendar, None, calendar.to_owned().into());
        let refused = add(&satchel.bag, &account("one", Platform::Calendar, "", secret), &how(NOW)).unwrap_err();
        assert!(matches!(refused, CollectError::Unfit(_)) && !refused.to_string().contains(calendar), "{refused}");
    }
    assert!(satchel.account("one").is_none());
    for (platform, url, secret) in [
        (Platform::Pronote, "https://0350001a.index-education.net/pronote/parent.html?x=1", password("lou", "word")),
        (Platform::Pmb, "http://localhost/ws/connector_out.php?source_id=1", password("lou", "word")),
        (Platform::Pix, "", typed(Platform::Pix, None, "P-ABCDEFGH".to_owned().into())),
        (Platform::Calendar, "", typed(Platform::Calendar, None, "webcal://ics.example/a".to_owned().into())),
    ] {
        add(&satchel.bag, &account(platform.name(), platform, url, secret), &how(NOW)).unwrap();
        assert!(satchel.account(platform.name()).is_some());
    }
}

#[test]
fn what_can_open_nothing_is_refused() {
    let (satchel, school) = (Satchel::new(), school());
    let url = format!("{}/pronote/eleve.html", school.url());
    for platform in [Platform::Pronote, Platform::Pmb] {
        let secret = typed(platform, None, "word".to_owned().into());
        let refused = add(&satchel.bag, &account("one", platform, &url, secret), &how(NOW));
        assert!(matches!(refused, Err(CollectError::Unfit(_))), "{refused:?}");
    }
    let code = school.platform.qr_code(&school.url(), "lina.morel", PIN).unwrap();
    let named = account("one", Platform::Moodle, &url, Secret::Code { code: String::new().into() });
    let refused = enroll(&satchel.bag, named, &code, PIN, &how(NOW));
    assert!(matches!(refused, Err(CollectError::Unfit(_))), "{refused:?}");
    assert!(satchel.account("one").is_none());
    assert_eq!(school.faults.requests(), 0);
}

#[test]
fn the_password_of_moodle_is_changed_for_a_token_and_not_kept() {
    let (satchel, site) = (Satchel::new(), Running::start(Moodle::default(), 0));
    let moodle = |secret| account("moodle", Platform::Moodle, &site.url(), secret);
    let refused = add(&satchel.bag, &moodle(password(LOGIN, "other")), &how(NOW));
    assert!(matches!(refused, Err(CollectError::Login(Failure::BadLogin))), "{refused:?}");
    site.faults.plan([(0, Fault::Drop)]);
    let refused = add(&satchel.bag, &moodle(password(LOGIN, PASSWORD)), &how(NOW));
    assert!(matches!(refused, Err(CollectError::Login(Failure::Unreachable(_)))), "{refused:?}");
    assert!(satchel.account("moodle").is_none());
    add(&satchel.bag, &moodle(password(LOGIN, PASSWORD)), &how(NOW)).unwrap();
    let Secret::Token { login, token, .. } = satchel.account("moodle").unwrap().secret else { panic!("no token") };
    assert_eq!((login.as_str(), token.as_str()), (LOGIN, TOKEN));
    let _ = site.platform.asked();
    assert_eq!(collect(&satchel.bag, "moodle", &how(NOW), &mut |_, _, _| {}).unwrap().failure, None);
    assert!(!site.platform.asked().contains(&"login".to_owned()));
    // A token that its owner typed is kept as it is.
    add(&satchel.bag, &moodle(typed(Platform::Moodle, None, TOKEN.to_owned().into())), &how(NOW)).unwrap();
    assert!(matches!(satchel.account("moodle").unwrap().secret, Secret::Token { login, .. } if login.is_empty()));
    assert!(!site.platform.asked().contains(&"login".to_owned()));
}
