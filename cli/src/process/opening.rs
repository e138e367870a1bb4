//! Opening doors: those that are wanted at the start, and others later, for the owner.

use std::sync::Arc;

use cartable_fs::bag::{Bag, BagError, Keeper, Opening, Secret};
use cartable_share::Right;

use super::{Event, Process};
use crate::exit::Failure;
use crate::socket::Doors;
use crate::wanted::{Wanted, WantedDrive, WantedShare};
use crate::{drive, share};

impl Process {
    /// Opens another door, for who proves to be the owner; a locked bag is open as long as that drive is.
    pub(crate) fn open_more(&self, by: &Secret, wanted: &Wanted) -> Result<Doors, Failure> {
        let _changing = self.change();
        self.refuse_at_the_end()?;
        let bag = self.owned(by, wanted)?;
        let only_reads = bag.access()?.right() == Right::Read;
        if only_reads && !wanted.read_only || wanted.read_only && !only_reads && wanted.share.is_some() {
            return Err(self.busy());
        }
        if self.locks && !self.open().kept {
            let keeper = keeper(&bag)?;
            self.keys.keep(bag);
            let mut open = self.open();
            (open.keeper, open.kept) = (keeper, true);
        }
        let opened = self.open_doors(wanted);
        if opened.is_err() && self.open().drive.is_none() {
            self.let_go();
        }
        opened.map(|()| self.doors())
    }

    /// Opens the doors that are wanted and not there: all of them or none.
    pub(super) fn open_doors(&self, wanted: &Wanted) -> Result<(), Failure> {
        if let Some(share) = &wanted.share {
            self.open_share(share)?;
        }
        let Some(drive) = &wanted.drive else { return Ok(()) };
        let opened = self.open_drive(drive, wanted.read_only);
        if opened.is_err() && wanted.share.is_some() {
            self.close_share();
        }
        opened
    }

    fn open_drive(&self, wanted: &WantedDrive, read_only: bool) -> Result<(), Failure> {
        if let Some(place) = &self.open().drive {
            return Err(Failure::Busy { process: place.display().to_string() });
        }
        let bag = self.keys.bag().ok_or_else(|| self.busy())?;
        let drive = drive::mount(wanted, &bag, read_only)?;
        self.open().drive = Some(wanted.place.0.clone());
        let tell = self.tell.clone();
        drive::serve(drive, move |ended| {
            let _ = tell.send(Event::DriveEnded(ended));
        });
        Ok(())
    }

    fn open_share(&self, wanted: &WantedShare) -> Result<(), Failure> {
        if let Some(share) = &self.open().share {
            return Err(Failure::Busy { process: share::reachable(share.urls()).join(", ") });
        }
        let share = share::start(wanted, Arc::clone(&self.keys))?;
        self.open().share = Some(share);
        Ok(())
    }

    /// The bag, for its owner.
    fn owned(&self, by: &Secret, wanted: &Wanted) -> Result<Arc<Bag>, Failure> {
        let prove = |bag: Arc<Bag>| bag.prove_owner(by).map(|_| bag);
        if let Some(bag) = self.keys.bag() {
            return Ok(prove(bag)?);
        }
        let danger_accept_older_copy = wanted.danger_accept_older_copy;
        let opening = Opening { read_only: false, danger_accept_older_copy };
        match (Bag::open(&self.folder, by, &self.state, opening), self.keys.bag()) {
            // Somebody logged in at the same time.
            (Err(BagError::Busy { .. }), Some(bag)) => Ok(prove(bag)?),
            (opened, _) => Ok(Arc::new(opened?)),
        }
    }

    /// Leaves the bag to those who log in, where it was open for its owner's drive.
    pub(super) fn let_go(&self) {
        if std::mem::take(&mut self.open().kept) {
            let keeper = self.open().keeper.take();
            drop(keeper);
            self.keys.let_go();
        }
    }
}

/// Remembers what is written. Without it an older copy of what was written since would be noticed only from the next
/// closing on: an open bag is worth having without.
pub(super) fn keeper(bag: &Bag) -> Result<Option<Keeper>, Failure> {
    // What can't be opened is told now.
    bag.open_home()?;
    Ok(bag.keep_remembering().ok())
}
