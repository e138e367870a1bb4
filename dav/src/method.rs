//! The methods of WebDAV (RFC 4918, RFC 9110), one a file.
//!
//! All but GET and PUT are done whole on a thread that may wait: one call, one answer. GET and PUT move contents piece by
//! piece, and wait for their client without a thread.

pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod lock;
pub(crate) mod mkcol;
pub(crate) mod options;
pub(crate) mod patch;
pub(crate) mod propfind;
pub(crate) mod proppatch;
pub(crate) mod put;
pub(crate) mod report;
pub(crate) mod unlock;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::fault::Outcome;
use crate::server::body::{Body, empty, full};
use crate::visit::Visit;
use crate::xml::Writer;

pub(crate) const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");

/// Does a request whose body, if any, was read.
pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    match visit.method.as_str() {
        "OPTIONS" => options::answer(visit),
        "PROPFIND" => propfind::answer(visit, body),
        "PROPPATCH" => proppatch::answer(visit, body),
        "REPORT" => report::answer(visit, body),
        "MKCOL" => mkcol::answer(visit, body),
        "DELETE" => delete::answer(visit, body),
        "COPY" => copy::answer(visit, copy::Act::Copy),
        "MOVE" => copy::answer(visit, copy::Act::Move),
        "LOCK" => lock::answer(visit, body),
        "UNLOCK" => unlock::answer(visit),
        // Known to HTTP, and nothing that a share does.
        "POST" | "TRACE" | "CONNECT" => Err(StatusCode::METHOD_NOT_ALLOWED.into()),
        _ => Err(StatusCode::NOT_IMPLEMENTED.into()),
    }
}

/// An answer without a body.
pub(crate) fn done(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = status;
    response
}

/// 201 for what is new, 204 for what replaced something.
pub(crate) fn made(replaced: bool) -> StatusCode {
    if replaced { StatusCode::NO_CONTENT } else { StatusCode::CREATED }
}

/// A document as an answer.
pub(crate) fn document(status: StatusCode, xml: Writer) -> Response<Body> {
    let mut response = Response::new(full(xml.finish()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, XML);
    response
}
