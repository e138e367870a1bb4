//! `cartable unmount` and `cartable close`: each returns once everything is written.

use std::path::Path;
use std::time::{Duration, Instant};

use cartable_fs::bag::Bag;

use crate::exit::Failure;
use crate::places;
use crate::socket::{Farewell, doors_of};
use crate::text::Text;

/// How long closing waits for everything to be written.
const PATIENCE: Duration = Duration::from_secs(120);

/// Unmounts a drive. The bag stays open where it has another door.
pub(crate) fn unmount(folder: &Path, text: &Text) -> Result<(), Failure> {
    let place = places::absolute(folder);
    let drive = places::mounted().into_iter().find(|drive| drive.folder == place);
    let drive = drive.ok_or_else(|| Failure::NotMounted { folder: folder.to_owned() })?;
    // What programs wrote and the kernel still holds belongs to what must be durable.
    let _ = std::fs::File::open(&place).map(|folder| rustix::fs::syncfs(&folder));
    let farewell = Farewell::of_drive(&place)?;
    places::unmount(&place)?;
    let goes_on = farewell.and_then(Farewell::wait).unwrap_or(Ok(false))?;
    if goes_on { Ok(()) } else { wait_until_free(&drive.bag, text) }
}

/// Closes all doors of a bag: first the drive, which programs may be using, then the rest.
pub(crate) fn close(bag: &Path, text: &Text) -> Result<(), Failure> {
    let doors = doors_of(bag)?;
    if let Some(drive) = doors.as_ref().and_then(|doors| doors.drive.as_ref()) {
        unmount(&drive.0, text)?;
    }
    match Farewell::of_bag(bag)? {
        Some(farewell) => {
            farewell.wait().unwrap_or(Ok(false))?;
        }
        None if doors.is_none() && Bag::is_open(bag) => return Err(Failure::Busy { process: "?".into() }),
        None if doors.is_none() => return Err(Failure::NotOpen { bag: bag.to_owned() }),
        None => {}
    }
    wait_until_free(bag, text)
}

fn wait_until_free(bag: &Path, text: &Text) -> Result<(), Failure> {
    let start = Instant::now();
    while Bag::is_open(bag) {
        if start.elapsed() > PATIENCE {
            return Err(Failure::Other { what: text.say("still-writing") });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
