//! `cartable init`: a new bag, a passphrase, and a recovery sheet that was saved or declined in words.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use cartable_fs::bag::{Bag, Code, Secret, Suite};

use super::now;
use crate::args::{Cipher, Init};
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{ask_new, passphrase};
use crate::text::Text;
use crate::{places, sheet};

/// Bytes that each cipher seals when the faster one is looked for.
const TRIAL_BYTES: usize = 16 << 20;

pub(crate) fn run(init: &Init, text: &Text) -> Result<(), Failure> {
    let sheet = match (&init.recovery_file, init.no_recovery) {
        (Some(file), _) => Some(file.clone()),
        (None, true) => None,
        (None, false) => ask_for_sheet(text)?,
    };
    let bytes = ask_new(init.passphrase_file.as_deref(), text)?;
    make(&init.bag, suite(init.cipher), &passphrase(&bytes)?, sheet.as_deref(), text)?;
    output::say(text.say_with("made", &[("bag", init.bag.to_string_lossy())]));
    Ok(())
}

/// Makes a bag; its recovery sheet is saved before, so that no bag is left without the one that was wanted.
pub(crate) fn make(bag: &Path, suite: Suite, owner: &Secret, sheet: Option<&Path>, text: &Text) -> Result<(), Failure> {
    let state = places::state()?;
    let Some(file) = sheet else {
        Bag::create(bag, suite, &[owner], &state, now())?;
        return Ok(());
    };
    let code = Code::random();
    sheet::save(file, &code, &places::absolute(bag), text)?;
    let made = Bag::create(bag, suite, &[owner, &Secret::Recovery(code)], &state, now());
    if made.is_err() {
        // The sheet of a bag that does not exist would only confuse.
        let _ = std::fs::remove_file(file);
    }
    made?;
    output::say(text.say_with("everyday-sheet-saved", &[("file", file.to_string_lossy())]));
    Ok(())
}

/// Asks where the sheet goes, until there is an answer: a file, or the words that decline it.
pub(crate) fn ask_for_sheet(text: &Text) -> Result<Option<PathBuf>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::NoSheet);
    }
    let declined = text.say("sheet-declined");
    loop {
        let question = text.say_with("ask-sheet", &[("words", declined.as_str().into())]);
        let _ = write!(std::io::stderr(), "{question}");
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).map_err(|_| Failure::NoSheet)?;
        match answer.trim() {
            _ if read == 0 => return Err(Failure::NoSheet),
            "" => {}
            words if words.eq_ignore_ascii_case(&declined) => return Ok(None),
            file => {
                let file = expanded(file);
                // Said before the passphrase is typed, not after.
                match sheet::can_be_saved(&file) {
                    Ok(()) => return Ok(Some(file)),
                    Err(failure) => output::tell(failure.sentences(text)),
                }
            }
        }
    }
}

/// A path as a shell would have it.
fn expanded(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), places::home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => typed.into(),
    }
}

fn suite(cipher: Cipher) -> Suite {
    match cipher {
        Cipher::ChaCha20Poly1305 => Suite::ChaCha20Poly1305,
        Cipher::Aes256Gcm => Suite::Aes256Gcm,
        Cipher::Auto => faster(),
    }
}

/// The suite that seals faster on this machine.
fn faster() -> Suite {
    let time = |suite| {
        let start = Instant::now();
        cartable_fs::seal_trial(suite, TRIAL_BYTES);
        start.elapsed()
    };
    if time(Suite::Aes256Gcm) < time(Suite::ChaCha20Poly1305) { Suite::Aes256Gcm } else { Suite::ChaCha20Poly1305 }
}
