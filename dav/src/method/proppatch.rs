//! PROPPATCH (RFC 4918 section 9.2): all changes of properties together, or none.

use bytes::Bytes;
use cartable_fs::{Kind, Notice, Time};
use http::{Response, StatusCode};

use super::document;
use super::propfind::line;
use crate::date;
use crate::fault::Outcome;
use crate::property::dead::Dead;
use crate::property::live::Live;
use crate::server::body::Body;
use crate::visit::{Touched, Visit};
use crate::xml::{DAV, Element, Name, Writer, parse};

/// The most changes in one request.
const CHANGES: usize = 256;
/// The namespace of the properties that Windows keeps attributes of files in.
const WINDOWS: &str = "urn:schemas-microsoft-com:";

/// One change.
pub(crate) enum Update {
    Set(Element),
    Remove(Name),
}

/// Why one property can't be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Impossible {
    /// The share computes it.
    Protected,
    /// It does not fit.
    TooLong,
    /// The value means nothing.
    BadValue,
}

impl Update {
    pub(crate) fn name(&self) -> &Name {
        match self {
            Self::Set(element) => &element.name,
            Self::Remove(name) => name,
        }
    }

    pub(crate) fn is(&self, space: &str, local: &str) -> bool {
        self.name().is(space, local)
    }

    pub(crate) fn value(&self) -> Option<&Element> {
        match self {
            Self::Set(element) => Some(element),
            Self::Remove(_) => None,
        }
    }

    /// What is to be kept, if anything: the time of a file is no property of its own.
    pub(crate) fn prepare(&self, kind: Kind) -> Result<Option<Dead>, Impossible> {
        match Live::of(self.name()) {
            // A name that a client would rather show.
            None | Some(Live::DisplayName) => {}
            Some(Live::LastModified) if kind == Kind::File => {
                return self.time().map_or(Err(Impossible::BadValue), |_| Ok(None));
            }
            Some(_) => return Err(Impossible::Protected),
        }
        let dead = match self {
            Self::Set(element) => Dead::set(element),
            Self::Remove(name) => Dead::remove(name),
        };
        dead.map(Some).ok_or(Impossible::TooLong)
    }

    /// The time of last change that this sets.
    fn time(&self) -> Option<Time> {
        let sets_time = self.is(DAV, Live::LastModified.local()) || self.is(WINDOWS, "Win32LastModifiedTime");
        let text = self.value().filter(|_| sets_time)?.text();
        date::parse_http(text.trim()).map(Time::from)
    }
}

pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    let root = parse(body)?;
    if !root.is(DAV, "propertyupdate") {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let updates = changes(&root)?;
    let held = visit.hold()?;
    let resource = visit.resource()?;
    visit.may_change(&held, Some(&resource.attr))?;
    visit.refuse_locked(&held, &resource.path, Touched::Content)?;
    let kind = resource.attr.kind;
    let prepared: Vec<_> = updates.iter().map(|update| (update.name().clone(), update.prepare(kind))).collect();
    let mut node = resource.attr.id;
    if prepared.iter().all(|(_, result)| result.is_ok()) {
        visit.space.change_xattrs(&held.change, resource.attr.id, &attributes(&prepared))?;
        let time = updates.iter().filter_map(Update::time).next_back();
        let notices = match (time, resource.place()) {
            (Some(time), Some(place)) if kind == Kind::File => {
                let notices = visit.space.set_modified(&visit.access, &held.change, place.entry()?, time)?;
                node = visit.space.find(&visit.access, place.folder, place.name()?)?.id;
                notices
            }
            _ => vec![Notice::Attributes(node)],
        };
        drop(held);
        visit.settle(&notices, node)?;
    }
    let mut xml = Writer::new("multistatus");
    xml.open_dav("response");
    xml.text_dav("href", &resource.href());
    statuses(&mut xml, &prepared);
    xml.close();
    Ok(document(StatusCode::MULTI_STATUS, xml))
}

/// What is to be kept, as the core takes it.
pub(crate) fn attributes(prepared: &[(Name, Result<Option<Dead>, Impossible>)]) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    prepared.iter().filter_map(|(_, result)| result.as_ref().ok()?.as_ref().map(Dead::attribute)).collect()
}

/// The changes that an element asks for, in order.
pub(crate) fn changes(root: &Element) -> Outcome<Vec<Update>> {
    let mut updates = Vec::new();
    for act in root.elements() {
        let sets = act.is(DAV, "set");
        if !sets && !act.is(DAV, "remove") {
            continue;
        }
        let prop = act.child(DAV, "prop").ok_or(StatusCode::BAD_REQUEST)?;
        for element in prop.elements() {
            updates.push(if sets { Update::Set(element.clone()) } else { Update::Remove(element.name.clone()) });
        }
    }
    match updates.len() {
        0 => Err(StatusCode::BAD_REQUEST.into()),
        1..=CHANGES => Ok(updates),
        _ => Err(StatusCode::PAYLOAD_TOO_LARGE.into()),
    }
}

/// Writes how each change went: where one fails, the others were not done either.
pub(crate) fn statuses(xml: &mut Writer, prepared: &[(Name, Result<Option<Dead>, Impossible>)]) {
    let any_failed = prepared.iter().any(|(_, result)| result.is_err());
    let status = |result: &Result<Option<Dead>, Impossible>| match result {
        Ok(_) if any_failed => StatusCode::FAILED_DEPENDENCY,
        Ok(_) => StatusCode::OK,
        Err(Impossible::Protected) => StatusCode::FORBIDDEN,
        Err(Impossible::TooLong) => StatusCode::INSUFFICIENT_STORAGE,
        Err(Impossible::BadValue) => StatusCode::CONFLICT,
    };
    let all = [
        StatusCode::OK,
        StatusCode::FORBIDDEN,
        StatusCode::CONFLICT,
        StatusCode::INSUFFICIENT_STORAGE,
        StatusCode::FAILED_DEPENDENCY,
    ];
    for group in all {
        let mut names: Vec<&Name> = Vec::new();
        for (name, result) in prepared {
            if status(result) == group && !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            continue;
        }
        xml.open_dav("propstat");
        xml.open_dav("prop");
        names.into_iter().for_each(|name| xml.empty(name));
        xml.close();
        xml.text_dav("status", &line(group));
        if group == StatusCode::FORBIDDEN {
            xml.open_dav("error");
            xml.empty_dav("cannot-modify-protected-property");
            xml.close();
        }
        xml.close();
    }
}
