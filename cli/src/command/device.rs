//! `cartable device`: an app password for each device, and what became of it.

use cartable_fs::bag::AppPassword;
use serde_json::json;
use zeroize::Zeroizing;

use super::{date, moment, now, print, report};
use crate::args::{DeviceAct, PORT, Unlock};
use crate::code;
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{Bytes, Word};
use crate::socket::{Shared, doors_of};
use crate::text::Text;
use crate::work::{Done, ListedDevice, Task, asked, have_done};

pub(crate) fn run(act: &DeviceAct, text: &Text) -> Result<(), Failure> {
    match act {
        DeviceAct::Add { unlock, device, url } => add(unlock, device, url.as_deref(), text),
        DeviceAct::List(unlock) => list(unlock, text),
        DeviceAct::Remove { unlock, device } => {
            let by = asked(unlock, text)?;
            quietly(unlock, &by, &Task::RemoveDevice { by: Word(by.clone()), device: device.clone() }, text)?;
            output::say(text.say("device-removed"));
            Ok(())
        }
    }
}

fn add(unlock: &Unlock, name: &str, url: Option<&str>, text: &Text) -> Result<(), Failure> {
    let by = asked(unlock, text)?;
    let AppPassword { login, password } = AppPassword::random();
    let (login, password) = (login.to_string(), password.text());
    let task = Task::AddDevice {
        by: Word(by.clone()),
        login: login.clone(),
        password: Word(Zeroizing::new(password.as_bytes().to_vec())),
        name: name.to_owned(),
        now: now(),
    };
    quietly(unlock, &by, &task, text)?;
    let share = doors_of(&unlock.bag)?.and_then(|doors| doors.share);
    let url = url.map_or_else(|| url_of(share.as_ref()), str::to_owned);
    let fingerprint = share.and_then(|share| share.fingerprint);
    if unlock.json {
        let password = password.as_str();
        return output::print(json!({ "url": url, "login": login, "password": password, "fingerprint": fingerprint }));
    }
    show_login(&url, &login, &password, fingerprint, text)?;
    output::print(text.say("everyday-device-added"))
}

/// Shows what somebody logs in with, and a code of it.
pub(super) fn show_login(
    url: &str,
    login: &str,
    password: &str,
    fingerprint: Option<String>,
    text: &Text,
) -> Result<(), Failure> {
    let mut said = report();
    said["url"] = url.into();
    said["login"] = login.into();
    said["password"] = password.into();
    said["fingerprint"] = fingerprint.into();
    print(&said, false, text)?;
    // Each on a line of its own, to be copied. A URL with the password in it would be kept by whatever opens it.
    let scanned = Zeroizing::new(format!("{url}\n{login}\n{}", password));
    if let Ok(code) = code::drawn(&scanned) {
        output::print("")?;
        output::print(code.as_str())?;
    }
    Ok(())
}

/// Where a device finds the share: not on its own loopback, if there is another way.
pub(super) fn url_of(share: Option<&Shared>) -> String {
    let urls = share.map(|share| share.urls.as_slice()).unwrap_or_default();
    let is_near = |url: &String| ["//localhost", "//127.", "//[::1]"].iter().any(|near| url.contains(near));
    let best = urls.iter().find(|url| !is_near(url)).or(urls.first());
    best.cloned().unwrap_or_else(|| format!("https://localhost:{PORT}/"))
}

fn list(unlock: &Unlock, text: &Text) -> Result<(), Failure> {
    let by = asked(unlock, text)?;
    let Done::Devices(devices) = quietly(unlock, &by, &Task::Devices { by: Word(by.clone()) }, text)? else {
        return Ok(());
    };
    if unlock.json {
        return output::print(json!({ "devices": devices }));
    }
    for ListedDevice { name, login, made, used, address } in devices {
        let mut said = report();
        said["name"] = name.into();
        said["login"] = login.into();
        said["made"] = date(made).into();
        let used = used.and_then(|used| u64::try_from(used).ok());
        said["used"] = used.map_or_else(|| text.say("never"), moment).into();
        said["address"] = address.into();
        print(&said, false, text)?;
        output::print("")?;
    }
    Ok(())
}

fn quietly(unlock: &Unlock, by: &Bytes, task: &Task, text: &Text) -> Result<Done, Failure> {
    have_done(unlock, Some(by.clone()), task, text, &mut |_| {})
}
