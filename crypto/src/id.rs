//! Random names of bags, spaces and slots: 16 bytes, written as 32 lower-case hexadecimal digits.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;

use crate::random::random;

/// A text that is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 32 lower-case hexadecimal digits are wanted")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Returns an id that nobody has.
            #[must_use]
            pub fn random() -> Self {
                Self(random())
            }

            /// Returns the id made of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Returns the bytes of the id.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| IdError)?;
                bytes.try_into().map(Self).map_err(|_| IdError)
            }
        }
    };
}

id! {
    /// Names a bag. Bound into every key and slot, so nothing of one bag opens in another.
    BagId
}
id! {
    /// Names a space: a tree with its own key.
    SpaceId
}
id! {
    /// Names a slot: a wrapped key in the public header.
    SlotId
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn ids_are_written_and_read_back() {
        let id = BagId::random();
        assert_eq!(id.to_string().parse::<BagId>().unwrap(), id);
        assert_ne!(BagId::random(), id);
        for wrong in ["", "00", &"0".repeat(31), &"0".repeat(34), &"A".repeat(32), &"g".repeat(32)] {
            assert_eq!(wrong.parse::<SpaceId>(), Err(IdError), "{wrong}");
        }
    }
}
