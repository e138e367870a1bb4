//! REPORT: searches, objects by their paths (RFC 4791 section 7.9, RFC 6352 section 8.7), and what changed since the client last
//! asked (RFC 6578).
//!
//! Objects are told whole, whatever part of them is asked for: none of them repeats, and none is long.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::multistatus::Multistatus;
use super::place::{Place, href_in};
use super::shown::{Cache, Shown, Snapshot};
use super::{CALDAV, CARDDAV, Request, query};
use crate::fault::{Fault, Outcome};
use crate::header::{Depth, depth, reference};
use crate::method::document;
use crate::method::propfind::{Wanted, names};
use crate::server::body::Body;
use crate::xml::{DAV, Element, parse};

/// What sync tokens begin with: they are URIs.
const TOKEN: &str = "urn:cartable:agenda:";

/// What is asked in a report.
pub(super) struct Asked<'a> {
    pub(super) root: &'a Element,
    pub(super) depth: Option<Depth>,
}

/// Answers a report on what lies at `place`.
pub(super) fn answer(
    request: &Request<'_>,
    body: &Bytes,
    (place, snapshot, cache): (Place<'_>, &Snapshot, &Cache),
) -> Outcome<Response<Body>> {
    let root = parse(body)?;
    let asked = Asked { root: &root, depth: depth(request.headers)? };
    let kind = (root.name.space.as_str(), root.name.local.as_str());
    let answer = match kind {
        (CALDAV, "calendar-query") | (CARDDAV, "addressbook-query") => query::answer(&asked, place)?,
        (CALDAV, "calendar-multiget") | (CARDDAV, "addressbook-multiget") => {
            multiget(&asked, request, place, snapshot)?
        }
        (DAV, "sync-collection") => changes(&asked, place, cache)?,
        _ => return Err(supported_report()),
    };
    Ok(document(StatusCode::MULTI_STATUS, answer.xml))
}

impl Asked<'_> {
    /// Begins the answer, with the properties that are wanted.
    pub(super) fn begin(&self) -> Outcome<Multistatus> {
        let wanted = match (self.root.child(DAV, "prop"), self.root.child(DAV, "propname")) {
            (Some(prop), None) => {
                prop.elements().try_for_each(known_type)?;
                Wanted::Some(names(prop)?)
            }
            (None, Some(_)) => Wanted::Names,
            (None, None) => Wanted::All(Vec::new()),
            (Some(_), Some(_)) => return Err(StatusCode::BAD_REQUEST.into()),
        };
        Ok(Multistatus::new(wanted, true))
    }
}

fn multiget(asked: &Asked<'_>, request: &Request<'_>, place: Place<'_>, snapshot: &Snapshot) -> Outcome<Multistatus> {
    let mut answer = asked.begin()?;
    let top = place.href();
    for href in asked.root.elements().filter(|element| element.is(DAV, "href")) {
        let href = href.text();
        let path = reference(href.trim(), request.authority).ok();
        let found = path.and_then(|path| Place::find(snapshot, &path).filter(|_| super::holds(&path.href(false))));
        match found {
            Some(found @ Place::Object(..)) if found.href().starts_with(&top) => answer.add(found)?,
            // As the client wrote it, so that it knows it again.
            _ => answer.fail(href.trim(), StatusCode::NOT_FOUND),
        }
    }
    Ok(answer)
}

fn changes(asked: &Asked<'_>, place: Place<'_>, cache: &Cache) -> Outcome<Multistatus> {
    let Place::Collection(shown) = place else { return Err(supported_report()) };
    let token = asked.root.child(DAV, "sync-token").map(Element::text).unwrap_or_default();
    let mut answer = asked.begin()?;
    match token.trim() {
        "" => {
            for index in 0..shown.collection.objects.len() {
                answer.add(Place::Object(shown, index))?;
            }
        }
        token => {
            let invalid = || Fault::unmet(StatusCode::FORBIDDEN, "valid-sync-token", Vec::new());
            let tag = token.strip_prefix(TOKEN).ok_or_else(invalid)?;
            let changes = cache.changes(shown, tag).ok_or_else(invalid)?;
            for index in changes.new {
                answer.add(Place::Object(shown, index))?;
            }
            for name in changes.gone {
                answer.fail(&href_in(shown, &name), StatusCode::NOT_FOUND);
            }
        }
    }
    answer.xml.text_dav("sync-token", &written(shown));
    Ok(answer)
}

/// The token of the state that a collection is in.
pub(super) fn written(shown: &Shown) -> String {
    format!("{TOKEN}{}", shown.tag)
}

pub(super) fn supported_report() -> Fault {
    Fault::unmet(StatusCode::FORBIDDEN, "supported-report", Vec::new())
}

/// Refuses data in a form that it is not kept in.
fn known_type(prop: &Element) -> Outcome<()> {
    let (space, condition, kinds, version): (_, _, &[&str], _) = if prop.is(CALDAV, "calendar-data") {
        (CALDAV, "supported-calendar-data", &["text/calendar"], "2.0")
    } else if prop.is(CARDDAV, "address-data") {
        (CARDDAV, "supported-address-data", &["text/vcard", "text/x-vcard"], "3.0")
    } else {
        return Ok(());
    };
    let asked = |name| {
        let found = prop.attributes.iter().find(|(known, _)| known.is("", name));
        found.map(|(_, value)| value.trim().to_ascii_lowercase())
    };
    let sound = asked("content-type").is_none_or(|kind| kinds.contains(&kind.as_str()))
        && asked("version").is_none_or(|asked| asked == version);
    if sound { Ok(()) } else { Err(Fault::unmet_in(StatusCode::FORBIDDEN, space, condition)) }
}
