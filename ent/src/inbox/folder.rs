//! The folder at home's top into which people drop files.

use std::sync::Arc;

use cartable_fs::bag::Bag;
use cartable_fs::{Attr, Caller, FsError, Kind, Name, NodeId, Notice, Space};
use cartable_share::{Access, Change};

use super::InboxError;

/// The folder's name: French, in every language, so that paths stay what they are.
pub const FOLDER: &str = "Bo\u{ee}te d'arriv\u{e9}e";

/// Folders inside folders, at most.
const DEPTH: usize = 16;
/// Files that one sweep looks at, at most: the others have their turn when these are gone.
const FILES: usize = 10_000;

/// Makes the folder at home's top, unless it is there.
///
/// # Errors
/// [`FsError::Exists`] where something else has its name; those of writing.
pub fn open(bag: &Bag) -> Result<(), InboxError> {
    let (home, access) = (bag.open_home()?, bag.access()?);
    let name = Name::new(FOLDER.as_bytes())?;
    match home.find(&access, NodeId::ROOT, name) {
        Ok(there) if there.kind == Kind::Folder => return Ok(()),
        Ok(_) => return Err(FsError::Exists.into()),
        Err(FsError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let root = home.attr(&access, NodeId::ROOT)?;
    let change = access.change().map_err(FsError::from)?;
    let owner = Caller { uid: root.uid, gid: root.gid, umask: 0 };
    let made = home.make_folder(&change, NodeId::ROOT, name, 0o755, owner)?;
    home.unpin(made.id, 1);
    tell(&home, NodeId::ROOT, name);
    Ok(home.sync_all(&access)?)
}

/// The folder, open.
pub(super) struct Folder {
    pub(super) home: Arc<Space>,
    pub(super) access: Access,
    pub(super) change: Change,
    id: NodeId,
}

/// A file in it.
pub(super) struct Entry {
    /// Names of the folders it lies in and its own, with `/` in between: bytes, as names are.
    pub(super) path: Vec<u8>,
    /// The folder it lies in.
    pub(super) folder: NodeId,
    pub(super) name: Vec<u8>,
    pub(super) attr: Attr,
}

impl Entry {
    /// Its path, for people.
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }
}

impl Folder {
    /// Opens the folder; none where there is none, or where something else has its name.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn find(bag: &Bag) -> Result<Option<Self>, InboxError> {
        let (home, access) = (bag.open_home()?, bag.access()?);
        let found = match home.find(&access, NodeId::ROOT, Name::new(FOLDER.as_bytes())?) {
            Ok(found) if found.kind == Kind::Folder && home.link_of(found.id).is_none() => found,
            Ok(_) | Err(FsError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let change = access.change().map_err(FsError::from)?;
        Ok(Some(Self { home, access, change, id: found.id }))
    }

    /// The files in it and in its folders. Folders that show another space are not entered: what lies in them is others' too.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn files(&self) -> Result<Vec<Entry>, InboxError> {
        let mut files = Vec::new();
        let mut folders = vec![(Vec::new(), self.id, 0)];
        while let Some((above, folder, depth)) = folders.pop() {
            let entries = match self.home.entries(&self.access, folder) {
                Err(FsError::NotFound | FsError::NotFolder) => continue,
                entries => entries?,
            };
            for (name, attr) in entries {
                let path = if above.is_empty() { name.clone() } else { [&above, b"/".as_slice(), &name].concat() };
                match attr.kind {
                    Kind::Folder if depth < DEPTH && self.home.link_of(attr.id).is_none() => {
                        folders.push((path, attr.id, depth + 1));
                    }
                    Kind::File if files.len() < FILES => files.push(Entry { path, folder, name, attr }),
                    _ => {}
                }
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// Takes a file away if it still has the contents of that version. Returns whether it did.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn remove(&self, folder: NodeId, name: &[u8], version: u64) -> Result<bool, InboxError> {
        let name = Name::new(name)?;
        match self.home.find(&self.access, folder, name) {
            Ok(found) => self.home.gather(found.id),
            Err(FsError::NotFound | FsError::NotFolder) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        match self.home.find(&self.access, folder, name) {
            Ok(found) if found.kind == Kind::File && found.version == version => {}
            Ok(_) | Err(FsError::NotFound | FsError::NotFolder) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        match self.home.unlink(&self.change, folder, name) {
            Ok(()) => tell(&self.home, folder, name),
            Err(FsError::NotFound) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }
}

/// Tells other doors of a name that came or went.
pub(super) fn tell(home: &Space, folder: NodeId, name: Name<'_>) {
    home.notify(&[Notice::Entry { folder, name: name.bytes().to_vec() }, Notice::Names(folder)]);
}
