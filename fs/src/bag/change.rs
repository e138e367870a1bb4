//! Changes of keys: slots added and removed, passphrases replaced, while spaces may be in use.
//!
//! Order: the databases of new epochs, what this device will expect, the keyring, the header. Each is durable before the next begins;
//! the header's rename commits. What was there before is removed last. Spaces that take a new key stand still from
//! the copy of their database to the header. What fails before the header leaves everything as it was; when
//! the header itself fails nobody knows which one stands: the spaces stop, and the bag has to be opened again.

use std::sync::Arc;

use cartable_crypto::{Grant, Header, KeyError, Keyring, Rotated, Secret, SlotId, SpaceId};

use super::{
    Bag, BagError, Keys, Now,
    state::{Ended, Mark},
};
use crate::space::{Rekeying, Space};

impl Bag {
    /// Adds a slot for a secret.
    ///
    /// # Errors
    /// [`BagError::Key`] when the secret may not hold that, or the bag was not opened by an owner's secret;
    /// [`BagError::Interrupted`] after a change that failed half way.
    pub fn add_slot(&self, secret: &Secret, grant: Grant, now: u64) -> Result<SlotId, BagError> {
        self.change(|draft| Ok((draft.add(secret, grant, now)?, Vec::new())))
    }

    /// Removes a slot and rotates what it held: its secret opens nothing that is written from now on.
    ///
    /// The databases that take a new key are copied whole, so there must be room for them.
    ///
    /// # Errors
    /// [`BagError::Key`] when there is no such slot or it is the last one of an owner; [`BagError::OlderCopy`];
    /// [`BagError::Interrupted`].
    pub fn remove_slot(&self, id: &SlotId) -> Result<(), BagError> {
        self.change(|draft| Ok(((), draft.remove(id)?)))
    }

    /// Puts a slot for a new secret in the place of an owner's slot, and rotates everything, in one change.
    ///
    /// # Errors
    /// As [`Bag::remove_slot`].
    pub fn replace_slot(&self, old: &SlotId, new: &Secret, now: u64) -> Result<SlotId, BagError> {
        self.change(|draft| {
            let id = draft.add(new, Grant::Bag, now)?;
            Ok((id, draft.remove(old)?))
        })
    }

    /// Makes an empty space and keeps its key in home, whose holders open it from then on. A crash in between leaves a space that
    /// nothing leads to.
    ///
    /// # Errors
    /// [`BagError::Key`] when the bag was not opened by an owner's secret; [`BagError::Io`], [`BagError::Space`],
    /// [`BagError::Interrupted`].
    pub fn add_space(&self) -> Result<SpaceId, BagError> {
        let home = self.open_home()?;
        if self.opening.read_only {
            return Err(BagError::ReadOnly);
        }
        let mut now = self.now.write();
        if now.interrupted {
            return Err(BagError::Interrupted);
        }
        let mut draft = now.keyring()?.draft();
        let id = draft.add_space()?;
        let keys = draft.space_keys(&id)?;
        let epoch = keys.epoch;
        let user = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let space = Space::create(&self.files.space(&id), keys, user)?;
        let closed = space.close(&self.access()?)?;
        drop(space);
        self.files.sync_new_space(&id)?;
        let ended = self.files.hash_database(&id, epoch)?.map_or(Ended::Open, Ended::Closed);
        self.memory.note_commit(id, closed.commit, ended);
        let key = draft.space_key(&id)?;
        self.commit_over(&mut now, draft, &[], &[])?;
        drop(now);
        let access = self.access()?;
        home.keep_key(&access.change().map_err(BagError::Refused)?, &id, &key)?;
        home.sync_all(&access)?;
        Ok(id)
    }

    fn change<T>(&self, act: impl FnOnce(&mut Keyring) -> Result<(T, Vec<Rotated>), KeyError>) -> Result<T, BagError> {
        if self.opening.read_only {
            return Err(BagError::ReadOnly);
        }
        let mut now = self.now.write();
        if now.interrupted {
            return Err(BagError::Interrupted);
        }
        let mut draft = now.keyring()?.draft();
        let (done, rotated) = act(&mut draft)?;
        self.commit(&mut now, draft, &rotated)?;
        Ok(done)
    }

    fn commit(&self, now: &mut Now, draft: Keyring, rotated: &[Rotated]) -> Result<(), BagError> {
        let in_use: Vec<SpaceId> = self.spaces.lock().keys().copied().collect();
        let spaces: Vec<Arc<Space>> =
            rotated.iter().map(|rotation| self.open_space_with(now, &rotation.space)).collect::<Result<_, _>>()?;
        let changed = self.commit_over(now, draft, rotated, &spaces);
        drop(spaces);
        for rotation in rotated.iter().filter(|rotation| !in_use.contains(&rotation.space)) {
            // What was opened for the change only. Left unclosed it is as after a crash.
            let _ = self.close_space_with(&rotation.space);
        }
        changed?;
        self.files.tidy(&now.header);
        let home = now.home().ok().and_then(|home| self.spaces.lock().get(&home).map(Arc::clone));
        if let Some(home) = home.filter(|_| !rotated.is_empty()) {
            // The change is done: what fails now is made good at the owner's next opening, and devices are told until then.
            let renewed = self.renew_kept_keys(now, &home);
            let _ = renewed.and_then(|()| Ok(home.sync_all(&self.access()?)?));
        }
        Ok(())
    }

    pub(super) fn commit_over(
        &self,
        now: &mut Now,
        mut draft: Keyring,
        rotated: &[Rotated],
        spaces: &[Arc<Space>],
    ) -> Result<(), BagError> {
        let mut moving = Vec::new();
        for (rotation, space) in rotated.iter().zip(spaces) {
            moving.push(self.copy(&draft, rotation, space)?);
        }
        let published = draft.publish()?;
        let header = Header::parse(&published.header)?;
        let mark = Mark::of(&header, &draft.owner());
        self.memory.expect(mark)?;
        self.files.write(&self.files.keyring(published.version), &published.keyring)?;
        if let Err(error) = self.files.write(&self.files.header(), &published.header) {
            now.interrupted = true;
            moving.into_iter().for_each(Rekeying::stop);
            return Err(error);
        }
        moving.into_iter().for_each(Rekeying::switch);
        now.header = header;
        now.keys = Keys::Owner(draft);
        // The change is done. What fails now is made good at the next opening.
        let _ = self.memory.settle(mark);
        Ok(())
    }

    /// Copies a space's database under its new key, whole and durable, beside the old one.
    fn copy<'a>(&self, draft: &Keyring, rotation: &Rotated, space: &'a Space) -> Result<Rekeying<'a>, BagError> {
        let keys = draft.space_keys(&rotation.space)?;
        if keys.epoch != rotation.to {
            return Err(KeyError::NoSuchSpace.into());
        }
        let target = self.files.database(&rotation.space, rotation.to);
        let log = self.files.log(&target);
        self.files.move_aside(&target)?;
        self.files.move_aside(&log)?;
        self.files.refuse_journal(&target)?;
        self.files.make_empty(&target)?;
        let copied =
            space.begin_rekey(&self.access()?, keys, &|id| draft.space_key(id).ok(), &target).map_err(BagError::from);
        let copied = copied.and_then(|moving| self.files.sync_database(&target).map(|()| moving));
        if copied.is_err() {
            // Half a copy is of no use, and the disk may be full of it.
            let _ = self.files.remove(&target);
            let _ = self.files.remove(&log);
        }
        copied
    }
}
