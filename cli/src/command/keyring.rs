//! `cartable remember` and `cartable forget`: the passphrase in the desktop's keyring.

use std::path::Path;

use cartable_fs::bag::Bag;

use crate::args::Remember;
use crate::desktop::keyring;
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{ask, secret};
use crate::places;
use crate::text::Text;

/// Remembers a passphrase that opens the bag.
pub(crate) fn remember(remember: &Remember, text: &Text) -> Result<(), Failure> {
    let header = Bag::header_at(&remember.bag)?;
    let bytes = ask(remember.passphrase_file.as_deref(), text)?;
    header.unlock(&secret(&bytes)?)?;
    keyring::store(&header.bag().to_string(), &label(&remember.bag, text), &bytes)?;
    output::say(text.say("remembered"));
    Ok(())
}

/// Forgets it.
pub(crate) fn forget(bag: &Path, text: &Text) -> Result<(), Failure> {
    keyring::clear(&Bag::header_at(bag)?.bag().to_string())?;
    output::say(text.say("forgotten"));
    Ok(())
}

/// How the entry is called for people.
pub(super) fn label(bag: &Path, text: &Text) -> String {
    text.say_with("keyring-label", &[("bag", places::absolute(bag).to_string_lossy())])
}
