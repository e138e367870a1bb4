//! `cartable share`, `shares`, `revoke`: folders that others may read.

use std::path::Path;

use cartable_fs::bag::AppPassword;
use serde_json::json;
use zeroize::Zeroizing;

use super::device::{show_login, url_of};
use super::{date, now, print, report};
use crate::args::{Revoke, ShareFolder, Unlock};
use crate::exit::Failure;
use crate::output;
use crate::passphrase::Word;
use crate::socket::doors_of;
use crate::text::Text;
use crate::wanted::PathWord;
use crate::work::{Done, Given, ListedShare, Task, asked, have_done};

pub(crate) fn share(wanted: &ShareFolder, text: &Text) -> Result<(), Failure> {
    let unlock = &wanted.unlock;
    let until = wanted.until.map(end_of);
    if until.is_some_and(|until| until < now()) {
        return Err(Failure::PastDay);
    }
    let by = asked(unlock, text)?;
    let AppPassword { login, password } = AppPassword::random();
    let (login, password) = (login.to_string(), password.text());
    let given = Given {
        folder: PathWord(wanted.shared.clone()),
        name: wanted.with.clone(),
        login: login.clone(),
        password: Word(Zeroizing::new(password.as_bytes().to_vec())),
        until,
    };
    let task = Task::Share { by: Word(by.clone()), given: Box::new(given), now: now() };
    have_done(unlock, Some(by), &task, text, &mut |_| {})?;
    let share = doors_of(&unlock.bag)?.and_then(|doors| doors.share);
    let url = wanted.url.clone().unwrap_or_else(|| url_of(share.as_ref()));
    let fingerprint = share.and_then(|share| share.fingerprint);
    if unlock.json {
        let password = password.as_str();
        return output::print(json!({ "url": url, "login": login, "password": password, "fingerprint": fingerprint }));
    }
    show_login(&url, &login, &password, fingerprint, text)?;
    output::print(text.say_with("everyday-shared-with", &[("name", wanted.with.as_str().into())]))
}

pub(crate) fn list(unlock: &Unlock, text: &Text) -> Result<(), Failure> {
    let by = asked(unlock, text)?;
    let task = Task::Shares { by: Word(by.clone()) };
    let Done::Shares(shares) = have_done(unlock, Some(by), &task, text, &mut |_| {})? else { return Ok(()) };
    if unlock.json {
        return output::print(json!({ "shares": shares }));
    }
    for ListedShare { folder, with, login, made, until } in shares {
        let mut said = report();
        said["folder"] = folder.map(|folder| output::plain(&folder)).into();
        said["with"] = with.into();
        said["login"] = login.into();
        said["made"] = date(made).into();
        said["until"] = until.map(date).into();
        print(&said, false, text)?;
        output::print("")?;
    }
    Ok(())
}

pub(crate) fn revoke(wanted: &Revoke, text: &Text) -> Result<(), Failure> {
    let by = asked(&wanted.unlock, text)?;
    let folder: &Path = &wanted.shared;
    let task = Task::Revoke { by: Word(by.clone()), folder: PathWord(folder.to_owned()), with: wanted.with.clone() };
    have_done(&wanted.unlock, Some(by), &task, text, &mut |_| {})?;
    output::say(text.say("revoked"));
    Ok(())
}

/// The last second of a day of the local calendar, in seconds since 1970.
fn end_of(day: jiff::civil::Date) -> u64 {
    let last = jiff::tz::TimeZone::system().to_timestamp(day.at(23, 59, 59, 0));
    last.map_or(u64::MAX, |last| u64::try_from(last.as_second()).unwrap_or(0))
}
