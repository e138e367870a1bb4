//! PUT: new contents, whole or in part (RFC 9110 sections 9.3.4 and 14.5).
//!
//! The body goes into a file without a name. Only when it came whole does it take the place of the old one, and only when that
//! is durable is the client told: what breaks off on the way leaves the old file as it was.

use cartable_fs::{Attr, FsError, Keeping, Kind, Pinned, Placed, SetAttr, Staged, Time};
use cartable_share::Change;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{done, made};
use crate::fault::Outcome;
use crate::header::{ContentRange, content_range, expected_length, oc_mtime};
use crate::resource::{Located, Place, Resource};
use crate::server::body::Body;
use crate::upload::Upload;
use crate::visit::{Touched, Visit};

pub(crate) fn answer(visit: &Visit, upload: Upload) -> Outcome<Response<Body>> {
    let range = content_range(&visit.headers)?;
    let (place, there) = target(visit)?;
    check(visit, &place, there.as_ref())?;
    // Finder sends chunks, and says how long they will be in a header of its own.
    let expected = expected_length(&visit.headers);
    refuse_without_room(visit, upload.declared().or(expected))?;
    let change = visit.change()?;
    let old = there.as_ref().map(|there| &there.attr);
    let staged = match &range {
        None => {
            let staged = Staged::new(&visit.space, &change, Kind::File)?;
            let (chunked, written) = (upload.declared().is_none(), upload.write(visit, &change, &staged, 0, None)?);
            if chunked && expected.is_some_and(|expected| expected != written) {
                return Err(StatusCode::BAD_REQUEST.into());
            }
            staged
        }
        Some(range) => part(visit, &change, (&place, old), range, upload)?,
    };
    let basis = if range.is_none() { Basis::Nothing } else { Basis::Old };
    let placed = finish(visit, &staged, &place, old, basis)?;
    let mut response = done(made(placed.replaced));
    describe(visit, &placed.attr, response.headers_mut())?;
    Ok(response)
}

/// Where the contents go: into a file, or to a free name.
pub(super) fn target(visit: &Visit) -> Outcome<(Place, Option<Resource>)> {
    match visit.target()? {
        Located::There(resource) if resource.is_folder() => Err(StatusCode::METHOD_NOT_ALLOWED.into()),
        Located::There(resource) => {
            let place = resource.place().ok_or(StatusCode::METHOD_NOT_ALLOWED)?;
            Ok((place, Some(resource)))
        }
        // `name/` is a folder, and a PUT makes none.
        Located::Free(_) if visit.path.has_slash() => Err(StatusCode::CONFLICT.into()),
        Located::Free(place) => Ok((place, None)),
        Located::Hidden => Err(StatusCode::FORBIDDEN.into()),
        Located::Nowhere => Err(StatusCode::CONFLICT.into()),
    }
}

/// Refuses before anything is read what would be refused at the end.
pub(super) fn check(visit: &Visit, place: &Place, there: Option<&Resource>) -> Outcome<()> {
    visit.conditions(there.map(|there| &there.attr))?;
    let held = visit.hold()?;
    visit.refuse_locked(&held, &place.path, if there.is_some() { Touched::Content } else { Touched::Name })
}

pub(super) fn refuse_without_room(visit: &Visit, declared: Option<u64>) -> Outcome<()> {
    let room = visit.space.volume(&visit.access)?.free_bytes;
    if declared.is_some_and(|declared| declared > room) {
        return Err(StatusCode::INSUFFICIENT_STORAGE.into());
    }
    Ok(())
}

/// The old contents with a part of them replaced. With the last part the file ends where the client says it ends.
fn part(
    visit: &Visit,
    change: &Change,
    (place, old): (&Place, Option<&Attr>),
    range: &ContentRange,
    upload: Upload,
) -> Outcome<Staged> {
    let length = range.end - range.start;
    if upload.declared().is_some_and(|declared| declared != length) {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let staged = begin(visit, change, place, old)?;
    if upload.write(visit, change, &staged, range.start, Some(length))? != length {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    if range.total == Some(range.end) {
        let set = SetAttr { size: Some(range.end), ..SetAttr::default() };
        visit.space.set_attr(change, staged.id(), &set)?;
    }
    Ok(staged)
}

/// A copy of the file as it is, to be changed in part.
pub(super) fn begin(visit: &Visit, change: &Change, place: &Place, old: Option<&Attr>) -> Outcome<Staged> {
    match old {
        None => Ok(Staged::new(&visit.space, change, Kind::File)?),
        Some(_) => {
            let (pinned, _) = Pinned::find(&visit.space, &visit.access, place.folder, place.name()?)?;
            visit.space.gather(pinned.id());
            let now = visit.space.attr(&visit.access, pinned.id())?;
            Ok(Staged::copy(&visit.space, &visit.access, change, &now)?)
        }
    }
}

/// What the new contents were made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    Nothing,
    /// The old contents: others that came meanwhile must not be lost.
    Old,
}

/// Puts what was uploaded into its place, if that is still as it was when the client's conditions were asked.
pub(super) fn finish(
    visit: &Visit,
    staged: &Staged,
    place: &Place,
    old: Option<&Attr>,
    basis: Basis,
) -> Outcome<Placed> {
    let change = visit.change()?;
    let modified = oc_mtime(&visit.headers).map_or_else(Time::now, |seconds| Time { seconds, nanos: 0 });
    visit.space.set_attr(&change, staged.id(), &SetAttr { modified: Some(modified), ..SetAttr::default() })?;
    let conditional = [header::IF_MATCH, header::IF_NONE_MATCH, header::IF_UNMODIFIED_SINCE]
        .iter()
        .any(|name| visit.headers.contains_key(name))
        || visit.headers.contains_key("if")
        || basis == Basis::Old;
    let agreed = |there: Option<&Attr>| {
        let same = there.map(|there| there.version) == old.map(|old| old.version);
        if same || !conditional { Ok(()) } else { Err(FsError::Exists) }
    };
    let held = visit.hold()?;
    visit.refuse_locked(&held, &place.path, if old.is_some() { Touched::Content } else { Touched::Name })?;
    let placed = visit.space.place(&held.change, staged, place.entry()?, Keeping::Replaced, agreed);
    drop(held);
    let placed = match placed {
        Err(FsError::Exists) if basis == Basis::Old => return Err(StatusCode::CONFLICT.into()),
        Err(FsError::Exists) => return Err(StatusCode::PRECONDITION_FAILED.into()),
        // The folder went while the body came.
        Err(FsError::NotFound) => return Err(StatusCode::CONFLICT.into()),
        placed => placed?,
    };
    visit.settle(&placed.notices, placed.attr.id)?;
    Ok(placed)
}

/// What the client is told of what it made: it need not ask.
pub(super) fn describe(visit: &Visit, attr: &Attr, headers: &mut HeaderMap) -> Outcome<()> {
    let tag = HeaderValue::from_str(&visit.space.entity_tag(attr)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    headers.insert("oc-etag", tag.clone());
    headers.insert(header::ETAG, tag);
    if oc_mtime(&visit.headers).is_some() {
        headers.insert("x-oc-mtime", HeaderValue::from_static("accepted"));
    }
    Ok(())
}
