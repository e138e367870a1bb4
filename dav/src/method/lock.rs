//! LOCK (RFC 4918 section 9.10): taking a lock, or letting one live longer.

use bytes::Bytes;
use cartable_fs::{FsError, Keeping, Kind, Staged};
use http::{HeaderValue, Response, StatusCode};

use super::document;
use crate::condition::parse_if;
use crate::fault::{Fault, Outcome};
use crate::header::{Depth, Timeout, depth, timeout};
use crate::lock::{Denied, Lock, SECONDS_DEFAULT, SECONDS_MAX};
use crate::path::UrlPath;
use crate::property::live::write_lock;
use crate::resource::{Located, Place};
use crate::server::body::Body;
use crate::visit::{Held, Touched, Visit, now};
use crate::xml::{DAV, Element, Writer, parse};

/// The longest description of an owner, in bytes.
const OWNER_BYTES: usize = 4096;

pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    let seconds = match timeout(&visit.headers) {
        Some(Timeout::Seconds(seconds)) => seconds.clamp(1, SECONDS_MAX),
        Some(Timeout::Infinite) => SECONDS_MAX,
        None => SECONDS_DEFAULT,
    };
    if body.is_empty() { refresh(visit, seconds) } else { take(visit, body, seconds) }
}

fn refresh(visit: &Visit, seconds: u32) -> Outcome<Response<Body>> {
    let wanted = parse_if(&visit.headers, visit.authority.as_deref())?.ok_or(StatusCode::BAD_REQUEST)?;
    let mut held = visit.hold()?;
    let path = match visit.target()? {
        Located::There(resource) => resource.path,
        Located::Free(place) => place.path,
        _ => return Err(StatusCode::NOT_FOUND.into()),
    };
    let covering: Vec<String> = held
        .locks
        .covering(&path, now())
        .filter(|lock| lock.login == visit.login && wanted.tokens().any(|token| token == lock.token))
        .map(|lock| lock.token.clone())
        .collect();
    let [token] = &covering[..] else {
        return Err(Fault::unmet(StatusCode::PRECONDITION_FAILED, "lock-token-matches-request-uri", Vec::new()));
    };
    let lock = held.locks.refresh(&visit.space, &held.change, token, seconds, now())?;
    drop(held);
    visit.settle(&[], cartable_fs::NodeId::ROOT)?;
    let lock = lock.ok_or(StatusCode::PRECONDITION_FAILED)?;
    Ok(document(StatusCode::OK, discovery(&lock)))
}

fn take(visit: &Visit, body: &Bytes, seconds: u32) -> Outcome<Response<Body>> {
    let asked = parse(body)?;
    if !asked.is(DAV, "lockinfo") || asked.child(DAV, "locktype").is_none_or(|kind| kind.child(DAV, "write").is_none())
    {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let scope = asked.child(DAV, "lockscope").ok_or(StatusCode::BAD_REQUEST)?;
    let shared = match (scope.child(DAV, "exclusive"), scope.child(DAV, "shared")) {
        (Some(_), None) => false,
        (None, Some(_)) => true,
        _ => return Err(StatusCode::BAD_REQUEST.into()),
    };
    let owner = asked.child(DAV, "owner").map(Element::to_xml).unwrap_or_default();
    if owner.len() > OWNER_BYTES {
        return Err(StatusCode::PAYLOAD_TOO_LARGE.into());
    }
    let deep = match depth(&visit.headers)? {
        None | Some(Depth::Infinity) => true,
        Some(Depth::Zero) => false,
        Some(Depth::One) => return Err(StatusCode::BAD_REQUEST.into()),
    };
    let mut held = visit.hold()?;
    let (path, free) = match visit.target()? {
        Located::There(resource) => {
            visit.may_change(&held, Some(&resource.attr))?;
            let slash = resource.is_folder();
            (UrlPath::from_names(resource.path.names().to_vec(), slash), None)
        }
        Located::Free(place) => {
            visit.may_change(&held, None)?;
            (place.path.clone(), Some(place))
        }
        Located::Hidden => return Err(StatusCode::FORBIDDEN.into()),
        Located::Nowhere => return Err(StatusCode::CONFLICT.into()),
    };
    let lock = Lock {
        token: new_token()?,
        path,
        shared,
        deep,
        owner,
        login: visit.login.clone(),
        seconds,
        expires: now() + i64::from(seconds),
    };
    if let Some(place) = &free {
        visit.refuse_locked(&held, &place.path, Touched::Name)?;
    }
    held.locks.take(&visit.space, &held.change, lock.clone(), now()).map_err(denied)?;
    let (notices, node) = match free {
        None => (Vec::new(), cartable_fs::NodeId::ROOT),
        // RFC 4918 section 7.3: a name that is free is locked by an empty file.
        Some(place) => match make_empty(visit, &held, &place) {
            Ok(placed) => (placed.notices, placed.attr.id),
            Err(fault) => {
                held.locks.remove(&visit.space, &held.change, &lock.token)?;
                return Err(fault);
            }
        },
    };
    drop(held);
    let made = !notices.is_empty();
    visit.settle(&notices, node)?;
    let mut response = document(if made { StatusCode::CREATED } else { StatusCode::OK }, discovery(&lock));
    let token = HeaderValue::from_str(&format!("<{}>", lock.token)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    response.headers_mut().insert("lock-token", token);
    Ok(response)
}

fn make_empty(visit: &Visit, held: &Held<'_>, place: &Place) -> Outcome<cartable_fs::Placed> {
    let staged = Staged::new(&visit.space, &held.change, Kind::File)?;
    let free = |there: Option<&cartable_fs::Attr>| there.map_or(Ok(()), |_| Err(FsError::Exists));
    Ok(visit.space.place(&held.change, &staged, place.entry()?, Keeping::Replaced, free)?)
}

fn denied(denied: Denied) -> Fault {
    match denied {
        Denied::Conflict(paths) => {
            let hrefs = paths.iter().map(|path: &UrlPath| path.href(path.has_slash())).collect();
            Fault::unmet(StatusCode::LOCKED, "no-conflicting-lock", hrefs)
        }
        Denied::TooMany => StatusCode::INSUFFICIENT_STORAGE.into(),
        Denied::Failed(error) => error.into(),
    }
}

fn discovery(lock: &Lock) -> Writer {
    let mut xml = Writer::new("prop");
    xml.open_dav("lockdiscovery");
    write_lock(&mut xml, lock, now());
    xml.close();
    xml
}

/// A token that nobody can guess: a UUID (RFC 9562, version 4).
fn new_token() -> Outcome<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    Ok(format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
