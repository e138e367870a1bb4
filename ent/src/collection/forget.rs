//! Forgetting what was collected from an account.

use std::collections::BTreeSet;

use cartable_fs::FsError;

use super::pieces::{BETWEEN, unit_key};
use super::{Collection, KeepError};
use crate::account::Account;
use crate::record::{AccountId, Platform};
use crate::view::units;

impl Collection {
    /// Forgets all records of an account, with their versions, and what is noted of it. Views lose them when they are rendered, which
    /// is marked first. Returns how many went.
    ///
    /// # Errors
    /// Those of writing.
    pub fn forget(&self, account: &AccountId) -> Result<u64, KeepError> {
        let prefix = [account.0.as_bytes(), &[BETWEEN]].concat();
        let (mut stale, mut dropped) = (BTreeSet::new(), false);
        self.each_piece(account, |kept| {
            dropped |= kept.origin.platform == Platform::Inbox;
            stale.extend(units(&kept));
        })?;
        for unit in &stale {
            self.space.keep(&self.change, "stale", &unit_key(unit)?, 1, &[])?;
        }
        let gone = self.forget_under("piece", &prefix)?.len() as u64;
        self.forget_progress(account)?;
        // Earlier versions of a record may have been shown by other units than its latest.
        self.forget_kept_if("member", &[], |key| {
            let unit = key.iter().position(|byte| *byte == BETWEEN);
            unit.is_some_and(|end| key[end + 1..].starts_with(&prefix))
        })?;
        if dropped {
            self.forget_under("watched", &[])?;
        }
        Ok(gone)
    }

    /// Forgets how far the connector of an account is: its notes, and the files that it has.
    pub(super) fn forget_progress(&self, account: &AccountId) -> Result<(), KeepError> {
        let prefix = [account.0.as_bytes(), &[BETWEEN]].concat();
        self.forget_under("file", &prefix)?;
        for key in self.forget_under("partial", &prefix)? {
            self.drop_partial(&key)?;
        }
        self.forget_under("note", &prefix)?;
        Ok(())
    }

    fn forget_under(&self, kind: &str, prefix: &[u8]) -> Result<Vec<Vec<u8>>, KeepError> {
        self.forget_kept_if(kind, prefix, |_| true)
    }

    /// Forgets values of a kind by their keys, and returns these.
    fn forget_kept_if(
        &self,
        kind: &str,
        prefix: &[u8],
        goes: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<Vec<u8>>, KeepError> {
        let mut keys = Vec::new();
        self.space.kept_under(&self.access, kind, prefix, |key| {
            if goes(key) {
                keys.push(key.to_vec());
            }
            true
        })?;
        for key in &keys {
            self.space.forget_kept(&self.change, kind, key)?;
        }
        Ok(keys)
    }

    /// Forgets an account itself. Returns whether it was known.
    ///
    /// # Errors
    /// Those of writing.
    pub fn remove_account(&self, name: &str) -> Result<bool, KeepError> {
        Ok(Account::remove(&self.home, &self.access, &self.change, name)?)
    }

    /// Removes raw answers and files that no record and no account refers to.
    ///
    /// # Errors
    /// Those of writing.
    pub fn drop_unused_sources(&self) -> Result<(), KeepError> {
        let mut used = BTreeSet::new();
        for kind in ["piece", "file"] {
            self.space.each_version(&self.access, kind, |data| {
                let names = data.split(|byte| !byte.is_ascii_hexdigit()).filter(|word| word.len() == 64);
                used.extend(names.filter_map(|word| std::str::from_utf8(word).ok()).map(str::to_owned));
            })?;
        }
        let Some(top) = self.find(&[super::files::SOURCES])? else { return Ok(()) };
        for (folder, attr) in self.space.entries(&self.access, top.id)? {
            for (name, _) in self.space.entries(&self.access, attr.id)? {
                let (folder, name) = (text(&folder)?, text(&name)?);
                if !used.contains(&name) {
                    self.remove(&[super::files::SOURCES.to_owned(), folder, name])?;
                }
            }
        }
        Ok(())
    }
}

fn text(name: &[u8]) -> Result<String, KeepError> {
    String::from_utf8(name.to_vec()).map_err(|_| KeepError::Space(FsError::Invalid("name")))
}
