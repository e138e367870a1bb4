//! Asking for secrets: from a file, the desktop's keyring, or the terminal without echo. Never from an argument.

use std::fs;
use std::io::{IsTerminal, Read};
use std::path::Path;

use cartable_fs::bag::{Bag, Code, Passphrase, Secret};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::desktop::keyring;
use crate::exit::Failure;
use crate::output;
use crate::text::Text;

/// The bytes of a passphrase.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// A secret on its way to another process: hexadecimal in JSON.
#[derive(Clone)]
pub(crate) struct Word(pub(crate) Bytes);

/// Never printed.
impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("...")
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(HEXLOWER.encode(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

/// Reads the passphrase of a bag: the first line of `file`, or what is typed.
pub(crate) fn ask(file: Option<&Path>, text: &Text) -> Result<Bytes, Failure> {
    match file {
        Some(file) => from_file(file),
        None => typed(&text.say("ask-passphrase")),
    }
}

/// Reads another secret: the first line of `file`, or what is typed at `prompt`.
pub(crate) fn ask_secret(file: Option<&Path>, prompt: &str) -> Result<Bytes, Failure> {
    match file {
        Some(file) => from_file(file),
        None => typed(prompt),
    }
}

/// Opens something of a bag with its passphrase: the first line of `file`, else what the desktop's keyring remembers, else
/// what is typed. What the keyring has may have been changed elsewhere: then it is asked for.
pub(crate) fn open_with<T>(
    bag: &Path,
    file: Option<&Path>,
    text: &Text,
    mut open: impl FnMut(&Bytes) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let id = Bag::header_at(bag)?.bag().to_string();
    let remembered = if file.is_none() { keyring::lookup(&id) } else { None };
    match remembered.map(|bytes| open(&bytes)) {
        None => open(&ask(file, text)?),
        Some(Err(Failure::WrongSecret)) => open(&ask(None, text)?),
        Some(opened) => opened,
    }
}

/// Reads a new passphrase, one that can be used; what is typed is typed twice.
pub(crate) fn ask_new(file: Option<&Path>, text: &Text) -> Result<Bytes, Failure> {
    let bytes = ask_twice(file, text)?;
    passphrase(&bytes)?;
    // Typed where the bag is opened it would be taken for a recovery code.
    if matches!(secret(&bytes)?, Secret::Recovery(_)) { Err(Failure::BadPassphrase) } else { Ok(bytes) }
}

fn ask_twice(file: Option<&Path>, text: &Text) -> Result<Bytes, Failure> {
    let Some(file) = file else {
        if std::io::stdin().is_terminal() {
            output::tell(text.say("everyday-passphrase-hint"));
        }
        let first = typed(&text.say("ask-new-passphrase"))?;
        let second = typed(&text.say("ask-again"))?;
        return if *first == *second { Ok(first) } else { Err(Failure::Mismatch) };
    };
    from_file(file)
}

/// Takes bytes for a recovery code where they are one, else for a passphrase.
pub(crate) fn secret(bytes: &Bytes) -> Result<Secret, Failure> {
    let code = std::str::from_utf8(bytes).ok().and_then(|typed| Code::parse(typed).ok());
    match code {
        Some(code) => Ok(Secret::Recovery(code)),
        None => passphrase(bytes),
    }
}

/// Takes bytes for a passphrase.
pub(crate) fn passphrase(bytes: &Bytes) -> Result<Secret, Failure> {
    Ok(Secret::Passphrase(Passphrase::new(bytes.clone())?))
}

fn from_file(file: &Path) -> Result<Bytes, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES));
    let opened = fs::File::open(file).map_err(|error| Failure::io("reading", file, &error))?;
    let read = opened.take(FILE_BYTES as u64).read_to_end(&mut bytes);
    read.map_err(|error| Failure::io("reading", file, &error))?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(Zeroizing::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
}

/// How much of a file is read for its first line: more than the longest passphrase, and not all of a file without end.
const FILE_BYTES: usize = 2048;

fn typed(prompt: &str) -> Result<Bytes, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::NoTerminal);
    }
    let typed = rpassword::prompt_password(prompt).map_err(|_| Failure::NoTerminal)?;
    Ok(Zeroizing::new(typed.into_bytes()))
}
