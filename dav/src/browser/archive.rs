//! A folder as a zip archive, written while it is sent.

use std::io::{self, Write};

use bytes::Bytes;
use cartable_fs::{FsError, Kind, Name, NodeId, Pinned, Spot};
use http::{HeaderValue, Response, StatusCode, header};
use jiff::tz::TimeZone;

use crate::fault::Outcome;
use crate::method::done;
use crate::method::propfind::shown;
use crate::page;
use crate::resource::Resource;
use crate::server::body::{Body, Sender, channel};
use crate::visit::Visit;
use crate::zip::Zip;

/// Bytes that are read and sent at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Pieces that wait for a client.
const AHEAD: usize = 3;

/// An archive that is still to be sent, on a thread that may wait for the client.
pub(crate) struct Archive {
    folder: NodeId,
    name: String,
    to: Sender,
}

pub(crate) fn answer(folder: &Resource) -> Outcome<(Response<Body>, Archive)> {
    let name = folder.path.name().unwrap_or("Cartable").to_owned();
    let mut response = done(StatusCode::OK);
    let (to, body) = channel(AHEAD);
    *response.body_mut() = body;
    let headers = response.headers_mut();
    let disposition = page::disposition(&format!("{name}.zip"), false);
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((response, Archive { folder: folder.attr.id, name, to }))
}

impl Archive {
    /// Sends all of it. What can't be read breaks the archive off, so that nobody takes it for whole.
    pub(crate) fn run(self, visit: &Visit) {
        let Self { folder, name, to } = self;
        let gathered = Gathered { to, bytes: Vec::with_capacity(PIECE_BYTES) };
        let mut zip = Zip::new(gathered, TimeZone::system());
        let sent = tree(visit, folder, &name, &mut zip).and_then(|()| zip.finish()).and_then(Gathered::finish);
        // Dropped on the way, the body is broken off.
        drop(sent);
    }
}

fn tree(visit: &Visit, top: NodeId, name: &str, zip: &mut Zip<Gathered>) -> io::Result<()> {
    visit.spaces().open_all();
    let mut waiting = vec![(visit.ground().spot.of(top), name.to_owned())];
    while let Some((folder, path)) = waiting.pop() {
        for (name, attr) in folder.space.entries(&folder.access, folder.node).map_err(io::Error::other)? {
            let Some(name) = shown(&name, &attr) else { continue };
            let path = format!("{path}/{name}");
            let entry = Name::new(name.as_bytes()).map_err(io::Error::other)?;
            // What is saved meanwhile has another node under the same name; what went is not in the archive.
            let (pinned, attr) = match Pinned::find(&folder.space, &folder.access, folder.node, entry) {
                Err(FsError::NotFound) => continue,
                found => found.map_err(io::Error::other)?,
            };
            if attr.kind == Kind::Folder {
                zip.start_folder(&path, attr.modified.into())?;
                let shown = visit.spaces().shown(&folder, &attr).map(|(spot, _)| spot);
                waiting.push((shown.unwrap_or_else(|| folder.of(attr.id)), path));
            } else {
                file(&folder, &pinned, &path, zip)?;
            }
        }
    }
    Ok(())
}

fn file(at: &Spot, pinned: &Pinned, path: &str, zip: &mut Zip<Gathered>) -> io::Result<()> {
    at.space.gather(pinned.id());
    let attr = at.space.attr(&at.access, pinned.id()).map_err(io::Error::other)?;
    zip.start_file(path, attr.modified.into(), attr.size)?;
    let mut bytes = vec![0; PIECE_BYTES];
    let mut done = 0;
    loop {
        let read = at.space.read(&at.access, attr.id, done, &mut bytes).map_err(io::Error::other)?;
        if read == 0 {
            break;
        }
        zip.write(&bytes[..read])?;
        done += read as u64;
    }
    let now = at.space.attr(&at.access, attr.id).map_err(io::Error::other)?;
    // Half of one state and half of another must not look whole.
    if now.version == attr.version { Ok(()) } else { Err(io::Error::other("the file changed")) }
}

/// Gathers small writes into pieces that are worth sending.
struct Gathered {
    to: Sender,
    bytes: Vec<u8>,
}

impl Gathered {
    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.to.finish();
        Ok(())
    }
}

impl Write for Gathered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(PIECE_BYTES));
        self.to.send(Bytes::from(bytes)).map_err(io::Error::other)
    }
}
