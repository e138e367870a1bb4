//! Adding an account: what its owner said is looked at before anything is kept, and a login that can be done at once is done.

use cartable_fs::bag::Bag;
use reqwest::Url;
use zeroize::Zeroizing;

use super::{CollectError, How, block_on};
use crate::account::Account;
use crate::collection::{Collection, Run};
use crate::connector::Secret;
use crate::platform::calendar;
use crate::platform::http::may_be_asked;
use crate::platform::moodle::Moodle;
use crate::platform::pronote::{Account as School, Pronote};
use crate::record::Platform;

/// Whether a platform of that kind may be asked at this address: one of HTTPS, or of plain HTTP at this machine.
#[must_use]
pub fn is_address(platform: Platform, text: &str) -> bool {
    let url = match platform {
        Platform::Pronote => School::parse(text).ok().and_then(|school| Url::parse(&school.address()).ok()),
        Platform::Calendar => calendar::address(text.trim()),
        _ => Url::parse(text).ok(),
    };
    url.is_some_and(|url| may_be_asked(&url))
}

/// Whether only a login and a password open an account of that kind, beside what PRONOTE gives for a QR code.
#[must_use]
pub fn needs_login(platform: Platform) -> bool {
    matches!(platform, Platform::Pronote | Platform::Pmb)
}

/// Looks whether an account can be one, without asking anybody.
fn check(account: &Account) -> Result<(), CollectError> {
    let has_address = matches!(account.platform, Platform::Pronote | Platform::Moodle | Platform::Pmb);
    if (has_address || !account.url.is_empty()) && !is_address(account.platform, &account.url) {
        return Err(CollectError::Address(account.url.clone()));
    }
    match &account.secret {
        Secret::Password { login, .. } | Secret::Token { login, .. }
            if login.is_empty() && needs_login(account.platform) =>
        {
            Err(CollectError::Unfit("this platform wants a login"))
        }
        // It is a secret: it is not told.
        Secret::Address { url } if !is_address(account.platform, url) => {
            Err(CollectError::Unfit("the calendar's address is none of HTTPS"))
        }
        _ => Ok(()),
    }
}

/// Keeps an account; the first one makes the space of what is collected. Moodle gives a token for a password, and the token is what is
/// kept; the others are not asked.
///
/// # Errors
/// [`CollectError::Address`], [`CollectError::Unfit`] and [`CollectError::OtherPlatform`], when it can't be one;
/// [`CollectError::Login`]; those of keeping it.
pub fn add(bag: &Bag, account: &Account, how: &How) -> Result<(), CollectError> {
    check(account)?;
    let _alone = bag.collecting();
    let collection = Collection::open_or_make(bag, how.lang)?;
    is_free(&collection, account)?;
    let mut account = account.clone();
    if account.platform == Platform::Moodle {
        let token = block_on(Moodle::enroll(&account.url, &account.secret, how.manners))??;
        account.secret = token.unwrap_or(account.secret);
    }
    collection.begin_account(&account)?;
    Ok(collection.save(&account)?)
}

/// Whether what was collected under the name of an account, if anything was, is of its platform.
fn is_free(collection: &Collection, account: &Account) -> Result<(), CollectError> {
    match collection.other_platform(&account.name, account.platform)? {
        Some(platform) => Err(CollectError::OtherPlatform { name: account.name.0.clone(), platform }),
        None => Ok(()),
    }
}

/// Opens an account of PRONOTE with the text of a QR code and its PIN, and keeps it under `account.name`.
///
/// # Errors
/// [`CollectError::Unfit`] for another platform, [`CollectError::OtherPlatform`], [`CollectError::Login`], [`CollectError::Address`];
/// those of keeping it.
pub fn enroll(bag: &Bag, mut account: Account, code: &str, pin: &str, how: &How) -> Result<Account, CollectError> {
    if account.platform != Platform::Pronote {
        return Err(CollectError::Unfit("a QR code opens an account of PRONOTE only"));
    }
    let _alone = bag.collecting();
    let collection = Collection::open_or_make(bag, how.lang)?;
    is_free(&collection, &account)?;
    let device = device()?;
    let mut tell = |_: &str, _: u64, _: u64| {};
    // All but the secret is known before the login: its token is saved in the middle of it, and is good for one use only.
    let (school, login) = Pronote::named_by(code, pin)?;
    account.url = school.address();
    if !is_address(account.platform, &account.url) {
        return Err(CollectError::Address(account.url));
    }
    account.uai = account.uai.or_else(|| school.uai());
    account.secret = Secret::Token { login, token: Zeroizing::default(), device: device.clone() };
    collection.begin_account(&account)?;
    let mut run = Run::first(&collection, account, how.now, &mut tell);
    block_on(Pronote::enroll(code, pin, &device, how.manners, &mut run))??;
    Ok(run.end().0)
}

/// A secret that its owner typed for a platform.
#[must_use]
pub fn typed(platform: Platform, login: Option<String>, secret: Zeroizing<String>) -> Secret {
    match (platform, login) {
        (Platform::Calendar, _) => Secret::Address { url: secret },
        (Platform::Pix, _) => Secret::Code { code: secret },
        (_, Some(login)) => Secret::Password { login, password: secret },
        (_, None) => Secret::Token { login: String::new(), token: secret, device: String::new() },
    }
}

/// A new name for this program at a platform.
fn device() -> Result<String, CollectError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| CollectError::System(error.to_string()))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
