//! `cartable status`: what there is to know of a bag without its passphrase.

use std::path::Path;

use cartable_fs::bag::Bag;
use serde_json::json;

use super::{date, moment, print, report};
use crate::args;
use crate::exit::Failure;
use crate::output;
use crate::places;
use crate::socket::{Client, doors_of};
use crate::text::Text;

pub(crate) fn run(bag: &args::Bag, text: &Text) -> Result<(), Failure> {
    let header = Bag::header_at(&bag.bag)?;
    let failed = |error: std::io::Error| Failure::io("looking at", &bag.bag, &error);
    let folder = bag.bag.canonicalize().map_err(failed)?;
    let doors = doors_of(&folder)?;
    let drive = doors.as_ref().and_then(|doors| doors.drive.as_ref()).map(|drive| drive.0.clone());
    // A process of another user tells us nothing; the kernel may.
    let listed = || places::mounted().into_iter().find(|drive| drive.bag == folder).map(|drive| drive.folder);
    let drive = drive.or_else(listed);
    let share = doors.as_ref().and_then(|doors| doors.share.as_ref());
    let disk = rustix::fs::statvfs(&folder).map_err(|error| failed(error.into()))?;
    let mut said = report();
    said["bag"] = folder.to_string_lossy().into();
    said["id"] = header.bag().to_string().into();
    said["cipher"] = header.suite().name().into();
    said["open"] = Bag::is_open(&folder).into();
    said["drive"] = drive.map(|drive| drive.to_string_lossy().into_owned()).into();
    said["share"] = share.map(|share| share.urls.clone()).unwrap_or_default().into();
    if let Some(share) = share {
        said["fingerprint"] = share.fingerprint.clone().into();
        said["certificate"] = share.certificate.as_ref().map(|file| file.0.to_string_lossy().into_owned()).into();
        if let Some(trouble) = &share.trouble {
            said["certificate_problem"] = trouble.clone().into();
        }
        if !share.lacking.is_empty() {
            said["certificate_lacks"] = share.lacking.join(", ").into();
        }
        said["locked"] = doors.as_ref().is_some_and(|doors| doors.locked).into();
    }
    said["bytes"] = bytes_in(&folder).map_err(failed)?.into();
    said["free_bytes"] = disk.f_bavail.saturating_mul(disk.f_frsize).into();
    let since = places::state()?.unverified_since(&header.bag())?;
    said["unverified_since"] = since.map(date).into();
    let clients = doors.as_ref().map(|doors| doors.clients.as_slice()).unwrap_or_default();
    if bag.json {
        said["clients"] = json!(clients);
        return print(&said, true, text);
    }
    print(&said, false, text)?;
    clients.iter().try_for_each(|client| output::print(line(client, text)))
}

/// A client, for people.
fn line(client: &Client, text: &Text) -> String {
    let number = |number: u64| number.to_string().into();
    text.say_with(
        "client",
        &[
            ("address", client.address.as_str().into()),
            ("device", client.device.clone().unwrap_or_else(|| text.say("at-the-page")).into()),
            ("since", moment(client.since).into()),
            ("requests", number(client.requests)),
            ("in", number(client.bytes_in)),
            ("out", number(client.bytes_out)),
        ],
    )
}

fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in folder.read_dir()? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            bytes += bytes_in(&entry.path())?;
        } else if kind.is_file() {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}
