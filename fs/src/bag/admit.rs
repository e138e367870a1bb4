//! Who comes with a secret to a bag that is open: what the secret's slot allows.

use cartable_crypto::{Held, KeyError, Secret, SlotId, SlotRight};
use cartable_share::{self as share, Access, Principal, Right};

use super::{Bag, BagError, state::now};

/// What a slot allows.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// The slot that the secret opened.
    pub slot: SlotId,
    /// What its holder may do in home.
    pub access: Access,
    /// Version of the header that says so: with another one, ask again.
    pub version: u64,
}

impl Bag {
    /// Finds the slot of a secret and what it allows in home, without taking its keys. A passphrase takes half a second for each passphrase
    /// of the bag; a random secret that opens nothing takes as long whether its login is known or not.
    ///
    /// # Errors
    /// [`BagError::Key`]: [`KeyError::WrongSecret`] for a secret that opens nothing, or not home, or not any more.
    pub fn admit(&self, secret: &Secret) -> Result<Admitted, BagError> {
        let (header, home) = (self.header(), self.home());
        let unlocked = header.unlock(secret)?;
        let opens_home = match &unlocked.held {
            Held::Bag(_) => true,
            Held::Space { space, .. } => *space == home,
        };
        if !opens_home || unlocked.until.is_some_and(|until| until < now()) {
            return Err(KeyError::WrongSecret.into());
        }
        let right = if unlocked.right == SlotRight::Read || self.opening.read_only { Right::Read } else { Right::Edit };
        let access = share::decide(Principal::Owner, right).map_err(BagError::Refused)?;
        Ok(Admitted { slot: unlocked.slot, access, version: header.version() })
    }

    /// Whether a slot stands in the header as it is now.
    #[must_use]
    pub fn has_slot(&self, slot: &SlotId) -> bool {
        self.now.read().header.has_slot(slot)
    }
}
