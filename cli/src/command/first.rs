//! `cartable` alone, and the desktop entry: the next sensible thing, in everyday words.

use std::io::IsTerminal;
use std::path::PathBuf;

use cartable_fs::bag::{Bag, Suite};

use super::init::{ask_for_sheet, make};
use crate::desktop;
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{ask_new, passphrase};
use crate::places;
use crate::text::Text;

pub(crate) fn run(in_window: bool, text: &Text) -> Result<(), Failure> {
    let folder = open(text)?;
    if in_window {
        desktop::show(&folder);
    }
    Ok(())
}

/// Opens the person's bag, making it if there is none; returns the folder where it is open.
fn open(text: &Text) -> Result<PathBuf, Failure> {
    let home = places::home().ok_or_else(|| Failure::Other { what: "HOME is not set".into() })?;
    let (bag, folder) = (home.join(".local/share/cartable"), home.join("Cartable"));
    let say = |id| output::say(text.say_with(id, &[("folder", folder.to_string_lossy())]));
    if places::mounted().iter().any(|drive| drive.folder == folder) && folder.read_dir().is_ok() {
        say("everyday-open-already");
        return Ok(folder);
    }
    let mut known = None;
    if Bag::can_be_made(&bag) {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::NoTerminal);
        }
        say("everyday-welcome");
        let bytes = ask_new(None, text)?;
        let sheet = ask_for_sheet(text)?;
        make_parents(&bag)?;
        make(&bag, Suite::ChaCha20Poly1305, &passphrase(&bytes)?, sheet.as_deref(), text)?;
        known = Some(bytes);
        if desktop::install(&home) {
            say("everyday-entry");
        }
    }
    if !folder.exists() && !places::mounted().iter().any(|drive| drive.folder == folder) {
        std::fs::create_dir(&folder).map_err(|error| Failure::io("making", &folder, &error))?;
    }
    super::open::mount_with(&bag, &folder, known, text)?;
    say("everyday-open");
    Ok(folder)
}

fn make_parents(bag: &std::path::Path) -> Result<(), Failure> {
    let parent = bag.parent().unwrap_or(bag);
    std::fs::create_dir_all(parent).map_err(|error| Failure::io("making", parent, &error))
}
