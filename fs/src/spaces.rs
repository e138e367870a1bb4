//! Home and the spaces that are shown in its folders, as doors show them: one tree.
//!
//! A door numbers a node by its space (slot, 16 bits; home is 0) and its number there (48 bits). A space is opened when somebody
//! first comes to a folder that shows it, and stays open as long as the bag.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use cartable_share::{self as share, Access, Principal, Right};
use parking_lot::RwLock;

use crate::bag::Bag;
use crate::error::{FsError, Result};
use crate::node::{Attr, Kind, NodeId};
use crate::space::{Cache, Link, Space};

/// Where the number of the space begins.
const SLOT_SHIFT: u32 = 48;

type MakeCache = Box<dyn Fn(u16) -> Arc<dyn Cache> + Send + Sync>;

/// Home and what is shown in it.
pub struct Spaces {
    home: Spot,
    bag: Option<Arc<Bag>>,
    others: RwLock<HashMap<u16, Other>>,
    make_cache: OnceLock<MakeCache>,
    home_cache: OnceLock<Arc<dyn Cache>>,
}

struct Other {
    space: Arc<Space>,
    access: Access,
    cache: Option<Arc<dyn Cache>>,
}

/// A node in one of the spaces, and what may be done there.
#[derive(Clone)]
pub struct Spot {
    /// The number of the space.
    pub slot: u16,
    /// The space.
    pub space: Arc<Space>,
    /// What may be done in it.
    pub access: Access,
    /// The node.
    pub node: NodeId,
}

impl Spaces {
    /// Home, opened from `bag`, with `access` to it.
    #[must_use]
    pub fn new(bag: Arc<Bag>, home: Arc<Space>, access: Access) -> Self {
        Self { bag: Some(bag), ..Self::of(home, access) }
    }

    /// One space alone.
    #[must_use]
    pub fn of(home: Arc<Space>, access: Access) -> Self {
        Self {
            home: Spot { slot: 0, space: home, access, node: NodeId::ROOT },
            bag: None,
            others: RwLock::default(),
            make_cache: OnceLock::new(),
            home_cache: OnceLock::new(),
        }
    }

    /// The root of the tree.
    #[must_use]
    pub fn home(&self) -> &Spot {
        &self.home
    }

    /// The node of that number, as doors know it.
    ///
    /// # Errors
    /// [`FsError::NotFound`] for a space that nobody came to.
    pub fn at(&self, number: u64) -> Result<Spot> {
        let slot = u16::try_from(number >> SLOT_SHIFT).unwrap_or(0);
        let node = NodeId(number & ((1 << SLOT_SHIFT) - 1));
        if slot == 0 {
            return Ok(Spot { node, ..self.home.clone() });
        }
        let others = self.others.read();
        let other = others.get(&slot).ok_or(FsError::NotFound)?;
        Ok(Spot { slot, space: Arc::clone(&other.space), access: other.access, node })
    }

    /// What a node of `spot`'s space shows in its place, if it does.
    ///
    /// # Errors
    /// [`FsError::Damaged`] when the other space can't be opened.
    pub fn through(&self, spot: &Spot, attr: &Attr) -> Result<Option<Spot>> {
        if spot.slot != 0 || attr.kind != Kind::Folder {
            return Ok(None);
        }
        spot.space.link_of(attr.id).map(|link| self.open(&link)).transpose()
    }

    /// Opens all spaces that are shown anywhere. One that can't be opened keeps nobody from the others.
    pub fn open_all(&self) {
        for (_, link) in self.home.space.links() {
            let _ = self.open(&link);
        }
    }

    /// What an entry of `folder` shows in its place, if its space is open. May be called while the folder is listed: of two spaces that
    /// are locked at once home is the first.
    #[must_use]
    pub fn shown(&self, folder: &Spot, entry: &Attr) -> Option<(Spot, Attr)> {
        if folder.slot != 0 || entry.kind != Kind::Folder {
            return None;
        }
        let link = self.home.space.link_of(entry.id)?;
        let spot = {
            let others = self.others.read();
            let other = others.get(&link.slot)?;
            Spot { slot: link.slot, space: Arc::clone(&other.space), access: other.access, node: link.target }
        };
        let attr = spot.space.attr(&spot.access, spot.node).ok()?;
        Some((spot, attr))
    }

    fn open(&self, link: &Link) -> Result<Spot> {
        let spot = |other: &Other| Spot {
            slot: link.slot,
            space: Arc::clone(&other.space),
            access: other.access,
            node: link.target,
        };
        if let Some(other) = self.others.read().get(&link.slot) {
            return Ok(spot(other));
        }
        let bag = self.bag.as_ref().ok_or(FsError::NotFound)?;
        let space = bag.open_space(&link.space).map_err(|error| FsError::Damaged(error.to_string()))?;
        let right = if link.edit { self.home.access.right() } else { Right::Read };
        let access = share::decide(Principal::Owner, right)?;
        let mut others = self.others.write();
        let other = others.entry(link.slot).or_insert_with(|| {
            let cache = self.make_cache.get().map(|make| make(link.slot));
            if let Some(cache) = &cache {
                space.attach(Arc::clone(cache));
            }
            Other { space, access, cache }
        });
        Ok(spot(other))
    }

    /// Has caches hear of changes: `make` gives one for each space. To be called once.
    pub fn attach(&self, make: impl Fn(u16) -> Arc<dyn Cache> + Send + Sync + 'static) {
        let cache = make(0);
        self.home.space.attach(Arc::clone(&cache));
        // A second call would attach a second cache for home, and be no harm.
        let _ = self.home_cache.set(cache);
        let _ = self.make_cache.set(Box::new(make));
    }

    /// Lets go of the caches and of all that was pinned through them.
    pub fn detach(&self) {
        if let Some(cache) = self.home_cache.get() {
            self.home.space.detach(cache);
        }
        self.home.space.unpin_all();
        for other in self.others.read().values() {
            if let Some(cache) = &other.cache {
                other.space.detach(cache);
            }
            other.space.unpin_all();
        }
    }
}

impl Spot {
    /// The same space at another node.
    #[must_use]
    pub fn of(&self, node: NodeId) -> Self {
        Self { node, ..self.clone() }
    }

    /// The number of a node of this space, as doors know it.
    #[must_use]
    pub fn number(&self, node: NodeId) -> u64 {
        number(self.slot, node)
    }

    /// Whether both lie in one space.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

/// The number of a node, as doors know it.
pub(crate) fn number(slot: u16, node: NodeId) -> u64 {
    u64::from(slot) << SLOT_SHIFT | node.0
}
