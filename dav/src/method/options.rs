//! OPTIONS: what the share can do.

use http::{HeaderValue, Response, StatusCode, header};

use super::done;
use crate::fault::Outcome;
use crate::resource::Located;
use crate::server::body::Body;
use crate::visit::Visit;

/// Compliance classes (RFC 4918 section 18), extended MKCOL (RFC 5689), and partial updates as SabreDAV has them.
pub(crate) const CLASSES: HeaderValue = HeaderValue::from_static("1, 2, 3, extended-mkcol, sabredav-partialupdate");

const ON_FILE: HeaderValue =
    HeaderValue::from_static("OPTIONS, GET, HEAD, PUT, PATCH, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK");
const ON_FOLDER: HeaderValue =
    HeaderValue::from_static("OPTIONS, GET, HEAD, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, LOCK, UNLOCK");
const ON_NOTHING: HeaderValue = HeaderValue::from_static("OPTIONS, PUT, MKCOL, LOCK");

pub(crate) fn answer(visit: &Visit) -> Outcome<Response<Body>> {
    let mut response = done(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert("dav", CLASSES);
    headers.insert(header::ALLOW, allowed(visit)?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Without it Windows asks for another protocol first.
    headers.insert("ms-author-via", HeaderValue::from_static("DAV"));
    Ok(response)
}

/// The methods that can be asked of what the request is about.
pub(crate) fn allowed(visit: &Visit) -> Outcome<HeaderValue> {
    Ok(match visit.target()? {
        Located::There(resource) if resource.is_folder() => ON_FOLDER,
        Located::There(_) => ON_FILE,
        _ => ON_NOTHING,
    })
}
