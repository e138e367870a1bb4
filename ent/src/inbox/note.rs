//! The note beside a file that was left: what it is or why it was not taken in, and what to do.

use cartable_fs::{FsError, Keeping, Kind, NAME_BYTES, Name, SetAttr, Staged, WriteTimes};

use super::folder::{Entry, Folder, tell};
use super::tried::Note;
use super::words::say;
use super::{InboxError, Outcome, Refusal};
use crate::view::Lang;

/// What is added to a file's name for the name of its note.
const ENDING: &str = ".pourquoi.txt";
/// Names of pupils in a note, at most.
const NAMES: usize = 40;

/// Why a file was not taken in, or not all of it, and what to do, in two sentences; nothing for one that was.
#[must_use]
pub fn explain(lang: Lang, name: &str, outcome: &Outcome) -> Option<String> {
    let refusal = match outcome {
        Outcome::Kept { remarks, .. } => {
            let why = remarks.first()?;
            return Some(say(lang, "in-part", &[("why", why), ("count", &remarks.len().to_string())]));
        }
        Outcome::Code(_) => return Some(say(lang, "login-code", &[("file", name)])),
        Outcome::Refused(refusal) => refusal,
    };
    Some(match refusal {
        Refusal::Unknown => say(lang, "unknown", &[]),
        Refusal::TooLarge { limit_bytes } => say(lang, "too-large", &[("mebibytes", &(limit_bytes >> 20).to_string())]),
        Refusal::NoFile => say(lang, "no-file", &[]),
        Refusal::Nothing { why: None } => say(lang, "nothing", &[]),
        Refusal::Nothing { why: Some(why) } => say(lang, "nothing-understood", &[("why", why)]),
        Refusal::Broken(why) => say(lang, "broken", &[("why", why)]),
        Refusal::WhichPupil { names } => {
            let some: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
            let more = if names.len() > NAMES { ", \u{2026}" } else { "" };
            let list = format!("{}{more}", some.join(", "));
            say(lang, "which-pupil", &[("file", name), ("names", &list), ("count", &names.len().to_string())])
        }
        Refusal::NoSuchPupil => say(lang, "no-such-pupil", &[]),
        Refusal::SeveralPeople => say(lang, "several-people", &[]),
        Refusal::OnlyAddress => say(lang, "only-address", &[]),
    })
}

/// Whether a file is a note, or is called like one.
pub(super) fn is_note(name: &[u8]) -> bool {
    name.ends_with(ENDING.as_bytes())
}

/// Lays a note beside a file, in the place of `before`. Where something else has its name, there is none.
///
/// # Errors
/// Those of writing.
pub(super) fn lay(
    inbox: &Folder,
    entry: &Entry,
    text: &str,
    before: Option<&Note>,
) -> Result<Option<Note>, InboxError> {
    let (home, change) = (&inbox.home, &inbox.change);
    let staged = Staged::new(home, change, Kind::File)?;
    home.write(change, staged.id(), 0, format!("{text}\n").as_bytes(), WriteTimes::Now, false)?;
    let (uid, gid) = (Some(entry.attr.uid), Some(entry.attr.gid));
    home.set_attr(change, staged.id(), &SetAttr { permissions: Some(0o644), uid, gid, ..SetAttr::default() })?;
    let called = name(&entry.name);
    let checked = Name::new(called.as_bytes())?;
    let placed = home.place(change, &staged, (entry.folder, checked), Keeping::Own, |there| match there {
        Some(there) if before.is_none_or(|before| before.version() != there.version) => Err(FsError::Exists),
        _ => Ok(()),
    });
    let placed = match placed {
        Ok(placed) => placed,
        // Somebody's own, or the folder went meanwhile.
        Err(FsError::Exists | FsError::NotFound | FsError::NotFolder) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    home.notify(&placed.notices);
    tell(home, entry.folder, checked);
    Ok(Some(Note::new(entry.folder, called, placed.attr.version)))
}

/// The name of a file's note: the file's, as far as there is room for it.
fn name(of: &[u8]) -> String {
    let mut name = String::from_utf8_lossy(of).into_owned();
    while name.len() > NAME_BYTES - ENDING.len() {
        name.pop();
    }
    name + ENDING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_has_a_name_that_is_one() {
        for of in [b"a.pdf".to_vec(), vec![b'a'; 255], vec![0xe9; 255], "\u{e9}".repeat(127).into_bytes()] {
            let name = name(&of);
            assert!(Name::new(name.as_bytes()).is_ok() && is_note(name.as_bytes()), "{name}");
        }
    }
}
