//! A bag that collects from made-up platforms, and what of it must be the same whatever happened on the way.

mod door;
mod seen;
mod site;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cartable_ent::account::{Account, Ended};
use cartable_ent::collect::{How, add, collect};
use cartable_ent::collection::Collection;
use cartable_ent::platform::http::Manners;
use cartable_ent::view::Lang;
use cartable_fs::bag::{Bag, Code, Opening, Secret, StateFolder, Suite};
use tempfile::TempDir;

pub use door::{assert_shared, files};
pub use seen::{Seen, open_words, seen};
pub use site::{ADDRESS_WORD, Site};

/// 2026-11-28, in seconds since 1970.
pub const TODAY: i64 = 1_795_860_000;
/// A day, in seconds.
pub const DAY: i64 = 86_400;

/// Whether the large counts are asked for: all faults instead of a sample, more kills, more bytes.
#[must_use]
pub fn is_long() -> bool {
    std::env::var_os("CARTABLE_LONG").is_some()
}

/// How tests collect: at once.
#[must_use]
pub fn how(now: i64) -> How {
    let manners = Manners { gap: Duration::ZERO, patience: Duration::from_secs(10), ..Manners::default() };
    How { lang: Lang::Fr, now, manners }
}

/// A bag without doors in a folder of its own.
pub struct Satchel {
    home: PathBuf,
    code: Code,
    /// Removes the folder, where it was made here.
    _made: Option<TempDir>,
}

impl Satchel {
    /// Makes a bag.
    #[must_use]
    pub fn new() -> Self {
        let made = tempfile::tempdir().expect("a folder");
        let satchel = Self { home: made.path().to_owned(), code: Code::random(), _made: Some(made) };
        let bag = Bag::create(&satchel.bag(), Suite::ChaCha20Poly1305, &[&satchel.secret()], &state(&satchel.home), 1);
        drop(bag.expect("a bag can be made"));
        satchel
    }

    /// A bag that another process made: see [`Satchel::words`].
    #[must_use]
    pub fn of_words(words: &str) -> Self {
        let (code, home) = words.split_once(' ').expect("a code and a folder");
        Self { home: home.into(), code: Code::parse(code).expect("a code"), _made: None }
    }

    /// What another process opens it with.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {}", *self.code.text(), self.home.display())
    }

    /// The folder that holds the bag, and the state folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Opens it.
    #[must_use]
    pub fn open(&self) -> Bag {
        Bag::open(&self.bag(), &self.secret(), &state(&self.home), Opening::default()).expect("a bag opens")
    }

    fn bag(&self) -> PathBuf {
        self.home.join("bag")
    }

    fn secret(&self) -> Secret {
        Secret::Recovery(Code::parse(&self.code.text()).expect("a code reads its own text"))
    }
}

impl Default for Satchel {
    fn default() -> Self {
        Self::new()
    }
}

fn state(home: &Path) -> Arc<StateFolder> {
    Arc::new(StateFolder::open(&home.join("state")).expect("a state folder"))
}

/// Closes a bag as a program does that ends well.
pub fn close(bag: Bag) {
    bag.close_spaces().expect("spaces close");
    drop(bag);
}

/// Makes an account known to a bag.
pub fn know(bag: &Bag, account: &Account) {
    add(bag, account, &how(TODAY)).expect("an account is kept");
}

/// Collects, though the platform was to be left alone for a while.
#[must_use]
pub fn run(bag: &Bag, name: &str, now: i64) -> Ended {
    let collection = Collection::open(bag).expect("a collection opens").expect("an account was added");
    let account = Account::find(collection.home(), collection.access(), name).expect("home is read");
    let mut account = account.expect("the account is known");
    if account.silent_until > now {
        account.silent_until = 0;
        collection.save(&account).expect("an account is kept");
    }
    collect(bag, name, &how(now), &mut |_, _, _| {}).expect("what came is kept")
}

/// As [`run`], and nothing goes wrong.
pub fn run_well(bag: &Bag, name: &str, now: i64) -> Ended {
    let ended = run(bag, name, now);
    assert_eq!(ended.failure, None, "{name}");
    ended
}
