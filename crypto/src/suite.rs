//! The cipher of a bag's chunks, chosen when the bag is made and signed in its header.

/// A suite of ciphers for chunks. The number is what is stored and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Suite {
    /// ChaCha20-Poly1305 (RFC 8439), the default.
    ChaCha20Poly1305 = 1,
    /// AES-256-GCM (NIST SP 800-38D), faster where the processor has AES instructions.
    Aes256Gcm = 2,
}

impl Suite {
    /// Returns the stored number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Returns the name used in `bag.json` and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChaCha20Poly1305 => "chacha20-poly1305",
            Self::Aes256Gcm => "aes-256-gcm",
        }
    }

    /// Returns the suite of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ChaCha20Poly1305, Self::Aes256Gcm].into_iter().find(|suite| suite.name() == name)
    }
}
