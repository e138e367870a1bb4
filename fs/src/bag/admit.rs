//! Who comes with a secret to a bag that is open: what the secret's slot allows.

use cartable_crypto::{Held, KeyError, Secret, SlotId, SlotRight};
use cartable_share::{self as share, Access, Principal, Right};

use super::{Bag, BagError, Opener, state::now};

/// What a slot allows.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// The slot that the secret opened.
    pub slot: SlotId,
    /// What its holder may do in home.
    pub access: Access,
    /// Until when, in seconds since 1970; none is for ever.
    pub until: Option<u64>,
}

impl Admitted {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until < now())
    }
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
        if !opens_home {
            return Err(KeyError::WrongSecret.into());
        }
        self.allow(&Opener { slot: unlocked.slot, right: unlocked.right, until: unlocked.until })
    }

    /// What the secret allows that the bag was opened with: it need not be stretched again.
    ///
    /// # Errors
    /// As [`Bag::admit`]; for a bag that was just made, too.
    pub fn opener(&self) -> Result<Admitted, BagError> {
        self.allow(self.opener.as_ref().ok_or(KeyError::NoSuchSlot)?)
    }

    fn allow(&self, opener: &Opener) -> Result<Admitted, BagError> {
        let right = if opener.right == SlotRight::Read || self.opening.read_only { Right::Read } else { Right::Edit };
        let access = share::decide(Principal::Owner, right).map_err(BagError::Refused)?;
        let admitted = Admitted { slot: opener.slot, access, until: opener.until };
        if admitted.is_over() { Err(KeyError::WrongSecret.into()) } else { Ok(admitted) }
    }

    /// Whether a slot stands in the header as it is now.
    #[must_use]
    pub fn has_slot(&self, slot: &SlotId) -> bool {
        self.now.read().header.has_slot(slot)
    }
}
