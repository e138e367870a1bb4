//! A request of somebody who was let in, done where it may wait.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::agenda::{self, Agenda};
use crate::browser::{self, Reader, Shows, archive::Archive};
use crate::fault::Outcome;
use crate::keys::Guest;
use crate::method::{self, done, get, get::Sending};
use crate::page::Lang;
use crate::path::UrlPath;
use crate::resource::Located;
use crate::server::Incoming;
use crate::server::body::{Body, BodyError};
use crate::upload::{SMALL_BYTES, Upload};
use crate::visit::{Visit, authority};

/// The longest body that is no contents, in bytes.
const DOCUMENT_BYTES: usize = 256 * 1024;

/// A body, as far as it was read before a thread was taken.
pub(super) enum Came {
    Document(Bytes),
    Contents(Upload),
}

impl Came {
    /// Whether nothing of it is still to come.
    pub(super) fn is_whole(&self) -> bool {
        !matches!(self, Self::Contents(Upload::Stream(_)))
    }
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

/// Does a request whose body came whole, for whom `enter` lets in: on this thread, since most take less time than waking
/// another. Both may wait, for a bag that is being opened or whose keys change: others take over the thread's connections then.
pub(super) fn run(
    enter: impl FnOnce() -> Outcome<Guest>,
    login: String,
    parts: Parts,
    address: IpAddr,
    transfers: &Arc<Semaphore>,
    act: impl FnOnce(&Visit) -> Outcome<(Response<Body>, Option<Rest>)>,
) -> Outcome<Response<Body>> {
    tokio::task::block_in_place(|| {
        Answered::to(enter, login, parts, address, act).and_then(|answered| answered.send(transfers))
    })
}

/// Looks something up in the calendars and address books, for whom `enter` lets in, on this thread. It may wait, as [`run`] may.
pub(super) fn look_up(
    enter: impl FnOnce() -> Outcome<Guest>,
    source: &dyn Agenda,
    parts: &Parts,
    came: &Came,
    address: IpAddr,
) -> Outcome<Response<Body>> {
    tokio::task::block_in_place(|| {
        let guest = enter()?;
        // Not worth refusing anybody for.
        let _ = guest.note_use(&address.to_string());
        let authority = authority(parts)?;
        let request = agenda::Request {
            method: &parts.method,
            path: UrlPath::parse(parts.uri.path()).map_err(|_| StatusCode::BAD_REQUEST)?,
            headers: &parts.headers,
            authority: authority.as_deref(),
        };
        let none = Bytes::new();
        let body = if let Came::Document(body) = came { body } else { &none };
        let (snapshot, cache) = guest.agenda(source)?.ok_or(StatusCode::NOT_FOUND)?;
        agenda::answer(&request, body, &snapshot, cache)
    })
}

/// Does a request whose body is still to come, which is received on this thread.
pub(super) async fn run_receiving(
    enter: impl FnOnce() -> Outcome<Guest> + Send + 'static,
    login: String,
    parts: Parts,
    address: IpAddr,
    transfers: Arc<Semaphore>,
    act: impl FnOnce(&Visit) -> Outcome<(Response<Body>, Option<Rest>)> + Send + 'static,
) -> Outcome<Response<Body>> {
    let place = transfer(&transfers)?;
    let answered = tokio::task::spawn_blocking(move || {
        let answered = Answered::to(enter, login, parts, address, act);
        drop(place);
        answered?.send(&transfers)
    });
    answered.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
}

/// A place among those who may wait for their clients.
fn transfer(transfers: &Arc<Semaphore>) -> Outcome<OwnedSemaphorePermit> {
    Arc::clone(transfers).try_acquire_owned().map_err(|_| StatusCode::SERVICE_UNAVAILABLE.into())
}

/// An answer, of which a rest may still be to be sent.
struct Answered {
    response: Response<Body>,
    rest: Option<Rest>,
    visit: Visit,
    guest: Guest,
}

impl Answered {
    fn to(
        enter: impl FnOnce() -> Outcome<Guest>,
        login: String,
        parts: Parts,
        address: IpAddr,
        act: impl FnOnce(&Visit) -> Outcome<(Response<Body>, Option<Rest>)>,
    ) -> Outcome<Self> {
        let guest = enter()?;
        // Not worth refusing anybody for.
        let _ = guest.note_use(&address.to_string());
        let visit = Visit::new(guest.spaces(), guest.locks(), login, parts)?;
        let (response, rest) = match act(&visit) {
            Err(fault) if fault.status == StatusCode::METHOD_NOT_ALLOWED => {
                let mut response = fault.response();
                response.headers_mut().insert(header::ALLOW, method::options::allowed(&visit)?);
                (response, None)
            }
            answered => answered?,
        };
        Ok(Self { response, rest, visit, guest })
    }

    /// Sends the rest on a thread that may wait for the client; the guest stays until then.
    fn send(self, transfers: &Arc<Semaphore>) -> Outcome<Response<Body>> {
        let Self { response, rest, visit, guest } = self;
        if let Some(rest) = rest {
            let place = transfer(transfers)?;
            tokio::task::spawn_blocking(move || {
                match rest {
                    Rest::File(sending) => sending.run(&visit.access),
                    Rest::Archive(archive) => archive.run(&visit),
                }
                drop((guest, place));
            });
        }
        Ok(response)
    }
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
        let (mut response, sending) = get::answer(visit, &resource)?;
        if reader.csrf.is_some() {
            // Others may use the computer: what a browser shows it must not keep.
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
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
