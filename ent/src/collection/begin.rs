//! Beginning an account under a name that may have been used before.
//!
//! What a connector noted, and the files that it has, say how far it is with one person's account at one place. They outlast the account,
//! so that who removes it and adds it again goes on; for any other account under the name they would be wrong. Records stay: they
//! are the person's.

use super::{Collection, KeepError};
use crate::account::Account;
use crate::connector::Secret;
use crate::record::{AccountId, Platform};

/// What is noted under this name: whose the notes and files are.
const WHOSE: &str = "whose";

impl Collection {
    /// Forgets how far the connector of another account of this name was, durably. To be called before the account is kept.
    ///
    /// # Errors
    /// Those of writing.
    pub(crate) fn begin_account(&self, account: &Account) -> Result<(), KeepError> {
        let whose = whose(account)?;
        if self.noted(&account.name, WHOSE)?.as_ref() == Some(&whose) {
            return Ok(());
        }
        self.forget_progress(&account.name)?;
        // Last: until then all of it goes again the next time.
        self.keep_note(&account.name, WHOSE, &whose)?;
        self.sync()
    }

    /// Another platform than this one that a record under this name came from.
    ///
    /// # Errors
    /// Those of reading.
    pub(crate) fn other_platform(&self, account: &AccountId, than: Platform) -> Result<Option<Platform>, KeepError> {
        let mut other = None;
        self.each_piece(account, |kept| {
            if kept.origin.platform != than {
                other = Some(kept.origin.platform);
            }
        })?;
        Ok(other)
    }
}

/// Names an account by where it is and who logs in there: a hash, as an address may be a secret. A token that changes is not part
/// of it.
fn whose(account: &Account) -> Result<String, KeepError> {
    let who = match &account.secret {
        Secret::Password { login, .. } | Secret::Token { login, .. } => login,
        Secret::Address { url } => &**url,
        Secret::Code { code } => &**code,
    };
    let parts = serde_json::to_vec(&(account.platform, &account.url, who));
    let parts = zeroize::Zeroizing::new(parts.map_err(|_| KeepError::Damaged("an account"))?);
    Ok(blake3::hash(&parts).to_hex().to_string())
}
