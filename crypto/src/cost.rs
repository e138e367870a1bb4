//! What checking a passphrase costs: Argon2id version 0x13 (RFC 9106), with bounds fixed in code.
//!
//! The parameters stand in the header, which is only believed once a slot has opened. So they are checked against floor and
//! ceiling before a byte is allocated: a header can ask neither for a terabyte nor for a cheap guess.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use crate::KeyError;

/// Parameters of Argon2id, within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// What new slots get.
    pub const DEFAULT: Self = Self { memory_kib: MEMORY_KIB.0, passes: 3, lanes: 4 };

    /// Returns the parameters, if they are within the bounds.
    ///
    /// # Errors
    /// [`KeyError::Cost`] below 128 MiB or 2 passes; above 1 GiB, 16 passes, 8 lanes, or 4 GiB written in all passes together.
    pub fn new(memory_kib: u64, passes: u64, lanes: u64) -> Result<Self, KeyError> {
        let within = |value: u64, (least, most): (u32, u32)| {
            u32::try_from(value).ok().filter(|value| (least..=most).contains(value))
        };
        match (within(memory_kib, MEMORY_KIB), within(passes, PASSES), within(lanes, LANES)) {
            (Some(memory), Some(pass_count), Some(lane_count)) if memory_kib * passes <= WORK_KIB => {
                Ok(Self { memory_kib: memory, passes: pass_count, lanes: lane_count })
            }
            _ => Err(KeyError::Cost { memory_kib, passes, lanes }),
        }
    }

    /// Returns the memory in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Returns the passes over the memory.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// Returns the lanes. One thread fills them all here.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Returns `Argon2id(passphrase, salt)`, 32 bytes. The memory is erased before it is given back.
    pub(crate) fn stretch(&self, passphrase: &[u8], salt: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(|_| KeyError::NoMemory)?;
        let mut memory = Vec::new();
        memory.try_reserve_exact(params.block_count()).map_err(|_| KeyError::NoMemory)?;
        memory.resize(params.block_count(), Block::default());
        let mut out = Zeroizing::new([0; 32]);
        let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            passphrase,
            salt,
            out.as_mut_slice(),
            &mut memory,
        );
        memory.iter_mut().for_each(Zeroize::zeroize);
        done.map_err(|_| KeyError::BadSecret("it is too long")).map(|()| out)
    }
}

const MEMORY_KIB: (u32, u32) = (128 * 1024, 1024 * 1024);
const PASSES: (u32, u32) = (2, 16);
const LANES: (u32, u32) = (1, 8);
const WORK_KIB: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_costs_within_the_bounds_exist() {
        for (memory, passes, lanes) in [(128 << 10, 3, 4), (1 << 20, 4, 8), (256 << 10, 16, 1), (128 << 10, 2, 1)] {
            assert!(Cost::new(memory, passes, lanes).is_ok(), "{memory} {passes} {lanes}");
        }
        let absurd = [
            (8 << 10, 3, 4),          // 8 MiB
            ((128 << 10) - 1, 3, 4),  // one below the floor
            (1 << 30, 3, 4),          // 1 TiB
            (u64::MAX, 3, 4),         // past every integer
            ((1 << 20) + 1, 2, 4),    // one above the ceiling
            (128 << 10, 1, 4),        // one pass
            (128 << 10, 17, 4),       // too many passes
            (128 << 10, u64::MAX, 4), // absurd passes
            (1 << 20, 5, 4),          // more work than the ceiling
            (128 << 10, 3, 0),        // no lane
            (128 << 10, 3, 9),        // too many lanes
            (0, 0, 0),
        ];
        for (memory_kib, passes, lanes) in absurd {
            assert_eq!(Cost::new(memory_kib, passes, lanes), Err(KeyError::Cost { memory_kib, passes, lanes }));
        }
    }
}
