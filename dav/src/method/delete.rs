//! DELETE: a file, or a folder with all that lies in it, in one step.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::done;
use crate::fault::Outcome;
use crate::header::{Depth, depth};
use crate::server::body::Body;
use crate::visit::{Touched, Visit, moved};

pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    if !body.is_empty() {
        // It may say which part is meant, in a way that is not understood here.
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into());
    }
    let mut held = visit.hold()?;
    let resource = visit.resource()?;
    visit.may_change(&held, Some(&resource.attr))?;
    // RFC 4918 section 9.6.1: a folder goes whole or not at all.
    if resource.is_folder() && !matches!(depth(&visit.headers)?, None | Some(Depth::Infinity)) {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let place = resource.place().ok_or(StatusCode::FORBIDDEN)?;
    visit.refuse_locked(&held, &resource.path, Touched::Tree)?;
    visit.space.remove_tree(&held.change, place.folder, place.name()?)?;
    held.locks.remove_tree(&visit.space, &held.change, &resource.path)?;
    drop(held);
    visit.settle(&moved(&place, Some(resource.attr.id)), place.folder)?;
    Ok(done(StatusCode::NO_CONTENT))
}
