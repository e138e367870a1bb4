//! From a path to what it leads to.
//!
//! Only files and folders are resources: links could lead out of the share, and pipes and devices have no contents.
//! A name is looked up as it was sent, then composed, then decomposed (Unicode NFC and NFD): macOS sends decomposed names, everybody
//! else composed ones, and both mean the same file.

use cartable_fs::{Attr, FsError, Kind, Name, NodeId, Space, Spaces, Spot};
use cartable_share::Access;
use unicode_normalization::UnicodeNormalization;

use crate::path::UrlPath;

/// A file or folder and its place.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// Its path, spelled as it is stored.
    pub(crate) path: UrlPath,
    /// The folder it lies in; of the root of its space, itself.
    pub(crate) folder: NodeId,
    pub(crate) attr: Attr,
}

/// A name in a folder.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: UrlPath,
    pub(crate) folder: NodeId,
    pub(crate) name: String,
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(crate) enum Located {
    There(Resource),
    /// Nothing, in a folder that is there.
    Free(Place),
    /// Something that is no resource.
    Hidden,
    /// Nothing, nor the folder it would lie in.
    Nowhere,
}

impl Resource {
    pub(crate) fn is_folder(&self) -> bool {
        self.attr.kind == Kind::Folder
    }

    pub(crate) fn href(&self) -> String {
        self.path.href(self.is_folder())
    }

    /// Its name in its folder; none for the root of a space.
    pub(crate) fn place(&self) -> Option<Place> {
        if self.folder == self.attr.id {
            return None;
        }
        let name = self.path.name()?.to_owned();
        Some(Place { path: self.path.clone(), folder: self.folder, name })
    }
}

impl Place {
    pub(crate) fn name(&self) -> Result<Name<'_>, FsError> {
        Name::new(self.name.as_bytes())
    }

    /// As the core takes it.
    pub(crate) fn entry(&self) -> Result<(NodeId, Name<'_>), FsError> {
        Ok((self.folder, self.name()?))
    }
}

/// The space that a path lies in, and where it begins: home, or what a folder of it shows.
#[derive(Clone)]
pub(crate) struct Ground {
    /// The path at which it begins, as it is stored.
    pub(crate) top: UrlPath,
    /// The folder that stands there.
    pub(crate) spot: Spot,
}

impl Ground {
    pub(crate) fn of(spaces: &Spaces, path: &UrlPath) -> Result<Self, FsError> {
        let mut at = Self { top: UrlPath::root(), spot: spaces.home().clone() };
        let home = at.clone();
        if !home.spot.space.shows_others() {
            return Ok(home);
        }
        for name in path.names() {
            let Some((spelled, attr)) = find(&at.spot.space, &at.spot.access, at.spot.node, name)? else { break };
            if attr.kind != Kind::Folder {
                break;
            }
            at.top = at.top.join(&spelled);
            if let Some(spot) = spaces.through(&at.spot, &attr)? {
                return Ok(Self { top: at.top, spot });
            }
            at.spot.node = attr.id;
        }
        Ok(home)
    }
}

/// Follows a path that lies in `ground`.
pub(crate) fn locate(ground: &Ground, path: &UrlPath) -> Result<Located, FsError> {
    let (space, access) = (&ground.spot.space, &ground.spot.access);
    let root = space.attr(access, ground.spot.node)?;
    let mut at = Resource { path: ground.top.clone(), folder: ground.spot.node, attr: root };
    let last = path.names().len();
    for (index, name) in path.names().iter().enumerate().skip(ground.top.names().len()) {
        if !at.is_folder() {
            return Ok(Located::Nowhere);
        }
        match find(space, access, at.attr.id, name)? {
            Some((spelled, attr)) if matches!(attr.kind, Kind::File | Kind::Folder) => {
                at = Resource { path: at.path.join(&spelled), folder: at.attr.id, attr };
            }
            Some(_) if index + 1 == last => return Ok(Located::Hidden),
            None if index + 1 == last => {
                return Ok(Located::Free(Place { path: at.path.join(name), folder: at.attr.id, name: name.clone() }));
            }
            _ => return Ok(Located::Nowhere),
        }
    }
    Ok(Located::There(at))
}

/// Finds a name, however its letters are composed.
fn find(space: &Space, access: &Access, folder: NodeId, name: &str) -> Result<Option<(String, Attr)>, FsError> {
    let mut spellings = vec![name.to_owned()];
    if !name.is_ascii() {
        spellings.push(name.nfc().collect());
        spellings.push(name.nfd().collect());
        spellings.dedup();
    }
    for spelling in spellings {
        let found = Name::new(spelling.as_bytes()).and_then(|name| space.find(access, folder, name));
        match found {
            Ok(attr) => return Ok(Some((spelling, attr))),
            Err(FsError::NotFound | FsError::NameTooLong) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The composed form of a name, which everybody but macOS sends.
pub(crate) fn composed(name: &str) -> String {
    name.nfc().collect()
}
