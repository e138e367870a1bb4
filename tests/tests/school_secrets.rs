//! Nothing that was collected and no secret stands open in what is written, in errors, in what programs print for their makers, or in
//! the list of processes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;

use cartable_ent::account::Account;
use cartable_ent::collect::{CollectError, add, collect, enroll};
use cartable_ent::collection::Collection;
use cartable_ent::connector::Secret;
use cartable_fs::bag::Bag;
use cartable_platforms::Running;
use cartable_platforms::pronote::{PIN, Pronote, School};
use cartable_tests::school::{DAY, Satchel, Site, TODAY, close, how, know, open_words, run_well, seen};

/// Words of what was collected that are long enough to be nowhere by chance: of file names, contents and records.
fn collected_words(bag: &Bag) -> BTreeSet<String> {
    let seen = seen(bag);
    let texts = seen.files.iter().map(|(path, file)| format!("{path} {}", String::from_utf8_lossy(&file.bytes)));
    let all = texts.chain(seen.records.into_values()).collect::<Vec<_>>().join(" ");
    let words = all.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.len() >= 9);
    words.map(str::to_owned).collect()
}

/// The secrets that accounts have in home.
fn kept_secrets(bag: &Bag) -> Vec<String> {
    let collection = Collection::open(bag).unwrap().unwrap();
    let accounts = Account::all(collection.home(), collection.access()).unwrap();
    let word = |account: &Account| match account.secret.clone() {
        Secret::Password { password, .. } => password.to_string(),
        Secret::Token { token, .. } => token.to_string(),
        Secret::Address { url } => url.to_string(),
        Secret::Code { code } => code.to_string(),
    };
    accounts.iter().map(word).filter(|word| !word.is_empty()).collect()
}

/// The command lines and surroundings of this process and of those it started.
fn processes() -> String {
    let mut all = String::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        for file in ["cmdline", "comm"] {
            all.push_str(&String::from_utf8_lossy(&fs::read(entry.path().join(file)).unwrap_or_default()));
        }
    }
    all + &String::from_utf8_lossy(&fs::read("/proc/self/environ").unwrap())
}

#[test]
fn nothing_stands_open() {
    let sites = Site::all();
    let school = Running::start(Pronote::new(School::college()), 0);
    let satchel = Satchel::new();
    let bag = satchel.open();
    let mut secrets: Vec<String> = sites.iter().flat_map(|site| site.secrets.clone()).collect();
    for site in &sites {
        know(&bag, &site.account);
    }
    // An account by QR code: its content, its PIN and each token.
    let pupil = school.platform.school.people[0].login.clone();
    let code = school.platform.qr_code(&school.url(), &pupil, PIN).unwrap();
    let parts: serde_json::Value = serde_json::from_str(&code).unwrap();
    secrets.extend(["jeton", "login"].map(|part| parts[part].as_str().unwrap().to_owned()));
    let college = Account { name: cartable_ent::record::AccountId("college".into()), ..sites[0].account.clone() };
    let made = enroll(&bag, college, &code, PIN, &how(TODAY)).unwrap();
    let mut printed = format!("{made:?} {made:#?}");
    secrets.extend(kept_secrets(&bag));
    let mut seen_processes = String::new();
    for site in &sites {
        let mut looked = false;
        let look = &mut |_: &str, _, _| {
            if !std::mem::replace(&mut looked, true) {
                seen_processes.push_str(&processes());
            }
        };
        let ended = collect(&bag, site.name(), &how(TODAY), look).unwrap();
        assert_eq!(ended.failure, None, "{}", site.name());
        printed.push_str(&format!("{ended:?} {:?} {:#?}", site.account, site.account.secret));
    }
    run_well(&bag, "college", TODAY);
    secrets.extend(kept_secrets(&bag));
    let words: Vec<String> = collected_words(&bag).into_iter().chain(secrets.clone()).collect();
    assert!(words.len() > 250 && secrets.len() > 12, "{} {}", words.len(), secrets.len());
    assert_eq!(open_words(satchel.home(), &words), Vec::<String>::new(), "while it is open");
    close(bag);
    assert_eq!(open_words(satchel.home(), &words), Vec::<String>::new(), "when it is closed");
    // The hunt finds what is there.
    fs::write(satchel.home().join("open"), format!("x{}x", words[7])).unwrap();
    assert_eq!(open_words(satchel.home(), &words).len(), 1);
    for secret in &secrets {
        assert!(!printed.contains(secret), "{secret} is printed");
        assert!(!seen_processes.contains(secret), "{secret} is in the list of processes");
    }
}

/// Every error that collecting returns, in both forms.
#[test]
fn errors_hold_no_secret() {
    let satchel = Satchel::new();
    let bag = satchel.open();
    let mut said = String::new();
    let mut secrets = Vec::new();
    let mut tell = |_: &str, _: u64, _: u64| {};
    let mut hear = |error: CollectError| said.push_str(&format!("{error} {error:?} {error:#?}"));
    hear(collect(&bag, "nobody", &how(TODAY), &mut tell).unwrap_err());
    for site in Site::all() {
        secrets.extend(site.secrets.clone());
        know(&bag, &site.account);
        for fault in [503, 401, 429].map(cartable_platforms::Fault::Status) {
            site.faults.plan((0..20).map(|number| (number, fault.clone())));
            let ended = collect(&bag, site.name(), &how(TODAY), &mut tell);
            match ended {
                Ok(ended) => hear(CollectError::System(format!("{:?}", ended.failure.unwrap()))),
                Err(error) => hear(error),
            }
        }
        secrets.extend(kept_secrets(&bag));
        // Gone altogether: the error of the connection.
        let account = site.account.clone();
        drop(site);
        let ended = collect(&bag, &account.name.0, &how(TODAY + 30 * DAY), &mut tell).unwrap();
        hear(CollectError::System(format!("{:?}", ended.failure.unwrap())));
    }
    // Addresses that are none, with a secret in them.
    let sites = Site::all();
    for site in &sites {
        let mut account = site.account.clone();
        account.url = format!("no address {}", "Secret-in-address");
        if let Secret::Address { url } = &mut account.secret {
            **url = "http//Secret-in-address".to_owned();
        }
        account.silent_until = 0;
        hear(add(&bag, &account, &how(TODAY)).err().unwrap_or_else(|| CollectError::System("kept".into())));
        // As an older program kept it.
        Collection::open(&bag).unwrap().unwrap().save(&account).unwrap();
        match collect(&bag, site.name(), &how(TODAY), &mut tell) {
            Ok(ended) => hear(CollectError::System(format!("{:?}", ended.failure))),
            Err(error) => hear(error),
        }
    }
    for code in ["", "{\"jeton\":\"Secret-in-code\"}", "{\"login\":\"00\",\"jeton\":\"Secret-in-code\",\"url\":\"x\"}"]
    {
        hear(enroll(&bag, sites[0].account.clone(), code, "2580", &how(TODAY)).unwrap_err());
    }
    secrets.push("Secret-in-code".to_owned());
    for secret in &secrets {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    close(bag);
}
