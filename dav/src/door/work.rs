//! A request of somebody who was let in, done on threads that may wait.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};

use crate::browser::{self, Reader, Shows, archive::Archive};
use crate::fault::{Fault, Outcome};
use crate::keys::Guest;
use crate::method::{self, done, get, get::Sending};
use crate::page::Lang;
use crate::resource::Located;
use crate::server::Incoming;
use crate::server::body::{Body, BodyError};
use crate::upload::{SMALL_BYTES, Upload};
use crate::visit::Visit;

/// The longest body that is no contents, in bytes.
const DOCUMENT_BYTES: usize = 256 * 1024;

/// A body, as far as it was read before a thread was taken.
pub(super) enum Came {
    Document(Bytes),
    Contents(Upload),
}

/// What is still to be sent.
pub(super) enum Rest {
    File(Sending),
    Archive(Archive),
}

/// Reads what is small.
pub(super) async fn receive(method: &Method, body: Incoming) -> Result<Came, BodyError> {
    let contents = matches!(*method, Method::PUT | Method::PATCH);
    if !contents {
        return Ok(Came::Document(body.collect(DOCUMENT_BYTES).await?));
    }
    match body.declared() {
        Some(bytes) if bytes <= SMALL_BYTES => {
            let whole = body.collect(usize::try_from(SMALL_BYTES).unwrap_or(usize::MAX)).await?;
            Ok(Came::Contents(Upload::Whole(Some(whole))))
        }
        _ => Ok(Came::Contents(Upload::Stream(body))),
    }
}

/// The answer to a body that did not come.
pub(super) fn not_received(error: BodyError) -> Response<Body> {
    done(match error {
        BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
        BodyError::Broken => StatusCode::BAD_REQUEST,
    })
}

/// Does a request for whom `enter` lets in. Both may wait, for a bag that is being opened or whose keys change. A guest stays
/// until all of the answer is sent.
pub(super) async fn run(
    enter: impl FnOnce() -> Outcome<Guest> + Send + 'static,
    login: String,
    parts: Parts,
    address: IpAddr,
    act: impl FnOnce(&Visit) -> Outcome<(Response<Body>, Option<Rest>)> + Send + 'static,
) -> Outcome<Response<Body>> {
    let answered = tokio::task::spawn_blocking(move || {
        let guest = enter()?;
        // Not worth refusing anybody for.
        let _ = guest.note_use(&address.to_string());
        let visit = Visit::new(Arc::clone(&guest.space), guest.access, guest.locks(), login, parts)?;
        let (response, rest) = act(&visit)?;
        Ok::<_, Fault>((response, rest, visit, guest))
    });
    let (response, rest, visit, guest) = answered.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)??;
    if let Some(rest) = rest {
        tokio::task::spawn_blocking(move || {
            match rest {
                Rest::File(sending) => sending.run(&visit.access),
                Rest::Archive(archive) => archive.run(&visit),
            }
            drop(guest);
        });
    }
    Ok(response)
}

/// What an app asked for.
pub(super) fn app(
    visit: &Visit,
    came: Came,
    query: Option<&str>,
    lang: Lang,
) -> Outcome<(Response<Body>, Option<Rest>)> {
    match (&visit.method, came) {
        (&Method::GET | &Method::HEAD, _) => read(visit, query, &Reader { lang, csrf: None, idle_seconds: 0 }),
        (&Method::PUT, Came::Contents(upload)) => Ok((method::put::answer(visit, upload)?, None)),
        (&Method::PATCH, Came::Contents(upload)) => Ok((method::patch::answer(visit, upload)?, None)),
        (_, Came::Document(body)) => Ok((method::answer(visit, &body)?, None)),
        (_, Came::Contents(_)) => Err(StatusCode::INTERNAL_SERVER_ERROR.into()),
    }
}

/// A file, or the page of a folder.
pub(super) fn read(visit: &Visit, query: Option<&str>, reader: &Reader) -> Outcome<(Response<Body>, Option<Rest>)> {
    let Located::There(resource) = visit.target()? else { return Err(StatusCode::NOT_FOUND.into()) };
    if !resource.is_folder() {
        let (response, sending) = get::answer(visit, &resource)?;
        return Ok((response, sending.map(Rest::File)));
    }
    if visit.method == Method::HEAD {
        visit.may_read(&resource.attr)?;
        return Ok((done(StatusCode::OK), None));
    }
    match browser::folder(visit, &resource, query, reader)? {
        Shows::Page(response) => Ok((response, None)),
        Shows::Archive(response, archive) => Ok((response, Some(Rest::Archive(archive)))),
    }
}
