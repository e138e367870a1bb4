//! Names that are used again: the same account goes on, another one begins anew.

use cartable_ent::account::{Account, Counts};
use cartable_ent::collect::{CollectError, add, collect, enroll};
use cartable_ent::record::Platform;
use cartable_platforms::Running;
use cartable_platforms::pronote::{PIN, Pronote};

use super::{NOW, Satchel, account, how, password, pupil, school};

/// How many records the platform told of: new, changed, or known.
fn told(counts: Counts) -> u64 {
    counts.new + counts.changed + counts.same
}

fn collected(satchel: &Satchel) -> Counts {
    let ended = collect(&satchel.bag, "school", &how(NOW), &mut |_, _, _| {}).unwrap();
    assert_eq!(ended.failure, None);
    ended.counts
}

/// What is told of an account in a bag of its own.
fn whole(account: &Account) -> Counts {
    let satchel = Satchel::new();
    add(&satchel.bag, account, &how(NOW)).unwrap();
    collected(&satchel)
}

fn other_pupil(school: &Running<Pronote>) -> Account {
    let person = school.platform.school.person("noe.morel").unwrap();
    Account { secret: password(&person.login, &person.password), ..pupil(school, "school") }
}

#[test]
fn the_same_account_goes_on_where_it_was() {
    let (satchel, school) = (Satchel::new(), school());
    let account = pupil(&school, "school");
    add(&satchel.bag, &account, &how(NOW)).unwrap();
    let first = collected(&satchel);
    satchel.remove("school");
    add(&satchel.bag, &account, &how(NOW)).unwrap();
    let again = collected(&satchel);
    assert!(again.new == 0 && again.files == 0 && told(again) < told(first), "{again:?} after {first:?}");
}

#[test]
fn another_account_of_the_same_name_begins_anew() {
    let (one, two) = (school(), school());
    for other in [pupil(&two, "school"), other_pupil(&one)] {
        let satchel = Satchel::new();
        add(&satchel.bag, &pupil(&one, "school"), &how(NOW)).unwrap();
        collected(&satchel);
        satchel.remove("school");
        add(&satchel.bag, &other, &how(NOW)).unwrap();
        let (counts, whole) = (collected(&satchel), whole(&other));
        assert_eq!((told(counts), counts.files), (told(whole), whole.files), "{}", other.url);
    }
}

#[test]
fn a_code_of_another_school_begins_anew() {
    let (satchel, one, two) = (Satchel::new(), school(), school());
    let named = account("school", Platform::Pronote, "", password("", ""));
    let code = |school: &Running<Pronote>| school.platform.qr_code(&school.url(), "lina.morel", PIN).unwrap();
    enroll(&satchel.bag, named.clone(), &code(&one), PIN, &how(NOW)).unwrap();
    let first = collected(&satchel);
    satchel.remove("school");
    enroll(&satchel.bag, named.clone(), &code(&one), PIN, &how(NOW)).unwrap();
    assert!(told(collected(&satchel)) < told(first));
    satchel.remove("school");
    enroll(&satchel.bag, named, &code(&two), PIN, &how(NOW)).unwrap();
    let other = collected(&satchel);
    assert_eq!((told(other), other.files), (told(first), first.files));
}

#[test]
fn records_of_another_platform_keep_their_name() {
    let (satchel, school) = (Satchel::new(), school());
    add(&satchel.bag, &pupil(&school, "school"), &how(NOW)).unwrap();
    collected(&satchel);
    satchel.remove("school");
    let library = account("school", Platform::Pmb, "https://cdi.example/", password("lou", "word"));
    let refused = add(&satchel.bag, &library, &how(NOW));
    assert!(matches!(refused, Err(CollectError::OtherPlatform { platform: Platform::Pronote, .. })), "{refused:?}");
    assert!(satchel.account("school").is_none());
    add(&satchel.bag, &Account { name: cartable_ent::record::AccountId("cdi".into()), ..library }, &how(NOW)).unwrap();
}
