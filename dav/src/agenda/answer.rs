//! What becomes of a request for calendars and address books: who reads is answered, who would change is refused.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::multistatus::Multistatus;
use super::place::Place;
use super::report;
use super::shown::{Cache, Snapshot};
use crate::condition::{State, Verdict, http};
use crate::fault::{Fault, Outcome};
use crate::header::{Depth, depth};
use crate::method::{document, done, propfind};
use crate::path::UrlPath;
use crate::server::body::{Body, full};

/// Compliance classes (RFC 4918 section 18, RFC 4791 section 5.1, RFC 6352 section 6.1). There are no locks.
const CLASSES: HeaderValue = HeaderValue::from_static("1, 3, calendar-access, addressbook");
const ON_COLLECTION: HeaderValue = HeaderValue::from_static("OPTIONS, PROPFIND, REPORT");
const ON_OBJECT: HeaderValue = HeaderValue::from_static("OPTIONS, GET, HEAD, PROPFIND, REPORT");

/// A request for something below [`super::place::TOP`].
pub(crate) struct Request<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: UrlPath,
    pub(crate) headers: &'a HeaderMap,
    /// Host and port that the client believes to speak to.
    pub(crate) authority: Option<&'a str>,
}

/// Answers a request whose body, if any, was read; that of a method that changes need not be.
pub(crate) fn answer(
    request: &Request<'_>,
    body: &Bytes,
    snapshot: &Snapshot,
    cache: &Cache,
) -> Outcome<Response<Body>> {
    let place = || Place::find(snapshot, &request.path).ok_or(StatusCode::NOT_FOUND);
    match request.method.as_str() {
        "OPTIONS" => Ok(options(Place::find(snapshot, &request.path))),
        "GET" | "HEAD" => get(request, place()?),
        "PROPFIND" => find(request, body, place()?, snapshot),
        "REPORT" => report::answer(request, body, (place()?, snapshot, cache)),
        _ => Err(StatusCode::FORBIDDEN.into()),
    }
}

fn options(place: Option<Place<'_>>) -> Response<Body> {
    let mut response = done(StatusCode::OK);
    response.headers_mut().insert("dav", CLASSES);
    response.headers_mut().insert(header::ALLOW, allowed(place));
    response
}

fn allowed(place: Option<Place<'_>>) -> HeaderValue {
    if matches!(place, Some(Place::Object(..))) { ON_OBJECT } else { ON_COLLECTION }
}

fn get(request: &Request<'_>, place: Place<'_>) -> Outcome<Response<Body>> {
    let Place::Object(shown, index) = place else {
        let mut response = done(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, allowed(Some(place)));
        return Ok(response);
    };
    let (object, etag) = shown.at(index).ok_or(StatusCode::NOT_FOUND)?;
    let state = State { exists: true, etag: Some(etag), modified: None };
    let mut response = match http(request.headers, true, &state) {
        Verdict::Go if request.method == Method::HEAD => {
            let mut response = done(StatusCode::OK);
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(object.data.len()));
            response
        }
        Verdict::Go => Response::new(full(object.data.clone())),
        Verdict::NotModified => done(StatusCode::NOT_MODIFIED),
        Verdict::Failed => return Err(StatusCode::PRECONDITION_FAILED.into()),
    };
    let etag = HeaderValue::from_str(etag).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(shown.collection.holds.content_type()));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

fn find(request: &Request<'_>, body: &Bytes, place: Place<'_>, snapshot: &Snapshot) -> Outcome<Response<Body>> {
    let wanted = propfind::wanted(body)?;
    let inside = match depth(request.headers)? {
        Some(Depth::Zero) => Vec::new(),
        Some(Depth::One) | None => place.inside(snapshot),
        Some(Depth::Infinity) => {
            return Err(Fault::unmet(StatusCode::FORBIDDEN, "propfind-finite-depth", Vec::new()));
        }
    };
    let mut answer = Multistatus::new(wanted, false);
    answer.add(place)?;
    inside.into_iter().try_for_each(|place| answer.add(place))?;
    Ok(document(StatusCode::MULTI_STATUS, answer.xml))
}
