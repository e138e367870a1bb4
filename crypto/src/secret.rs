//! What a person or an app knows, and how a slot's keys come from it.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    BagId, Code, KeyError, SlotId, WrapSecret,
    code::{ALPHABET, value_of},
    derive::{FROM_SECRET, SLOT_COMMITMENT, SLOT_KEY, SLOT_TAG, expand},
    random::random,
};

/// What opens a slot.
pub enum Secret {
    /// Words that a person chose.
    Passphrase(Passphrase),
    /// The random code on the recovery sheet.
    Recovery(Code),
    /// The random login and password of one app or device.
    App(AppPassword),
}

/// Words that a person chose: bytes exactly as given.
pub struct Passphrase {
    bytes: Zeroizing<Vec<u8>>,
}

impl Passphrase {
    /// Takes a passphrase of 1 to 1024 bytes.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] when it is empty or longer.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        match bytes.len() {
            0 => Err(KeyError::BadSecret("it is empty")),
            1..=PASSPHRASE_BYTES => Ok(Self { bytes }),
            _ => Err(KeyError::BadSecret("it is too long")),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What an app is given: random both, never chosen.
pub struct AppPassword {
    /// The name to log in with. Not a secret, but tells nothing about anybody.
    pub login: Login,
    /// The password.
    pub password: Code,
}

impl AppPassword {
    /// Makes a login and its password.
    #[must_use]
    pub fn random() -> Self {
        Self { login: Login::random(), password: Code::random() }
    }
}

/// A random login of 10 letters and digits (50 bits), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Login(String);

impl Login {
    /// Makes a login.
    #[must_use]
    pub fn random() -> Self {
        let letters = random::<LOGIN_LETTERS>().map(|byte| ALPHABET[usize::from(byte & 31)].to_ascii_lowercase());
        Self(letters.into_iter().map(char::from).collect())
    }

    /// Reads a login as a person may have typed it: any case, any spaces or dashes, an O for a 0.
    ///
    /// # Errors
    /// [`KeyError::BadCode`] when it can't be one.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let letter = |typed| value_of(typed).map(|value| char::from(ALPHABET[usize::from(value)].to_ascii_lowercase()));
        let login: Option<String> = text.chars().filter(|typed| typed.is_alphanumeric()).map(letter).collect();
        match login {
            Some(login) if login.len() == LOGIN_LETTERS => Ok(Self(login)),
            _ => Err(KeyError::BadCode("it is not a login")),
        }
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands for a secret: the 32 bytes that Argon2id made of a passphrase, or the 20 random bytes of a code.
pub(crate) struct Root(Zeroizing<Vec<u8>>);

impl Root {
    pub(crate) fn stretched(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    pub(crate) fn random(code: &Code) -> Self {
        Self(Zeroizing::new(code.as_bytes().to_vec()))
    }

    /// Returns what a slot shows in public of the secret that opens it. It is compared before anything is decrypted: a ciphertext
    /// that opens under many keys would tell which of many passphrases is right (Len, Grubbs, Ristenpart 2021).
    pub(crate) fn commitment(&self, bag: &BagId, slot: &SlotId) -> [u8; 32] {
        *expand(FROM_SECRET, &self.0, SLOT_COMMITMENT, &[bag.as_bytes(), slot.as_bytes()])
    }

    /// Returns the key pair that the slot is sealed to.
    pub(crate) fn key_pair(&self, bag: &BagId, slot: &SlotId) -> WrapSecret {
        WrapSecret::derive(&expand(FROM_SECRET, &self.0, SLOT_KEY, &[bag.as_bytes(), slot.as_bytes()]))
    }

    /// Returns the tag by which a slot of a random secret is found: who has not the password can't tie a login to a slot.
    pub(crate) fn tag(&self, bag: &BagId, login: &str) -> [u8; 32] {
        *expand(FROM_SECRET, &self.0, SLOT_TAG, &[bag.as_bytes(), login.as_bytes()])
    }
}

const PASSPHRASE_BYTES: usize = 1024;
const LOGIN_LETTERS: usize = 10;
