//! One round through the inbox: files that came to rest are taken in and taken away, the others wait or get a note.
//!
//! A file goes when all of it is durable in the space of what is collected. A crash before leaves it, and the next round finds that
//! nothing of it is new.

use std::time::Duration;

use cartable_fs::bag::Bag;
use cartable_fs::{FsError, Pinned, Time};

use super::folder::{Entry, Folder};
use super::incoming::{InSpace, Incoming};
use super::intake::Intake;
use super::tried::AllTried;
use super::{InboxError, Outcome, Taken, note};
use crate::collect::How;
use crate::collection::Collection;

/// How long a file must have stayed as it is before it is taken for whole: programs that copy it pause for less.
pub const REST: Duration = Duration::from_secs(5);

/// Endings of files that programs have not finished, in small letters.
const UNFINISHED: [&[u8]; 8] =
    [b".part", b".partial", b".crdownload", b".download", b".opdownload", b".filepart", b".tmp", b"~"];
/// Files that systems put into folders, in small letters.
const OF_SYSTEMS: [&[u8]; 2] = [b"desktop.ini", b"thumbs.db"];

/// Looks at the files of the inbox that stayed as they are for `rest` before `how.now`, and did not before. Where there is no inbox,
/// or while somebody collects, nothing happens. Returns the files that it looked at.
///
/// # Errors
/// [`InboxError`], when the bag fails; the files are still there then.
pub fn sweep(bag: &Bag, how: &How, rest: Duration) -> Result<Vec<Taken>, InboxError> {
    let Some(inbox) = Folder::find(bag)? else { return Ok(Vec::new()) };
    // Notes are in the language of the bag's files, whoever sweeps.
    let lang = Collection::space_of(bag)?.map_or(how.lang, |(_, lang)| lang);
    let Some(mut intake) = Intake::now(bag, how) else { return Ok(Vec::new()) };
    let mut tried = AllTried::read(&inbox)?;
    let files = inbox.files()?;
    let (mut all, mut kept) = (Vec::new(), Vec::new());
    for entry in files.iter().filter(|entry| !is_temporary(&entry.name) && !note::is_note(&entry.name)) {
        if tried.knows(entry) {
            continue;
        }
        let Some((entry, pinned)) = at_rest(&inbox, entry, how.now, rest)? else { continue };
        let outcome = take(&mut intake, &inbox, &entry)?;
        drop(pinned);
        match note::explain(lang, &entry.shown(), &outcome) {
            Some(text) => {
                let before = tried.of(&entry).and_then(|tried| tried.note.clone());
                let note = note::lay(&inbox, &entry, &text, before.as_ref())?;
                tried.keep(&inbox, &entry, note)?;
            }
            None => kept.push((entry.folder, entry.name.clone(), entry.attr.version)),
        }
        all.push(Taken { name: entry.shown(), outcome });
    }
    intake.finish()?;
    for (folder, name, version) in kept {
        inbox.remove(folder, &name, version)?;
    }
    let forgot = tried.forget_gone(&inbox, &inbox.files()?)?;
    if forgot || !all.is_empty() {
        inbox.home.sync_all(&inbox.access)?;
    }
    Ok(all)
}

/// Whether a name says that a program is not done with the file, or keeps it for itself.
pub(super) fn is_temporary(name: &[u8]) -> bool {
    let small = name.to_ascii_lowercase();
    small.starts_with(b".")
        || small.starts_with(b"~$")
        || UNFINISHED.iter().any(|ending| small.ends_with(ending))
        || OF_SYSTEMS.contains(&small.as_slice())
}

/// The file as it is when all that was written to it is there, if it has come to rest. It is pinned.
fn at_rest(inbox: &Folder, entry: &Entry, now: i64, rest: Duration) -> Result<Option<(Entry, Pinned)>, InboxError> {
    let name = cartable_fs::Name::new(&entry.name)?;
    inbox.home.gather(entry.attr.id);
    let (pinned, attr) = match Pinned::find(&inbox.home, &inbox.access, entry.folder, name) {
        Err(FsError::NotFound | FsError::NotFolder) => return Ok(None),
        found => found?,
    };
    // A clock that was wrong makes files of the future, which are as good as old ones.
    let rests = |time: Time| now.abs_diff(time.seconds) >= rest.as_secs();
    if attr.id != entry.attr.id || !rests(attr.modified) || !rests(attr.changed) {
        return Ok(None);
    }
    let entry = Entry { path: entry.path.clone(), folder: entry.folder, name: entry.name.clone(), attr };
    Ok(Some((entry, pinned)))
}

fn take(intake: &mut Intake<'_>, inbox: &Folder, entry: &Entry) -> Result<Outcome, InboxError> {
    let size = entry.attr.size;
    let mut data = InSpace::new(&inbox.home, &inbox.access, entry.attr.id, size);
    let name = String::from_utf8_lossy(&entry.name);
    intake.take(&mut Incoming::new(&name, size, &mut data), None)
}
