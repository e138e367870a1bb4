//! UNLOCK (RFC 4918 section 9.11).

use http::{Response, StatusCode};

use super::done;
use crate::fault::{Fault, Outcome};
use crate::header::lock_token;
use crate::resource::Located;
use crate::server::body::Body;
use crate::visit::{Visit, now};

pub(crate) fn answer(visit: &Visit) -> Outcome<Response<Body>> {
    let token = lock_token(&visit.headers)?;
    let mut held = visit.hold()?;
    let path = match visit.target()? {
        Located::There(resource) => resource.path,
        Located::Free(place) => place.path,
        _ => visit.path.clone(),
    };
    let covers = |found: &&crate::lock::Lock| found.token == token;
    // Also one that another device took and forgot: all of them are the same person's.
    if held.locks.covering(&path, now()).find(covers).is_none() {
        return Err(Fault::unmet(StatusCode::CONFLICT, "lock-token-matches-request-uri", Vec::new()));
    }
    held.locks.remove(&visit.space, &held.change, &token)?;
    drop(held);
    visit.settle(&[], cartable_fs::NodeId::ROOT)?;
    Ok(done(StatusCode::NO_CONTENT))
}
