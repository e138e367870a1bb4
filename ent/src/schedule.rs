//! Collecting by itself: once a day, from the accounts whose owner asked for it, and never in the holidays.
//!
//! Schools close their platforms in the holidays, and suspend the addresses of programs that go on asking. PRONOTE says when they are;
//! without it, the days are left out that are free in all of France: the summer and the days around Christmas.

use cartable_fs::bag::Bag;
use cartable_fs::{FsError, Space};
use cartable_share::{Access, Change};
use jiff::civil::Date;

use crate::account::Account;
use crate::collect::{at_school, today};
use crate::collection::{Collection, KeepError};
use crate::record::{AccountId, Platform};

/// The kind of value in home: it is there for an account that is collected by itself.
const KIND: &str = "daily";
/// What connectors note under this name: days without school, as [`write`] gives them.
pub(crate) const FREE_DAYS: &str = "free days";

/// From which hour of the day on platforms are asked.
const HOUR: i8 = 6;
/// Accounts are asked at different times of these first seconds of the day.
const SPREAD_SECONDS: i64 = 2 * 3600;
/// How long to wait, in seconds, when a platform could not be reached and asks for no silence by itself.
const RETRY_SECONDS: i64 = 3600;

/// Has an account collected by itself once a day, or no longer.
///
/// # Errors
/// Those of writing.
pub fn set(home: &Space, access: &Access, change: &Change, account: &str, daily: bool) -> Result<(), FsError> {
    if daily {
        home.keep(change, KIND, account.as_bytes(), 1, &[])?;
    } else if is_daily(home, access, account)? {
        home.forget_kept(change, KIND, account.as_bytes())?;
    }
    home.sync_all(access)
}

/// Whether an account is collected by itself.
///
/// # Errors
/// [`FsError::Database`].
pub fn is_daily(home: &Space, access: &Access, account: &str) -> Result<bool, FsError> {
    Ok(home.kept(access, KIND, account.as_bytes())?.is_some())
}

/// The accounts to collect from at `now`, in seconds since 1970, by name.
///
/// # Errors
/// Those of reading.
pub fn due(bag: &Bag, now: i64) -> Result<Vec<String>, KeepError> {
    let (home, access) = (bag.open_home()?, bag.access()?);
    let all = Account::all(&home, &access)?;
    let mut due = Vec::new();
    for account in all.iter().filter(|account| account.platform != Platform::Inbox && is_due(account, now)) {
        if is_daily(&home, &access, &account.name.0)? {
            due.push(account.name.0.clone());
        }
    }
    if due.is_empty() {
        return Ok(due);
    }
    if is_free_everywhere(today(now)) {
        return Ok(Vec::new());
    }
    let Some(collection) = Collection::open(bag)? else { return Ok(due) };
    let mut of_others = String::new();
    for account in &all {
        of_others.extend([" ", &collection.noted(&account.name, FREE_DAYS)?.unwrap_or_default()]);
    }
    let mut open = Vec::new();
    for name in due {
        // What the school itself says; for platforms that say nothing, what others of the same person do.
        let said = collection.noted(&AccountId(name.clone()), FREE_DAYS)?;
        let is_free =
            read(said.as_ref().unwrap_or(&of_others)).any(|(first, last)| first <= today(now) && today(now) <= last);
        if !is_free {
            open.push(name);
        }
    }
    Ok(open)
}

fn is_due(account: &Account, now: i64) -> bool {
    let begins = at_school(today(now).at(HOUR, 0, 0, 0)) + account.added.rem_euclid(SPREAD_SECONDS);
    account.silent_until <= now
        && now >= begins
        && account.last.as_ref().is_none_or(|last| {
            last.at < begins || last.failure.is_some() && now.saturating_sub(last.at) >= RETRY_SECONDS
        })
}

/// Whether a day is free at every school of France, whatever its zone.
fn is_free_everywhere(day: Date) -> bool {
    let of_year = (day.month(), day.day());
    ((7, 8)..=(8, 30)).contains(&of_year) || of_year >= (12, 23) || of_year <= (1, 1)
}

/// Days without school as a note, from first and last days.
pub(crate) fn write(days: &[(Date, Date)]) -> String {
    days.iter().map(|(first, last)| format!("{first}/{last}")).collect::<Vec<_>>().join(" ")
}

fn read(said: &str) -> impl Iterator<Item = (Date, Date)> {
    said.split(' ').filter_map(|span| {
        let (first, last) = span.split_once('/')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use jiff::civil::date;
    use zeroize::Zeroizing;

    use super::*;
    use crate::account::{Counts, Ended, Trouble};
    use crate::connector::Secret;

    const MONDAY: Date = date(2026, 11, 30);

    fn account(last: Option<(i64, bool)>) -> Account {
        let failure = |failed: bool| failed.then(|| Trouble { word: "unreachable".into(), detail: String::new() });
        Account {
            name: AccountId("lycee".into()),
            platform: Platform::Pronote,
            url: String::new(),
            uai: None,
            secret: Secret::Code { code: Zeroizing::default() },
            added: 60,
            last: last.map(|(at, failed)| Ended { at, counts: Counts::default(), failure: failure(failed) }),
            silent_until: 0,
        }
    }

    #[test]
    fn an_account_is_due_once_a_day_from_the_morning_on() {
        let at = |day: Date, hour, minute| at_school(day.at(hour, minute, 0, 0));
        let yesterday = at(MONDAY.yesterday().unwrap(), 20, 0);
        assert!(!is_due(&account(None), at(MONDAY, 5, 59)));
        assert!(!is_due(&account(None), at(MONDAY, 6, 0)), "not all at once");
        assert!(is_due(&account(None), at(MONDAY, 6, 1)));
        assert!(is_due(&account(Some((yesterday, false))), at(MONDAY, 6, 1)));
        assert!(!is_due(&account(Some((yesterday, false))), at(MONDAY, 3, 0)));
        assert!(!is_due(&account(Some((at(MONDAY, 6, 1), false))), at(MONDAY, 23, 59)));
    }

    #[test]
    fn what_failed_is_tried_again_but_not_before_the_platform_may_be_asked() {
        let at = |hour| at_school(MONDAY.at(hour, 0, 0, 0));
        let failed = account(Some((at(9), true)));
        assert!(!is_due(&failed, at(9) + 600));
        assert!(is_due(&failed, at(10)));
        let silent = Account { silent_until: at(12), ..failed };
        assert!(!is_due(&silent, at(11)));
        assert!(is_due(&silent, at(12)));
    }

    #[test]
    fn the_summer_and_christmas_are_free_everywhere() {
        for (month, day, free) in [
            (7, 7, false),
            (7, 8, true),
            (8, 30, true),
            (8, 31, false),
            (12, 22, false),
            (12, 31, true),
            (1, 1, true),
            (1, 6, false),
        ] {
            assert_eq!(is_free_everywhere(date(2027, month, day)), free, "{month}-{day}");
        }
    }

    #[test]
    fn free_days_are_read_as_they_are_written() {
        let days = [(date(2026, 10, 17), date(2026, 11, 1)), (MONDAY, MONDAY)];
        assert_eq!(read(&write(&days)).collect::<Vec<_>>(), days);
        assert_eq!(read("").chain(read("rubbish 2026-1/x")).count(), 0);
    }
}
