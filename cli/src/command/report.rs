//! `cartable status`, `check` and `gc`: what there is to know of a bag, and keeping it in order.

use std::path::Path;

use cartable_fs::bag::Bag;

use super::{print, report};
use crate::args;
use crate::exit::Failure;
use crate::places;
use crate::text::Text;

/// What can be said of a bag without its passphrase.
pub(crate) fn status(bag: &args::Bag, text: &Text) -> Result<(), Failure> {
    let header = Bag::header_at(&bag.bag)?;
    let folder = bag.bag.canonicalize().map_err(|error| Failure::io("looking at", &bag.bag, &error))?;
    let drives: Vec<String> = places::mounted()
        .into_iter()
        .filter(|drive| Path::new(&drive.source) == folder)
        .map(|drive| drive.folder.to_string_lossy().into_owned())
        .collect();
    let mut said = report();
    said["bag"] = folder.to_string_lossy().into();
    said["id"] = header.bag().to_string().into();
    said["cipher"] = header.suite().name().into();
    said["open"] = Bag::is_open(&folder).into();
    said["drive"] = drives.first().cloned().into();
    said["bytes"] = bytes_in(&folder).map_err(|error| Failure::io("looking at", &folder, &error))?.into();
    print(&said, bag.json, text);
    Ok(())
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
