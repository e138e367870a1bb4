//! Files of folders outside of the bag, which stay where they are; of a folder that is watched each is looked at once.

use std::fs::{self, File};
use std::path::Path;
use std::time::UNIX_EPOCH;

use cartable_fs::bag::Bag;

use super::incoming::Incoming;
use super::intake::Intake;
use super::{InboxError, Outcome, Refusal, Taken};
use crate::collect::How;
use crate::collection::Collection;

/// Whether a file is looked at that was looked at before, and has the length and the time that it had then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is: somebody names it.
    Again,
    /// It is passed over: somebody watches its folder.
    PassOver,
}

/// Takes in a file that lies outside of the bag. Nothing for one that is passed over; where a folder is watched, for what is no file
/// either.
///
/// # Errors
/// [`InboxError`], when the bag fails.
pub fn take_outside(
    bag: &Bag,
    path: &Path,
    how: &How,
    pupil: Option<&str>,
    seen: Seen,
) -> Result<Option<Taken>, InboxError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // A pipe must not even be opened: that would wait for who writes to it.
    let Some(about) = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file) else {
        let refused = Taken { name, outcome: Outcome::Refused(Refusal::NoFile) };
        return Ok((seen == Seen::Again).then_some(refused));
    };
    let state = state(&about);
    let collection = Collection::open_or_make(bag, how.lang)?;
    let key = path.as_os_str().as_encoded_bytes();
    if seen == Seen::PassOver && collection.watched(key)?.is_some_and(|known| known == state.as_bytes()) {
        return Ok(None);
    }
    let outcome = match File::open(path) {
        Ok(mut file) => {
            let mut intake = Intake::new(bag, how);
            let outcome = intake.take(&mut Incoming::new(&name, about.len(), &mut file), pupil)?;
            intake.finish()?;
            outcome
        }
        Err(error) => Outcome::Refused(Refusal::Broken(error.to_string())),
    };
    collection.note_watched(key, state.as_bytes())?;
    collection.sync()?;
    Ok(Some(Taken { name, outcome }))
}

/// Length in bytes and time of the last change in nanoseconds since 1970.
fn state(about: &fs::Metadata) -> String {
    let modified = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{} {}", about.len(), modified.unwrap_or_default().as_nanos())
}
