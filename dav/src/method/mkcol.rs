//! MKCOL: a new folder, with properties if the body asks for some (RFC 5689).

use bytes::Bytes;
use cartable_fs::{Keeping, Kind, Staged};
use http::{Response, StatusCode};

use super::proppatch::{Update, attributes, changes, statuses};
use super::{document, done};
use crate::fault::Outcome;
use crate::resource::{Located, Place};
use crate::server::body::Body;
use crate::visit::{Touched, Visit};
use crate::xml::{DAV, Writer, parse};

pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    let updates = if body.is_empty() { Vec::new() } else { wanted(body)? };
    place(visit)?;
    let change = visit.change()?;
    let staged = Staged::new(&visit.space, &change, Kind::Folder)?;
    let prepared: Vec<_> = updates.iter().map(|update| (update.name().clone(), update.prepare(Kind::Folder))).collect();
    if prepared.iter().any(|(_, result)| result.is_err()) {
        let mut xml = Writer::new("mkcol-response");
        statuses(&mut xml, &prepared);
        return Ok(document(StatusCode::FORBIDDEN, xml));
    }
    visit.space.change_xattrs(&change, staged.id(), &attributes(&prepared))?;
    let held = visit.hold()?;
    let place = place(visit)?;
    visit.may_change(&held, None)?;
    visit.refuse_locked(&held, &place.path, Touched::Name)?;
    let free = |there: Option<&cartable_fs::Attr>| there.map_or(Ok(()), |_| Err(cartable_fs::FsError::Exists));
    let placed = visit.space.place(&held.change, &staged, place.entry()?, Keeping::Own, free)?;
    drop(held);
    visit.settle(&placed.notices, placed.attr.id)?;
    Ok(done(StatusCode::CREATED))
}

/// The free name that the folder gets.
fn place(visit: &Visit) -> Outcome<Place> {
    match visit.target()? {
        Located::Free(place) => Ok(place),
        Located::There(_) | Located::Hidden => Err(StatusCode::METHOD_NOT_ALLOWED.into()),
        Located::Nowhere => Err(StatusCode::CONFLICT.into()),
    }
}

/// The properties that the body of an extended MKCOL sets. The type must be a plain folder.
fn wanted(body: &Bytes) -> Outcome<Vec<Update>> {
    let Ok(root) = parse(body) else { return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into()) };
    if !root.is(DAV, "mkcol") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into());
    }
    let mut updates = changes(&root)?;
    let types = updates.iter().filter(|update| update.is(DAV, "resourcetype"));
    let plain = types
        .clone()
        .all(|update| update.value().is_some_and(|value| value.elements().all(|kind| kind.is(DAV, "collection"))));
    if !plain {
        return Err(StatusCode::FORBIDDEN.into());
    }
    updates.retain(|update| !update.is(DAV, "resourcetype"));
    Ok(updates)
}
