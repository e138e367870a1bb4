//! GET and HEAD of files: whole or a range, always of one state of the contents.
//!
//! What is sent under a strong entity tag is what it stands for: a file that changes while it is sent breaks the answer off,
//! and the client, who was told the length, asks again.

use bytes::Bytes;
use cartable_fs::{Attr, FsError, Kind, NodeId, Pinned};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::done;
use crate::condition::if_range;
use crate::fault::{Fault, Outcome};
use crate::header::{Ranged, range};
use crate::resource::Resource;
use crate::server::body::{Body, channel, full};
use crate::visit::Visit;
use crate::{date, page};

/// Bytes that are read at once.
const PIECE_BYTES: u64 = 256 * 1024;
/// How often a file that fits into one piece is read until it stands still.
const TRIES: usize = 8;
/// Pieces that wait for a client.
const AHEAD: usize = 1;

/// Contents to be sent, on a thread that may wait for the client.
pub(crate) struct Sending {
    pinned: Pinned,
    version: u64,
    range: std::ops::Range<u64>,
    to: crate::server::body::Sender,
}

/// The answer, and what is still to be sent of it.
pub(crate) fn answer(visit: &Visit, file: &Resource) -> Outcome<(Response<Body>, Option<Sending>)> {
    for _ in 1..TRIES {
        match try_answer(visit, file) {
            // A program on the drive wrote to the file while it was read.
            Err(fault) if fault.status == StatusCode::SERVICE_UNAVAILABLE => {}
            answered => return answered,
        }
    }
    try_answer(visit, file)
}

fn try_answer(visit: &Visit, file: &Resource) -> Outcome<(Response<Body>, Option<Sending>)> {
    // Whoever saves the file meanwhile replaces it: this reader has the one it found, to the end.
    let place = file.place().ok_or(StatusCode::METHOD_NOT_ALLOWED)?;
    let (pinned, _) = Pinned::find(&visit.space, &visit.access, place.folder, place.name()?)?;
    visit.space.gather(pinned.id());
    let attr = visit.space.attr(&visit.access, pinned.id())?;
    if attr.kind != Kind::File {
        return Err(StatusCode::NOT_FOUND.into());
    }
    let go = visit.may_read(&attr)?;
    let mut response = done(StatusCode::OK);
    describe(visit, file, &attr, response.headers_mut())?;
    if !go {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok((response, None));
    }
    let tag = visit.space.entity_tag(&attr);
    // Ranges are of GET only (RFC 9110 section 14.2).
    let ranged = if visit.method == Method::GET && if_range(&visit.headers, Some(&tag), None) {
        range(&visit.headers, attr.size)
    } else {
        Ranged::Whole
    };
    let part = match ranged {
        Ranged::Whole => 0..attr.size,
        Ranged::Part(part) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text = format!("bytes {}-{}/{}", part.start, part.end - 1, attr.size);
            response.headers_mut().insert(header::CONTENT_RANGE, value(&text)?);
            part
        }
        Ranged::Unsatisfiable => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            let text = format!("bytes */{}", attr.size);
            response.headers_mut().insert(header::CONTENT_RANGE, value(&text)?);
            return Ok((response, None));
        }
    };
    let length = part.end - part.start;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if visit.method == Method::HEAD {
        return Ok((response, None));
    }
    if length <= PIECE_BYTES {
        let bytes = read(&visit.space, &visit.access, attr.id, attr.version, part)?;
        *response.body_mut() = full(bytes);
        return Ok((response, None));
    }
    let (to, body) = channel(AHEAD);
    *response.body_mut() = body;
    Ok((response, Some(Sending { pinned, version: attr.version, range: part, to })))
}

impl Sending {
    /// Sends all of it. What can't be read, or changed meanwhile, breaks the answer off.
    pub(crate) fn run(mut self, access: &cartable_share::Access) {
        let mut at = self.range.start;
        while at < self.range.end {
            let piece = at..self.range.end.min(at + PIECE_BYTES);
            at = piece.end;
            let read = read(self.pinned.space(), access, self.pinned.id(), self.version, piece);
            let sent = read.is_ok_and(|bytes| self.to.send(bytes).is_ok());
            if !sent {
                return self.to.abort();
            }
        }
        self.to.finish();
    }
}

/// Reads a part of contents, all of it, of this version and no other.
fn read(
    space: &cartable_fs::Space,
    access: &cartable_share::Access,
    id: NodeId,
    version: u64,
    part: std::ops::Range<u64>,
) -> Outcome<Bytes> {
    let length = usize::try_from(part.end - part.start).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let mut bytes = vec![0; length];
    let read = space.read(access, id, part.start, &mut bytes)?;
    if read != length || space.attr(access, id)?.version != version {
        return Err(FsError::Stopped("the file changed".into()).into());
    }
    Ok(bytes.into())
}

fn describe(visit: &Visit, file: &Resource, attr: &Attr, headers: &mut HeaderMap) -> Outcome<()> {
    let name = file.path.name().unwrap_or_default();
    let kind = page::content_type(name);
    headers.insert(header::ETAG, value(&visit.space.entity_tag(attr))?);
    headers.insert(header::LAST_MODIFIED, value(&date::http(attr.modified.into()))?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_TYPE, value(kind)?);
    headers.insert(header::CONTENT_DISPOSITION, value(&page::disposition(name, page::may_show_inline(kind)))?);
    // A file is never part of the page that shows it, whatever it says it is.
    headers.insert(header::CONTENT_SECURITY_POLICY, value(page::file_csp(kind))?);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(())
}

fn value(text: &str) -> Outcome<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| Fault::new(StatusCode::INTERNAL_SERVER_ERROR))
}
