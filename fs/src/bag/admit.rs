//! Who comes with a secret to a bag that is open: what the secret's slot allows.

use cartable_crypto::{Held, KeyError, Secret, SlotId, SlotRight, SpaceId};
use cartable_share::{self as share, Access, Principal, Right};

use super::{Bag, BagError, Keys, Opener, state::now};

/// What a slot allows.
#[derive(Debug, Clone, Copy)]
pub struct Admitted {
    /// The slot that the secret opened.
    pub slot: SlotId,
    /// The space that its holder comes to; none is home.
    pub shared: Option<SpaceId>,
    /// What its holder may do there.
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
    /// Finds the slot of a secret and what it allows. The key of its space is taken where the bag was opened with less, and its time is
    /// not over. A passphrase takes half a second for each passphrase of the bag; a random secret that opens nothing takes as long
    /// whether its login is known or not.
    ///
    /// # Errors
    /// [`BagError::Key`]: [`KeyError::WrongSecret`] for a secret that opens nothing, or not any more.
    pub fn admit(&self, secret: &Secret) -> Result<Admitted, BagError> {
        let header = self.header();
        let unlocked = header.unlock(secret)?;
        let space = match &unlocked.held {
            Held::Bag(_) => None,
            Held::Space { space, .. } => Some(*space),
        };
        let opener = Opener { slot: unlocked.slot, right: unlocked.right, space, until: unlocked.until };
        let admitted = self.allow(&opener)?;
        if let Held::Space { space, key } = unlocked.held {
            let mut now = self.now.write();
            // The slot may have been removed meanwhile, and the key be one of the past.
            if !now.header.has_slot(&opener.slot) {
                return Err(KeyError::WrongSecret.into());
            }
            if let Keys::Given(given) = &mut now.keys {
                given.add(opener.right, space, key);
            }
        }
        Ok(admitted)
    }

    /// What the secret allows that the bag was opened with: it need not be stretched again.
    ///
    /// # Errors
    /// As [`Bag::admit`]; for a bag that was just made, too.
    pub fn opener(&self) -> Result<Admitted, BagError> {
        self.allow(self.opener.as_ref().ok_or(KeyError::NoSuchSlot)?)
    }

    fn allow(&self, opener: &Opener) -> Result<Admitted, BagError> {
        let held = match opener.right {
            SlotRight::Read | SlotRight::GuestRead => Right::Read,
            SlotRight::Own | SlotRight::Edit | SlotRight::GuestEdit => Right::Edit,
        };
        let is_guest = opener.right.is_guest();
        let principal = if is_guest { Principal::Guest(held) } else { Principal::Owner };
        let wanted = if self.opening.read_only { Right::Read } else { held };
        let access = share::decide(principal, wanted).map_err(BagError::Refused)?;
        let shared = opener.space.filter(|_| is_guest);
        let admitted = Admitted { slot: opener.slot, shared, access, until: opener.until };
        if admitted.is_over() { Err(KeyError::WrongSecret.into()) } else { Ok(admitted) }
    }

    /// Whether a slot stands in the header as it is now.
    #[must_use]
    pub fn has_slot(&self, slot: &SlotId) -> bool {
        self.now.read().header.has_slot(slot)
    }
}
