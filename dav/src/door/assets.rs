//! What pages are drawn with. Nothing of a bag is in it, so nobody is asked who they are.

use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};

use crate::method::done;
use crate::page;
use crate::server::body::{Body, full};

pub(super) fn answer(name: &str, parts: &Parts) -> Option<Response<Body>> {
    let (kind, text) = match name {
        "style.css" => ("text/css; charset=utf-8", page::style()),
        "script.js" => ("text/javascript; charset=utf-8", page::script()),
        "icon.svg" => ("image/svg+xml", page::icon()),
        _ => return None,
    };
    let hash = blake3::hash(text.as_bytes());
    let tag = HeaderValue::from_str(&format!("\"{}\"", &hash.to_hex()[..16])).ok()?;
    let known = parts.headers.get(header::IF_NONE_MATCH) == Some(&tag);
    let mut response = if known { done(StatusCode::NOT_MODIFIED) } else { Response::new(full(text)) };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CSP));
    Some(response)
}
