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
use crate::resource::{Located, Place};
use crate::server::body::Body;
use crate::upload::Upload;
use crate::visit::{Held, Touched, Visit};

pub(crate) fn answer(visit: &Visit, upload: Upload) -> Outcome<Response<Body>> {
    let range = content_range(&visit.headers)?;
    // Before anything is read, what would be refused at the end.
    let goal = Goal::find(visit, &visit.hold()?)?;
    // Finder sends chunks, and says how long they will be in a header of its own.
    let expected = expected_length(&visit.headers);
    refuse_without_room(visit, upload.declared().or(expected))?;
    let change = visit.change()?;
    let (staged, basis) = match &range {
        None => {
            let staged = Staged::new(&visit.space, &change, Kind::File)?;
            let (chunked, written) = (upload.declared().is_none(), upload.write(visit, &change, &staged, 0, None)?);
            if chunked && expected.is_some_and(|expected| expected != written) {
                return Err(StatusCode::BAD_REQUEST.into());
            }
            (staged, Basis::Nothing)
        }
        Some(range) => {
            let (staged, basis) = begin(visit, &change, &goal)?;
            part(visit, &change, &staged, range, upload)?;
            (staged, basis)
        }
    };
    let placed = finish(visit, &staged, basis)?;
    let mut response = done(made(placed.replaced));
    describe(visit, &placed.attr, response.headers_mut())?;
    Ok(response)
}

/// Where contents go, and what is there.
pub(super) struct Goal {
    pub(super) place: Place,
    pub(super) old: Option<Attr>,
}

impl Goal {
    /// Finds where the request's contents go, and asks whether they may: into a file, or to a free name.
    pub(super) fn find(visit: &Visit, held: &Held<'_>) -> Outcome<Self> {
        let (place, old) = match visit.target()? {
            Located::There(resource) if resource.is_folder() => return Err(StatusCode::METHOD_NOT_ALLOWED.into()),
            Located::There(resource) => (resource.place().ok_or(StatusCode::METHOD_NOT_ALLOWED)?, Some(resource.attr)),
            // `name/` is a folder, and a PUT makes none.
            Located::Free(_) if visit.path.has_slash() => return Err(StatusCode::CONFLICT.into()),
            Located::Free(place) => (place, None),
            Located::Hidden => return Err(StatusCode::FORBIDDEN.into()),
            Located::Nowhere => return Err(StatusCode::CONFLICT.into()),
        };
        visit.may_change(held, old.as_ref())?;
        visit.refuse_locked(held, &place.path, if old.is_some() { Touched::Content } else { Touched::Name })?;
        Ok(Self { place, old })
    }
}

pub(super) fn refuse_without_room(visit: &Visit, declared: Option<u64>) -> Outcome<()> {
    let room = visit.space.volume(&visit.access)?.free_bytes;
    if declared.is_some_and(|declared| declared > room) {
        return Err(StatusCode::INSUFFICIENT_STORAGE.into());
    }
    Ok(())
}

/// Writes a part of the contents. With the last part the file ends where the client says it ends.
fn part(visit: &Visit, change: &Change, staged: &Staged, range: &ContentRange, upload: Upload) -> Outcome<()> {
    let length = range.end - range.start;
    if upload.declared().is_some_and(|declared| declared != length) {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    if upload.write(visit, change, staged, range.start, Some(length))? != length {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    if range.total == Some(range.end) {
        let set = SetAttr { size: Some(range.end), ..SetAttr::default() };
        visit.space.set_attr(change, staged.id(), &set)?;
    }
    Ok(())
}

/// What new contents were made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    Nothing,
    /// The old contents in this version, or none where there was no file: others that come meanwhile must not be lost.
    Old(Option<u64>),
}

/// A copy of the file as it is, to be changed in part.
pub(super) fn begin(visit: &Visit, change: &Change, goal: &Goal) -> Outcome<(Staged, Basis)> {
    if goal.old.is_none() {
        return Ok((Staged::new(&visit.space, change, Kind::File)?, Basis::Old(None)));
    }
    let place = &goal.place;
    let (pinned, _) = Pinned::find(&visit.space, &visit.access, place.folder, place.name()?)?;
    visit.space.gather(pinned.id());
    let now = visit.space.attr(&visit.access, pinned.id())?;
    Ok((Staged::copy(visit.original(), &visit.space, change, &now)?, Basis::Old(Some(now.version))))
}

/// Puts what was uploaded into its place, if the client's conditions hold still.
pub(super) fn finish(visit: &Visit, staged: &Staged, basis: Basis) -> Outcome<Placed> {
    let change = visit.change()?;
    let modified = oc_mtime(&visit.headers).map_or_else(Time::now, |seconds| Time { seconds, nanos: 0 });
    visit.space.set_attr(&change, staged.id(), &SetAttr { modified: Some(modified), ..SetAttr::default() })?;
    let conditional = CONDITIONS.iter().any(|name| visit.headers.contains_key(*name));
    if conditional || basis != Basis::Nothing {
        // What a program on the drive wrote meanwhile and the kernel holds back counts, too.
        if let Located::There(there) = visit.target()? {
            visit.space.gather(there.attr.id);
        }
    }
    let held = visit.hold()?;
    let goal = Goal::find(visit, &held)?;
    // The drive does not ask for the locks: what it did since a moment ago is seen only now.
    let found = goal.old.as_ref().map(|old| old.version);
    let agreed = |there: Option<&Attr>| {
        let now = there.map(|there| there.version);
        let same = match basis {
            Basis::Old(version) => now == version,
            Basis::Nothing => !conditional || now == found,
        };
        if same { Ok(()) } else { Err(FsError::Exists) }
    };
    let placed = visit.space.place(&held.change, staged, goal.place.entry()?, Keeping::Replaced, agreed);
    drop(held);
    let placed = match (placed, basis) {
        (Err(FsError::Exists), Basis::Old(_)) => return Err(StatusCode::CONFLICT.into()),
        (Err(FsError::Exists), Basis::Nothing) => return Err(StatusCode::PRECONDITION_FAILED.into()),
        // The folder went while the body came.
        (Err(FsError::NotFound), _) => return Err(StatusCode::CONFLICT.into()),
        (placed, _) => placed?,
    };
    visit.settle(&placed.notices, placed.attr.id)?;
    Ok(placed)
}

/// Headers by which a client says what it expects to find.
const CONDITIONS: [&str; 4] = ["if", "if-match", "if-none-match", "if-unmodified-since"];

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
