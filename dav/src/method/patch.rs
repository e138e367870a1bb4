//! PATCH: bytes into a file, as SabreDAV's partial update has it (`X-Update-Range`).

use http::{Response, StatusCode, header};

use super::done;
use super::put::{Goal, begin, describe, finish, refuse_without_room};
use crate::fault::Outcome;
use crate::header::{UpdateRange, update_range};
use crate::server::body::Body;
use crate::upload::Upload;
use crate::visit::Visit;

/// The only kind of patch that is understood.
const PARTIAL: &str = "application/x-sabredav-partialupdate";

pub(crate) fn answer(visit: &Visit, upload: Upload) -> Outcome<Response<Body>> {
    let kind = visit.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(PARTIAL) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into());
    }
    let range = update_range(&visit.headers)?;
    let goal = Goal::find(visit, &visit.hold()?)?;
    if goal.old.is_none() {
        return Err(StatusCode::NOT_FOUND.into());
    }
    refuse_without_room(visit, upload.declared())?;
    let change = visit.change()?;
    let (staged, basis) = begin(visit, &change, &goal)?;
    let size = visit.space.attr(&visit.access, staged.id())?.size;
    let (offset, length) = match range {
        UpdateRange::From(start) => (start, None),
        UpdateRange::Part { start, end } => (start, Some(end - start)),
        UpdateRange::Last(bytes) => (size.checked_sub(bytes).ok_or(StatusCode::RANGE_NOT_SATISFIABLE)?, None),
        UpdateRange::Append => (size, None),
    };
    let declared = upload.declared();
    if length.is_some() && declared.is_some() && declared != length {
        return Err(StatusCode::RANGE_NOT_SATISFIABLE.into());
    }
    let written = upload.write(visit, &change, &staged, offset, length)?;
    if length.is_some_and(|length| length != written) {
        return Err(StatusCode::RANGE_NOT_SATISFIABLE.into());
    }
    let placed = finish(visit, &staged, basis)?;
    let mut response = done(StatusCode::NO_CONTENT);
    describe(visit, &placed.attr, response.headers_mut())?;
    Ok(response)
}
