//! The recovery sheet: what a person prints and puts away.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use cartable_fs::bag::Code;
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::text::Text;

/// Whether a new file can be made there.
pub(crate) fn can_be_saved(file: &Path) -> Result<(), Failure> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    made.and_then(|_| std::fs::remove_file(file)).map_err(|error| Failure::io("making", file, &error))
}

/// Writes the sheet to a new file that only its owner reads.
pub(crate) fn save(file: &Path, code: &Code, bag: &Path, text: &Text) -> Result<(), Failure> {
    let sheet = Zeroizing::new(text.say_with(
        "recovery-sheet",
        &[("code", code.text().as_str().to_owned().into()), ("bag", bag.to_string_lossy())],
    ));
    let mut options = std::fs::OpenOptions::new();
    let mut opened = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| Failure::io("making", file, &error))?;
    opened
        .write_all(sheet.as_bytes())
        .and_then(|()| opened.write_all(b"\n"))
        .and_then(|()| opened.sync_all())
        .map_err(|error| Failure::io("writing", file, &error))
}
