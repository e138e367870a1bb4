//! A folder of home becomes a space of its own, which can be shared: its own key, its own database, a link where it stood.
//!
//! Order: the new space, durable; what this device will expect of it; keyring and header; home's commit. A crash before that leaves the
//! folder as it was, and perhaps a space that nothing leads to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cartable_crypto::{Keyring, SpaceId};

use super::{Bag, BagError, state::Ended};
use crate::error::FsError;
use crate::node::{Kind, NodeId};
use crate::space::{Departing, Notice, Space};

/// How long caches may take to let go of what nobody uses.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is tried meanwhile.
const TRY: Duration = Duration::from_millis(50);

impl Bag {
    /// Makes a space of a folder of home, where it stands: contents are neither copied nor sealed anew. Nobody may have anything in it
    /// open. A folder that is a space already is left as it is.
    ///
    /// # Errors
    /// [`BagError::Key`] when the bag was not opened by an owner's secret; [`BagError::Space`] with [`FsError::InUse`] while something
    /// in it is open, for a folder in which another is shown, and for the root; with [`FsError::NotFolder`];
    /// [`BagError::Io`], [`BagError::Interrupted`].
    pub fn make_space_of(&self, folder: NodeId) -> Result<SpaceId, BagError> {
        let home = self.open_home()?;
        if let Some(link) = home.link_of(folder) {
            return if link.target == NodeId::ROOT { Ok(link.space) } else { Err(FsError::InUse.into()) };
        }
        if self.opening.read_only {
            return Err(BagError::ReadOnly);
        }
        // A check or a collection is waited for before anybody else has to wait.
        home.wait_for_upkeep();
        let begun = Instant::now();
        loop {
            self.let_go_of(&home, folder)?;
            match self.try_to_make_space_of(&home, folder) {
                Err(BagError::Space(FsError::InUse)) if begun.elapsed() < PATIENCE => std::thread::sleep(TRY),
                Ok(space) => {
                    self.let_go_of(&home, folder)?;
                    return Ok(space);
                }
                other => return other,
            }
        }
    }

    /// Has caches forget what lies in the folder and is not used, and then the folder. From below: a kernel that forgets a folder
    /// in which something is used does not look at what lies in it again.
    fn let_go_of(&self, home: &Space, folder: NodeId) -> Result<(), BagError> {
        let access = self.access()?;
        let parent = home.parent(&access, folder)?;
        let name = home.entries(&access, parent)?.into_iter().find(|(_, attr)| attr.id == folder);
        let mut notices = vec![Notice::Names(parent)];
        notices.extend(name.map(|(name, _)| Notice::Entry { folder: parent, name }));
        let mut left = vec![folder];
        while let Some(folder) = left.pop() {
            for (name, attr) in home.entries(&access, folder)? {
                notices.push(Notice::Entry { folder, name });
                if attr.kind == Kind::Folder {
                    left.push(attr.id);
                }
            }
        }
        notices.reverse();
        home.notify(&notices);
        Ok(())
    }

    fn try_to_make_space_of(&self, home: &Arc<Space>, folder: NodeId) -> Result<SpaceId, BagError> {
        let mut now = self.now.write();
        if now.interrupted {
            return Err(BagError::Interrupted);
        }
        // Before anything is made: what can't leave now is tried again.
        let departing = home.begin_departure(&self.access()?, folder)?;
        let mut draft = now.keyring()?.draft();
        let id = draft.add_space()?;
        let epoch = draft.space_keys(&id)?.epoch;
        let space_folder = self.files.space(&id);
        let key = draft.space_key(&id)?;
        let made = self.copy_out(&departing, &id, &draft).and_then(|()| {
            let space = Space::open(&space_folder, draft.space_keys(&id)?)?;
            let closed = space.close(&self.access()?)?;
            drop(space);
            self.files.sync_new_space(&id)?;
            let ended = self.files.hash_database(&id, epoch)?.map_or(Ended::Open, Ended::Closed);
            self.memory.note_commit(id, closed.commit, ended);
            self.commit_over(&mut now, draft, &[], &[])
        });
        if made.is_err() && !now.interrupted {
            // Nothing leads to it, and its packs have their names in home.
            let _ = std::fs::remove_dir_all(&space_folder);
        }
        made?;
        departing.commit(&id, &key)?;
        Ok(id)
    }

    fn copy_out(&self, departing: &Departing<'_>, id: &SpaceId, draft: &Keyring) -> Result<(), BagError> {
        let (access, keys) = (self.access()?, draft.space_keys(id)?);
        let user = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let space = Space::create(&self.files.space(id), draft.space_keys(id)?, user)?;
        space.close(&access)?;
        drop(space);
        let database = self.files.database(id, keys.epoch);
        Ok(departing.copy_into(&keys, &database)?)
    }
}
