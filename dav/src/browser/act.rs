//! What the forms of a page ask for: a new folder, another name, a removal.

use cartable_fs::{FsError, Keeping, Kind, RenameMode, Staged};
use http::{Response, StatusCode};

use super::{back, entry, notice_of, target};
use crate::fault::Outcome;
use crate::page::{Act, Notice};
use crate::resource::{Place, Resource, composed};
use crate::server::body::Body;
use crate::visit::{Touched, Visit, moved};

/// Does what a form asks of the folder it was sent to, and says how it went.
pub(crate) fn answer(visit: &Visit, act: &Act) -> Outcome<Response<Body>> {
    let folder = target(visit)?;
    let done = match act {
        Act::Folder(name) => make(visit, &folder, name).map(|()| Notice::Made),
        Act::Rename { item, name } => rename(visit, &folder, item, name).map(|()| Notice::Renamed),
        Act::Delete(name) => delete(visit, &folder, name).map(|()| Notice::Deleted),
    };
    back(&folder, done.unwrap_or_else(|fault| notice_of(fault.status)))
}

/// A name typed into a form, in the folder.
pub(super) fn place(folder: &Resource, name: &str) -> Outcome<Place> {
    let name = composed(name.trim());
    if name.chars().any(char::is_control) {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let place = Place { path: folder.path.join(&name), folder: folder.attr.id, name };
    place.name()?;
    Ok(place)
}

fn make(visit: &Visit, folder: &Resource, name: &str) -> Outcome<()> {
    let place = place(folder, name)?;
    let staged = Staged::new(&visit.space, &visit.change()?, Kind::Folder)?;
    let held = visit.hold()?;
    visit.refuse_locked(&held, &place.path, Touched::Name)?;
    let free = |there: Option<&cartable_fs::Attr>| there.map_or(Ok(()), |_| Err(FsError::Exists));
    let placed = visit.space.place(&held.change, &staged, place.entry()?, Keeping::Own, free)?;
    drop(held);
    visit.settle(&placed.notices, placed.attr.id)
}

fn rename(visit: &Visit, folder: &Resource, item: &str, name: &str) -> Outcome<()> {
    let (from, to) = (entry(visit, folder, item)?, place(folder, name)?);
    let from_place = from.place().ok_or(StatusCode::FORBIDDEN)?;
    let mut held = visit.hold()?;
    visit.refuse_locked(&held, &from.path, Touched::Tree)?;
    visit.refuse_locked(&held, &to.path, Touched::Name)?;
    visit.space.rename(&held.change, from_place.entry()?, to.entry()?, RenameMode::NoReplace)?;
    held.locks.remove_tree(&visit.space, &held.change, &from.path)?;
    drop(held);
    let notices: Vec<_> = moved(&from_place, None).into_iter().chain(moved(&to, None)).collect();
    visit.settle(&notices, from.attr.id)
}

fn delete(visit: &Visit, folder: &Resource, name: &str) -> Outcome<()> {
    let found = entry(visit, folder, name)?;
    let place = found.place().ok_or(StatusCode::FORBIDDEN)?;
    let mut held = visit.hold()?;
    visit.refuse_locked(&held, &found.path, Touched::Tree)?;
    visit.space.remove_tree(&held.change, place.folder, place.name()?)?;
    held.locks.remove_tree(&visit.space, &held.change, &found.path)?;
    drop(held);
    visit.settle(&moved(&place, Some(found.attr.id)), place.folder)
}
