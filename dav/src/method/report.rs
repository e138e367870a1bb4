//! REPORT sync-collection (RFC 6578): what changed in a folder since the client last asked.

use bytes::Bytes;
use cartable_fs::{Name, SyncPoint};
use data_encoding::HEXLOWER;
use http::{Response, StatusCode};

use super::document;
use super::propfind::{ANSWER_BYTES, Answering, Wanted, line, names, shown};
use crate::fault::{Fault, Outcome};
use crate::header::{Depth, depth};
use crate::path::UrlPath;
use crate::server::body::Body;
use crate::visit::Visit;
use crate::xml::{DAV, Writer, parse};

/// What sync tokens begin with: they are URIs.
const TOKEN: &str = "urn:cartable:sync:";

pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    let root = parse(body)?;
    if !root.is(DAV, "sync-collection") {
        return Err(Fault::unmet(StatusCode::FORBIDDEN, "supported-report", Vec::new()));
    }
    let folder = visit.resource()?;
    if !folder.is_folder() {
        return Err(Fault::unmet(StatusCode::FORBIDDEN, "supported-report", Vec::new()));
    }
    visit.may_read(&folder.attr)?;
    // Section 3.2: the level, not the depth, says how deep. Old clients send the depth instead of it.
    let level = root.child(DAV, "sync-level").map(|level| level.text());
    let flat = match (level.as_deref().map(str::trim), depth(&visit.headers)?) {
        (Some("1"), _) | (None, Some(Depth::One)) => true,
        (Some("infinite"), _) | (None, Some(Depth::Infinity)) => false,
        _ => return Err(StatusCode::BAD_REQUEST.into()),
    };
    if !flat {
        return Err(Fault::unmet(StatusCode::FORBIDDEN, "sync-traversal-supported", Vec::new()));
    }
    let wanted = Wanted::Some(root.child(DAV, "prop").map_or(Ok(Vec::new()), names)?);
    let asked = root.child(DAV, "sync-token").map(|token| token.text()).unwrap_or_default();
    let since = match asked.trim() {
        "" => None,
        token => Some(known(visit, &folder.path, token)?),
    };
    // Before anything is read: what changes from now on is told next time, perhaps twice, and nothing is missed.
    let now = visit.space.sync_point(&visit.access)?;
    let mut xml = Writer::new("multistatus");
    let answering = Answering::new(visit, &wanted, &folder)?;
    let xattrs = answering.xattrs_in(&visit.ground().spot.of(folder.attr.id))?;
    let mut gone = Vec::new();
    visit.space.changed_since(&visit.access, folder.attr.id, since.as_ref(), &now, |entry| {
        match shown(entry.name, entry.attr) {
            Some(name) => {
                let own = xattrs.get(&entry.attr.id).map_or(&[][..], Vec::as_slice);
                answering.resource(&mut xml, (&folder.path.join(name), &visit.space), entry.attr, own);
            }
            // A link or a pipe, perhaps in the place of a file.
            None => gone.push(entry.name.to_vec()),
        }
        xml.len() <= ANSWER_BYTES
    })?;
    if xml.len() > ANSWER_BYTES {
        return Err(Fault::unmet(StatusCode::INSUFFICIENT_STORAGE, "number-of-matches-within-limits", Vec::new()));
    }
    if let Some(since) = &since {
        gone.extend(visit.space.gone_since(&visit.access, folder.attr.id, since)?);
        for name in gone {
            let Ok(name) = String::from_utf8(name) else { continue };
            xml.open_dav("response");
            xml.text_dav("href", &folder.path.join(&name).href(false));
            xml.text_dav("status", &line(StatusCode::NOT_FOUND));
            xml.close();
        }
    }
    xml.text_dav("sync-token", &written(&now));
    Ok(document(StatusCode::MULTI_STATUS, xml))
}

/// The token of the state that the space is in.
pub(crate) fn token(visit: &Visit) -> Outcome<String> {
    Ok(written(&visit.space.sync_point(&visit.access)?))
}

fn written(point: &SyncPoint) -> String {
    format!("{TOKEN}{}:{}", HEXLOWER.encode(&point.opening), point.counter)
}

/// The state that a token stands for. A token of another history, or too old, makes the client begin anew; so does one from when
/// another folder was at this path.
fn known(visit: &Visit, path: &UrlPath, token: &str) -> Outcome<SyncPoint> {
    let invalid = || Fault::unmet(StatusCode::FORBIDDEN, "valid-sync-token", Vec::new());
    let (opening, counter) = token.strip_prefix(TOKEN).and_then(|rest| rest.split_once(':')).ok_or_else(invalid)?;
    let opening =
        HEXLOWER.decode(opening.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(invalid)?;
    let point = SyncPoint { counter: counter.parse().map_err(|_| invalid())?, opening };
    let ground = visit.ground();
    let below = path.names().iter().skip(ground.top.names().len());
    let names: Vec<Name<'_>> = below.map(|name| Name::new(name.as_bytes())).collect::<Result<_, _>>()?;
    let good =
        visit.space.remembers(&point)? && !visit.space.was_rerouted(&visit.access, ground.spot.node, &names, &point)?;
    if good { Ok(point) } else { Err(invalid()) }
}
