//! Changes of keys: slots added and removed, passphrases replaced.
//!
//! Order: the databases of new epochs, what this device will expect, the keyring, the header. Each is durable before the next begins;
//! the header's rename commits. What was there before is removed last. Every method takes the bag and gives it
//! back: after a failure the process doesn't know which header stands, and has to open the bag again.

use cartable_crypto::{Grant, Header, KeyError, Keyring, Rotated, Secret, SlotId};

use super::{Bag, BagError, Keys, state::Mark};

impl Bag {
    /// Adds a slot for a secret.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret may not hold that, or the bag was not opened by an owner's secret.
    pub fn add_slot(self, secret: &Secret, grant: Grant, now: u64) -> Result<(Self, SlotId), BagError> {
        let mut draft = self.draft()?;
        let id = draft.add(secret, grant, now)?;
        Ok((self.commit(draft, &[])?, id))
    }

    /// Removes a slot and rotates what it held: its secret opens nothing that is written from now on.
    ///
    /// No space of the bag may be open. The databases that take a new key are copied whole, so there must be room for them.
    ///
    /// # Errors
    /// [`BagError::Key`] when there is no such slot or it is the last one of an owner; [`BagError::OlderCopy`].
    pub fn remove_slot(self, id: &SlotId) -> Result<Self, BagError> {
        let mut draft = self.draft()?;
        let rotated = draft.remove(id)?;
        self.commit(draft, &rotated)
    }

    /// Puts a slot for a new secret in the place of an owner's slot, and rotates everything, in one change.
    ///
    /// # Errors
    /// As [`Bag::remove_slot`].
    pub fn replace_slot(self, old: &SlotId, new: &Secret, now: u64) -> Result<(Self, SlotId), BagError> {
        let mut draft = self.draft()?;
        let id = draft.add(new, Grant::Bag, now)?;
        let rotated = draft.remove(old)?;
        Ok((self.commit(draft, &rotated)?, id))
    }

    fn draft(&self) -> Result<Keyring, BagError> {
        if self.opening.read_only {
            return Err(BagError::ReadOnly);
        }
        Ok(self.keyring()?.draft())
    }

    fn commit(mut self, mut draft: Keyring, rotated: &[Rotated]) -> Result<Self, BagError> {
        let mut databases = Vec::new();
        for rotation in rotated {
            self.export(&draft, rotation)?;
            let hash = self.files.hash_database(&rotation.space, rotation.to)?;
            databases.extend(hash.map(|hash| (rotation.space, hash)));
        }
        let published = draft.publish()?;
        let header = Header::parse(&published.header)?;
        let mark = Mark::of(&header, &draft.owner());
        self.memory.expect(mark)?;
        self.files.write(&self.files.keyring(published.version), &published.keyring)?;
        self.files.write(&self.files.header(), &published.header)?;
        self.header = header;
        self.keys = Keys::Owner(draft);
        // From here on the change is done. What fails now is made good at the next opening.
        let _ = self.memory.settle(mark, &databases);
        self.files.tidy(&self.header);
        Ok(self)
    }

    /// Copies a space's database under its new key, whole and durable, beside the old one.
    fn export(&self, draft: &Keyring, rotation: &Rotated) -> Result<(), BagError> {
        let keys = draft.space_keys(&rotation.space)?;
        if keys.epoch != rotation.to {
            return Err(KeyError::NoSuchSpace.into());
        }
        let target = self.files.database(&rotation.space, rotation.to);
        self.files.move_aside(&target)?;
        let space = self.open_space(&rotation.space)?;
        let access = self.access()?;
        let made = self.files.make_empty(&target);
        let exported = made.and_then(|()| Ok(space.export(&access, &target, &keys.database)?));
        let closed = self.close_space(&rotation.space, &space);
        drop(space);
        let synced = exported.and(closed.map(drop)).and_then(|()| self.files.sync_database(&target));
        if synced.is_err() {
            // Half a copy is of no use, and the disk may be full of it.
            let _ = self.files.remove(&target);
        }
        synced
    }
}
