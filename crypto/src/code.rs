//! A random secret of 160 bits as a person writes it down: seven groups of five letters and digits, the last three of which
//! are a checksum, so that a slip of the pen is told from a wrong code.
//!
//! Crockford's base 32: no I, L, O or U; an O read as 0, an I or L as 1, in either case, with any spaces or dashes.

use zeroize::Zeroizing;

use crate::{
    KeyError,
    derive::{CODE_CHECK, hash},
    random::random_key,
};

/// A random secret: a recovery code, or the password that an app keeps.
pub struct Code {
    /// In a place of their own: moving a code leaves no copy behind.
    bytes: Box<Zeroizing<[u8; BYTES]>>,
}

impl Code {
    /// Makes a code.
    #[must_use]
    pub fn random() -> Self {
        Self { bytes: Box::new(random_key()) }
    }

    /// Reads a code as a person may have typed it.
    ///
    /// # Errors
    /// [`KeyError::BadCode`] when its length, a letter or the checksum is wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut values = Zeroizing::new([0; SYMBOLS]);
        let mut count = 0;
        for letter in text.chars().filter(|letter| letter.is_alphanumeric()) {
            let value = value_of(letter).ok_or(KeyError::BadCode("it has a letter that codes don't use"))?;
            *values.get_mut(count).ok_or(KeyError::BadCode("it is too long"))? = value;
            count += 1;
        }
        if count != SYMBOLS {
            return Err(KeyError::BadCode("it is too short"));
        }
        let mut code = Self { bytes: Box::default() };
        for (bytes, symbols) in code.bytes.chunks_exact_mut(5).zip(values.chunks_exact(8)) {
            let group = symbols.iter().fold(0_u64, |group, value| group << 5 | u64::from(*value));
            bytes.copy_from_slice(&group.to_be_bytes()[3..]);
        }
        if code.checksum() == values[SECRET_SYMBOLS..] {
            Ok(code)
        } else {
            Err(KeyError::BadCode("it was mistyped: its checksum does not match"))
        }
    }

    /// Returns the text to write down: 35 letters and digits in groups of five, joined by dashes.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + SYMBOLS / GROUP));
        for (index, value) in self.values().iter().enumerate() {
            if index > 0 && index % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
        text
    }

    pub(crate) fn as_bytes(&self) -> &[u8; BYTES] {
        &self.bytes
    }

    fn values(&self) -> Zeroizing<[u8; SYMBOLS]> {
        let mut values = Zeroizing::new([0; SYMBOLS]);
        for (symbols, bytes) in values.chunks_exact_mut(8).zip(self.bytes.chunks_exact(5)) {
            let group = bytes.iter().fold(0_u64, |group, byte| group << 8 | u64::from(*byte));
            for (index, symbol) in symbols.iter_mut().enumerate() {
                *symbol = (group >> (35 - 5 * index) & 31) as u8;
            }
        }
        values[SECRET_SYMBOLS..].copy_from_slice(&self.checksum());
        values
    }

    /// The first 15 bits of a hash of the secret.
    fn checksum(&self) -> [u8; SYMBOLS - SECRET_SYMBOLS] {
        let hash = hash(CODE_CHECK, &[self.as_bytes()]);
        let bits = u16::from_be_bytes([hash[0], hash[1]]) >> 1;
        [(bits >> 10 & 31) as u8, (bits >> 5 & 31) as u8, (bits & 31) as u8]
    }
}

/// Returns the value of a letter or digit as a person may have read it.
pub(crate) fn value_of(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let index = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(index).ok()
}

/// Crockford's alphabet.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const BYTES: usize = 20;
const SECRET_SYMBOLS: usize = 32;
const SYMBOLS: usize = 35;
const GROUP: usize = 5;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        for _ in 0..200 {
            let code = Code::random();
            let text = code.text();
            assert_eq!(text.len(), 41);
            let sloppy = text.to_lowercase().replace('-', " \t").replace('0', "o").replace('1', "l");
            for typed in [text.as_str(), &sloppy, &sloppy.replace('l', "I"), &format!("  {}\n", text.replace('-', ""))]
            {
                assert_eq!(Code::parse(typed).unwrap().bytes, code.bytes);
            }
        }
    }

    #[test]
    fn slips_are_noticed() {
        let code = Code { bytes: Box::new(Zeroizing::new(*b"a code, twenty bytes")) };
        let text = code.text();
        let mut missed = 0;
        let mut tried = 0;
        for (index, letter) in text.char_indices().filter(|(_, letter)| *letter != '-') {
            for other in ALPHABET.iter().map(|byte| char::from(*byte)).filter(|other| *other != letter) {
                let mut wrong = text.to_string();
                wrong.replace_range(index..=index, &other.to_string());
                tried += 1;
                missed += usize::from(Code::parse(&wrong).is_ok());
            }
        }
        assert_eq!((tried, missed), (35 * 31, 0));
        for wrong in
            ["", "-", "AAAAA", &text[..40], &format!("{}0", text.as_str()), &text.replace('0', "U").replace('1', "u")]
        {
            if wrong != text.as_str() {
                assert!(Code::parse(wrong).is_err(), "{wrong}");
            }
        }
    }
}
