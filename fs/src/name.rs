//! Names of entries: any bytes a Unix name may hold, checked once.

use crate::error::{FsError, Result};

/// A name of an entry: 1 to 255 bytes, no `/`, no NUL, not `.` nor `..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name<'a>(&'a [u8]);

/// The longest name, in bytes.
pub const NAME_BYTES: usize = 255;

impl<'a> Name<'a> {
    /// Checks a name.
    ///
    /// # Errors
    /// [`FsError::NameTooLong`] past 255 bytes, [`FsError::Invalid`] for what no entry may be called.
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() > NAME_BYTES {
            return Err(FsError::NameTooLong);
        }
        if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.iter().any(|&b| b == b'/' || b == 0) {
            return Err(FsError::Invalid("name"));
        }
        Ok(Self(bytes))
    }

    /// The bytes of the name.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_once() {
        assert!(Name::new(b"r\xe9sum\xe9").is_ok());
        assert!(Name::new(&[b'a'; 255]).is_ok());
        for bad in [&b""[..], b".", b"..", b"a/b", b"a\0b", &[b'a'; 256]] {
            assert!(Name::new(bad).is_err());
        }
    }
}
