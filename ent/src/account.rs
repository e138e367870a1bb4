//! Accounts: what a person named once, kept in home with the secret that opens it.

use cartable_fs::{FsError, Space};
use cartable_share::{Access, Change};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::connector::Secret;
use crate::record::{AccountId, Platform, Uai};
use crate::schedule;

/// The kind of value in home.
const KIND: &str = "account";

/// Held by who writes or removes an account, so that a run that ends can look and write at once. One for all bags: it is held for two
/// statements.
static WRITING: Mutex<()> = Mutex::new(());

/// An account at a platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// What its owner calls it.
    pub name: AccountId,
    /// The kind of platform.
    pub platform: Platform,
    /// Where the platform is; empty where the secret says it.
    pub url: String,
    /// The school's number, if its owner gave it.
    pub uai: Option<Uai>,
    /// What opens it.
    pub secret: Secret,
    /// When it was added, in seconds since 1970.
    pub added: i64,
    /// How collecting from it ended last.
    pub last: Option<Ended>,
    /// Until when the platform must not be asked, in seconds since 1970.
    pub silent_until: i64,
}

/// How collecting ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When, in seconds since 1970.
    pub at: i64,
    /// What was collected.
    pub counts: Counts,
    /// Why it ended early; none when all was asked.
    pub failure: Option<Trouble>,
}

/// What was collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records that nobody knew.
    pub new: u64,
    /// Records that the platform changed.
    pub changed: u64,
    /// Records that were known as they are.
    pub same: u64,
    /// Files that came.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// Why collecting ended early, for people: a word that names the sentence, and what the platform said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Names the sentence: `ent-unreachable` and the like.
    pub word: String,
    /// What was said, without any secret.
    pub detail: String,
}

impl Account {
    /// Until when the platform must not be asked for this account, in seconds since 1970: a platform that found too many requests, or
    /// suspended this network's address, wants silence of all accounts there. `all` are the accounts of the person.
    #[must_use]
    pub fn silent_until_beside(&self, all: &[Self]) -> i64 {
        let of_the_network = |other: &&Self| {
            let failure = other.last.as_ref().and_then(|last| last.failure.as_ref());
            failure.is_some_and(|failure| matches!(failure.word.as_str(), "too-many" | "suspended"))
        };
        let there = all.iter().filter(|other| other.platform == self.platform && other.host() == self.host());
        let others = there.filter(of_the_network).map(|other| other.silent_until).max();
        self.silent_until.max(others.unwrap_or_default())
    }

    fn host(&self) -> Option<String> {
        let url = match &self.secret {
            Secret::Address { url } if self.url.is_empty() => url.as_str(),
            _ => &self.url,
        };
        Some(reqwest::Url::parse(url).ok()?.host_str()?.to_owned())
    }

    /// The account of that name.
    ///
    /// # Errors
    /// [`FsError::Database`]; [`FsError::Damaged`] for what can't be read.
    pub fn find(home: &Space, access: &Access, name: &str) -> Result<Option<Self>, FsError> {
        home.kept(access, KIND, name.as_bytes())?.map(|kept| read(&Zeroizing::new(kept.data))).transpose()
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// As [`Account::find`].
    pub fn all(home: &Space, access: &Access) -> Result<Vec<Self>, FsError> {
        let mut found = Vec::new();
        home.kept_of(access, KIND, |kept| {
            found.push(Zeroizing::new(kept.data));
            true
        })?;
        found.iter().map(|data| read(data)).collect()
    }

    /// Keeps it durably, in the place of what was known under its name.
    ///
    /// # Errors
    /// Those of writing.
    pub fn save(&self, home: &Space, access: &Access, change: &Change) -> Result<(), FsError> {
        {
            let _writing = WRITING.lock();
            self.write(home, change)?;
        }
        home.sync_all(access)
    }

    /// Keeps it durably, where it is still known: one that was removed meanwhile stays removed, and another that was added under its
    /// name stays as it is. Returns whether it was kept.
    ///
    /// # Errors
    /// As [`Account::find`], and those of writing.
    pub fn update(&self, home: &Space, access: &Access, change: &Change) -> Result<bool, FsError> {
        {
            let _writing = WRITING.lock();
            if Self::find(home, access, &self.name.0)?.is_none_or(|known| known.added != self.added) {
                return Ok(false);
            }
            self.write(home, change)?;
        }
        home.sync_all(access)?;
        Ok(true)
    }

    fn write(&self, home: &Space, change: &Change) -> Result<(), FsError> {
        let data = Zeroizing::new(serde_json::to_vec(self).map_err(|_| FsError::Invalid("account"))?);
        home.keep(change, KIND, self.name.0.as_bytes(), 1, &data)
    }

    /// Forgets it; what was collected stays. A run of it need not have ended: see [`Account::update`]. Returns whether it was known.
    ///
    /// # Errors
    /// Those of writing.
    pub fn remove(home: &Space, access: &Access, change: &Change, name: &str) -> Result<bool, FsError> {
        let known = {
            let _writing = WRITING.lock();
            let known = home.kept(access, KIND, name.as_bytes())?.is_some();
            home.forget_kept(change, KIND, name.as_bytes())?;
            known
        };
        schedule::set(home, access, change, name, false)?;
        Ok(known)
    }
}

fn read(data: &[u8]) -> Result<Account, FsError> {
    serde_json::from_slice(data).map_err(|_| FsError::Damaged("an account".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(url: &str, word: Option<&str>, silent_until: i64) -> Account {
        let failure = word.map(|word| Trouble { word: word.to_owned(), detail: String::new() });
        Account {
            name: AccountId("a".to_owned()),
            platform: Platform::Pronote,
            url: url.to_owned(),
            uai: None,
            secret: Secret::Code { code: Zeroizing::default() },
            added: 0,
            last: failure.map(|failure| Ended { at: 0, counts: Counts::default(), failure: Some(failure) }),
            silent_until,
        }
    }

    /// Whoever is suspended is so with all of the house.
    #[test]
    fn silence_of_the_network_is_kept_by_all_accounts_there() {
        let own = account("https://lycee.example/pronote/eleve.html", None, 0);
        let until = |url: &str, word: &str| own.silent_until_beside(&[own.clone(), account(url, Some(word), 900)]);
        let parent = "https://lycee.example/pronote/parent.html";
        assert_eq!(until(parent, "suspended"), 900);
        assert_eq!(until(parent, "too-many"), 900);
        assert_eq!(until(parent, "bad-login"), 0, "that is of one account");
        assert_eq!(until("https://college.example/pronote/eleve.html", "suspended"), 0);
    }
}
