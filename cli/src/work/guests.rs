//! Guests: folders that are shared, with whom, and until when. Home knows their names; the public header names nobody.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use cartable_fs::bag::{
    AppPassword, Bag, Code, Grant, KeyringSlot, Login, Secret, SlotId, SlotKind, SlotRight, SpaceId,
};
use cartable_fs::{FsError, Kind, Name, NodeId, Space};
use cartable_share::Access;
use serde::{Deserialize, Serialize};

use super::Done;
use crate::exit::Failure;
use crate::passphrase::Word;
use crate::wanted::PathWord;

/// The kind of value in home that says who has a guest's slot; its key is the slot.
const KIND: &str = "guest";

/// Somebody to whom a folder is given for reading, with the login that the command made.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Given {
    /// Path of the folder in the bag.
    pub(crate) folder: PathWord,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) password: Word,
    /// Seconds since 1970; none is for ever.
    pub(crate) until: Option<u64>,
}

/// What home knows of a guest.
#[derive(Serialize, Deserialize)]
struct Guest {
    name: String,
    login: String,
}

/// A share as the list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListedShare {
    /// Path of the folder in the bag; none for one that is not to be found.
    pub(crate) folder: Option<String>,
    pub(crate) with: String,
    pub(crate) login: String,
    /// Seconds since 1970.
    pub(crate) made: u64,
    /// Seconds since 1970; none is for ever.
    pub(crate) until: Option<u64>,
}

/// Shares a folder for reading.
pub(super) fn share(bag: &Bag, given: &Given, now: u64) -> Result<SlotId, Failure> {
    let (access, home) = (bag.access()?, bag.open_home()?);
    let change = access.change().map_err(|_| Failure::ReadOnlyDisk { path: bag.folder().into() })?;
    let folder = find(&home, &access, &given.folder.0)?;
    // Once it is a space it stays one: what can be refused is refused before.
    let known = home.link_of(folder).map(|link| slots(bag, Some(link.space))).transpose()?;
    if known.is_some_and(|known| known.iter().any(|(_, guest)| guest.name == given.name)) {
        return Err(Failure::SharedAlready { name: given.name.clone() });
    }
    let space = bag.make_space_of(folder).map_err(|error| match Failure::from(error) {
        Failure::InUse { .. } => Failure::FolderInUse { folder: given.folder.0.clone() },
        other => other,
    })?;
    let password = std::str::from_utf8(&given.password.0).unwrap_or_default();
    let secret = Secret::App(AppPassword { login: Login::parse(&given.login)?, password: Code::parse(password)? });
    let grant = Grant::Space { space, right: SlotRight::GuestRead, until: given.until };
    let slot = bag.add_slot(&secret, grant, now)?;
    let guest = Guest { name: given.name.clone(), login: given.login.clone() };
    let written = serde_json::to_vec(&guest).map_err(|_| FsError::Invalid("guest"));
    let written = written.and_then(|data| home.keep(&change, KIND, slot.as_bytes(), 1, &data));
    let written = written.and_then(|()| home.sync_all(&access));
    if written.is_err() {
        // A login that nobody is told of is of no use.
        let _ = bag.remove_slot(&slot);
    }
    written?;
    Ok(slot)
}

/// All that is shared, by folder.
pub(super) fn list(bag: &Bag) -> Result<Vec<ListedShare>, Failure> {
    let (access, home) = (bag.access()?, bag.open_home()?);
    let mut all = Vec::new();
    for (slot, guest) in slots(bag, None)? {
        let link = home.links().into_iter().find(|(_, link)| Some(link.space) == slot.space);
        let folder = link.map(|(folder, _)| path_of(&home, &access, folder)).transpose()?;
        let (made, until) = (slot.made, slot.until);
        all.push(ListedShare { folder, with: guest.name, login: guest.login, made, until });
    }
    all.sort_by(|one, other| (&one.folder, &one.with).cmp(&(&other.folder, &other.with)));
    Ok(all)
}

/// Stops sharing a folder, with one person or with all: what is written from then on, their passwords don't open.
pub(super) fn revoke(bag: &Bag, folder: &Path, with: Option<&str>) -> Result<Done, Failure> {
    let (access, home) = (bag.access()?, bag.open_home()?);
    let change = access.change().map_err(|_| Failure::ReadOnlyDisk { path: bag.folder().into() })?;
    let link = home.link_of(find(&home, &access, folder)?);
    let mut revoked = Vec::new();
    for (slot, guest) in link.map(|link| slots(bag, Some(link.space))).transpose()?.unwrap_or_default() {
        if with.is_some_and(|with| with != guest.name && with != guest.login) {
            continue;
        }
        bag.remove_slot(&slot.id)?;
        home.forget_kept(&change, KIND, slot.id.as_bytes())?;
        revoked.push(slot.id.to_string());
    }
    home.sync_all(&access)?;
    if revoked.is_empty() {
        return Err(Failure::NotShared { folder: folder.to_owned() });
    }
    Ok(Done::Revoked { slots: revoked })
}

/// What people called their guests, by login.
pub(crate) fn names(bag: &Bag) -> Result<BTreeMap<String, String>, Failure> {
    let mut names = BTreeMap::new();
    bag.open_home()?.kept_of(&bag.access()?, KIND, |kept| {
        if let Ok(Guest { name, login }) = serde_json::from_slice(&kept.data) {
            names.insert(login, name);
        }
        true
    })?;
    Ok(names)
}

/// The slots of guests, of one space or of all. One whose name was not written any more, in a crash, is called by its slot.
fn slots(bag: &Bag, space: Option<SpaceId>) -> Result<Vec<(KeyringSlot, Guest)>, Failure> {
    let (access, home) = (bag.access()?, bag.open_home()?);
    let mut found = Vec::new();
    for slot in bag.slots()? {
        if slot.kind != SlotKind::Guest || space.is_some() && slot.space != space {
            continue;
        }
        let kept = home.kept(&access, KIND, slot.id.as_bytes())?;
        let known = kept.and_then(|kept| serde_json::from_slice(&kept.data).ok());
        let unknown = || Guest { name: slot.id.to_string(), login: String::new() };
        let guest = known.unwrap_or_else(unknown);
        found.push((slot, guest));
    }
    Ok(found)
}

/// The folder of home at a path in the bag.
fn find(home: &Space, access: &Access, path: &Path) -> Result<NodeId, Failure> {
    use std::os::unix::ffi::OsStrExt;
    let missing = || Failure::NoFolder { folder: path.to_owned() };
    let mut at = NodeId::ROOT;
    for part in path.components() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => {
                let name = Name::new(name.as_bytes()).map_err(|_| missing())?;
                let attr = home.find(access, at, name).map_err(|_| missing())?;
                at = (attr.kind == Kind::Folder).then_some(attr.id).ok_or_else(missing)?;
            }
            Component::ParentDir | Component::Prefix(_) => return Err(missing()),
        }
    }
    if at == NodeId::ROOT { Err(missing()) } else { Ok(at) }
}

fn path_of(home: &Space, access: &Access, folder: NodeId) -> Result<String, FsError> {
    let (mut at, mut parts) = (folder, Vec::new());
    while at != NodeId::ROOT {
        let parent = home.parent(access, at)?;
        let entries = home.entries(access, parent)?;
        let name = entries.into_iter().find(|(_, attr)| attr.id == at).map(|(name, _)| name).unwrap_or_default();
        parts.push(String::from_utf8_lossy(&name).into_owned());
        at = parent;
    }
    parts.reverse();
    Ok(parts.join("/"))
}
