//! What was collected, in a space of its own: raw answers, records with their versions, files, and the folders that show them.
//!
//! In the space, `.sources` holds raw answers and files by the BLAKE3 of their bytes, `.partial` files that have not come whole, and
//! beside them stand the folders of the views, which folders of home show. Values (`docs/records.md`): `piece` is a record with its
//! origin, one version for each state it had; `member` says which records a unit of a view shows, `stale` which units are to be rendered,
//! `made` what was rendered; `watched` is the state of a file of an outside folder when it was looked at. A unit is marked stale before a record in it is written, and the mark goes when its files are
//! written: whatever a crash leaves, the next run makes good.

mod begin;
mod coming;
mod dropped;
mod files;
mod forget;
mod pieces;
mod show;
mod sink;
mod tree;

use std::sync::Arc;

use cartable_fs::bag::{Bag, BagError};
use cartable_fs::{FsError, NodeId, Space};
use cartable_share::{Access, Change};

use crate::view::Lang;

pub(crate) use dropped::StreamError;
pub(crate) use pieces::each_of;
pub use show::Shown;
pub use sink::Run;

/// The value in home that names the space.
const SPACE: (&str, &[u8]) = ("setting", b"collected space");
/// The value in home that says in which language files are named.
const LANGUAGE: (&str, &[u8]) = ("setting", b"language of views");

/// Why something could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The bag.
    #[error(transparent)]
    Bag(#[from] BagError),
    /// The space.
    #[error(transparent)]
    Space(#[from] FsError),
    /// A value does not have our form.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl KeepError {
    /// Whether nothing else can be kept either.
    pub(crate) fn is_of_the_space(&self) -> bool {
        match self {
            Self::Bag(_) => true,
            Self::Space(error) => {
                error.is_full()
                    || matches!(
                        error,
                        FsError::Stopped(_) | FsError::Database(_) | FsError::Store(_) | FsError::Io { .. }
                    )
            }
            Self::Damaged(_) => false,
        }
    }
}

/// The space of what was collected, and home.
pub struct Collection {
    home: Arc<Space>,
    space: Arc<Space>,
    access: Access,
    change: Change,
    lang: Lang,
}

impl Collection {
    /// Opens it; `None` where nothing was ever collected.
    ///
    /// # Errors
    /// Those of opening a space.
    pub fn open(bag: &Bag) -> Result<Option<Self>, KeepError> {
        let Some((space, lang)) = Self::space_of(bag)? else { return Ok(None) };
        let (home, access) = (bag.open_home()?, bag.access()?);
        let change = access.change().map_err(FsError::from)?;
        Ok(Some(Self { home, space, access, change, lang }))
    }

    /// The space of what was collected, and the language of its files; `None` where nothing was ever collected. For reading it is
    /// enough that the bag was opened for reading.
    ///
    /// # Errors
    /// Those of opening a space.
    pub(crate) fn space_of(bag: &Bag) -> Result<Option<(Arc<Space>, Lang)>, KeepError> {
        let (home, access) = (bag.open_home()?, bag.access()?);
        let Some(kept) = home.kept(&access, SPACE.0, SPACE.1)? else { return Ok(None) };
        let id = kept.data.try_into().map_err(|_| KeepError::Damaged("the name of a space"))?;
        let space = bag.open_space(&cartable_fs::bag::SpaceId::from_bytes(id))?;
        let lang = home.kept(&access, LANGUAGE.0, LANGUAGE.1)?;
        Ok(Some((space, if lang.is_some_and(|kept| kept.data == b"en") { Lang::En } else { Lang::Fr })))
    }

    /// Opens it, and makes it the first time: for that the bag must have been opened by its owner. From then on files are named
    /// in `lang`.
    ///
    /// # Errors
    /// [`BagError::Key`] where it is to be made and the bag was opened by a device; those of writing.
    pub fn open_or_make(bag: &Bag, lang: Lang) -> Result<Self, KeepError> {
        if let Some(open) = Self::open(bag)? {
            return Ok(open);
        }
        let id = bag.add_space()?;
        let (home, access) = (bag.open_home()?, bag.access()?);
        let change = access.change().map_err(FsError::from)?;
        let language: &[u8] = if lang == Lang::En { b"en" } else { b"fr" };
        home.keep(&change, LANGUAGE.0, LANGUAGE.1, 1, language)?;
        home.keep(&change, SPACE.0, SPACE.1, 1, id.as_bytes())?;
        home.sync_all(&access)?;
        Self::open(bag)?.ok_or(KeepError::Damaged("the name of a space"))
    }

    /// Keeps an account durably.
    ///
    /// # Errors
    /// Those of writing.
    pub fn save(&self, account: &crate::account::Account) -> Result<(), KeepError> {
        Ok(account.save(&self.home, &self.access, &self.change)?)
    }

    /// Keeps an account durably, unless it was removed meanwhile.
    ///
    /// # Errors
    /// As [`Account::update`](crate::account::Account::update).
    pub(crate) fn update(&self, account: &crate::account::Account) -> Result<(), KeepError> {
        account.update(&self.home, &self.access, &self.change)?;
        Ok(())
    }

    /// Home.
    #[must_use]
    pub fn home(&self) -> &Space {
        &self.home
    }

    /// What lets us read.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Makes all that was kept durable.
    ///
    /// # Errors
    /// Those of writing.
    pub fn sync(&self) -> Result<(), KeepError> {
        Ok(self.space.sync_all(&self.access)?)
    }

    fn root() -> NodeId {
        NodeId::ROOT
    }
}
