//! Accounts in a bag: how they are added and removed, and what a run leaves of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "accounts/added.rs"]
mod added;
#[path = "accounts/names.rs"]
mod names;
#[path = "accounts/removed.rs"]
mod removed;
#[path = "accounts/silence.rs"]
mod silence;

use std::sync::Arc;
use std::time::Duration;

use cartable_ent::account::Account;
use cartable_ent::collect::How;
use cartable_ent::connector::Secret;
use cartable_ent::platform::http::Manners;
use cartable_ent::record::{AccountId, Platform};
use cartable_ent::view::Lang;
use cartable_fs::bag::{Bag, Code, StateFolder, Suite};
use cartable_platforms::Running;
use cartable_platforms::pronote::{Pronote, School};
use tempfile::TempDir;

/// A day in the middle of the first school's year, in seconds since 1970.
const NOW: i64 = 1_736_935_200;

fn how(now: i64) -> How {
    let manners = Manners { gap: Duration::ZERO, patience: Duration::from_secs(20), ..Manners::default() };
    How { lang: Lang::Fr, now, manners }
}

/// A bag in a folder of its own.
struct Satchel {
    bag: Bag,
    _folder: TempDir,
}

impl Satchel {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = Arc::new(StateFolder::open(&folder.path().join("state")).unwrap());
        let owner = cartable_fs::bag::Secret::Recovery(Code::random());
        let bag = Bag::create(&folder.path().join("bag"), Suite::ChaCha20Poly1305, &[&owner], &state, 1).unwrap();
        Self { bag, _folder: folder }
    }

    /// What is known of an account.
    fn account(&self, name: &str) -> Option<Account> {
        Account::find(&self.bag.open_home().unwrap(), &self.bag.access().unwrap(), name).unwrap()
    }

    /// Keeps an account as it is, whatever is known under its name.
    fn keep(&self, account: &Account) {
        let access = self.bag.access().unwrap();
        account.save(&self.bag.open_home().unwrap(), &access, &access.change().unwrap()).unwrap();
    }

    /// What `ent remove` does.
    fn remove(&self, name: &str) {
        let access = self.bag.access().unwrap();
        assert!(Account::remove(&self.bag.open_home().unwrap(), &access, &access.change().unwrap(), name).unwrap());
    }
}

fn account(name: &str, platform: Platform, url: &str, secret: Secret) -> Account {
    let name = AccountId(name.to_owned());
    Account { name, platform, url: url.to_owned(), uai: None, secret, added: NOW, last: None, silent_until: 0 }
}

fn password(login: &str, password: &str) -> Secret {
    Secret::Password { login: login.to_owned(), password: password.to_owned().into() }
}

fn school() -> Running<Pronote> {
    Running::start(Pronote::new(School::college()), 0)
}

/// The account of a pupil at that school.
fn pupil(school: &Running<Pronote>, name: &str) -> Account {
    let person = school.platform.school.person("lina.morel").unwrap();
    let url = format!("{}/pronote/eleve.html", school.url());
    account(name, Platform::Pronote, &url, password(&person.login, &person.password))
}
