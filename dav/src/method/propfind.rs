//! PROPFIND (RFC 4918 section 9.1): properties of a resource, and of what lies in it.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use cartable_fs::{Attr, Kind, NodeId, Space, Spot, Xattr};
use http::{Response, StatusCode};

use super::document;
use crate::fault::{Fault, Outcome};
use crate::header::{Depth, depth};
use crate::lock::Locks;
use crate::path::UrlPath;
use crate::property::dead::{self, from_attribute};
use crate::property::live::{Live, Source};
use crate::resource::Resource;
use crate::server::body::Body;
use crate::visit::{Manner, Visit};
use crate::xml::{DAV, Element, Name, Writer, parse};

/// The most resources in one answer.
const RESOURCES: usize = 20_000;
/// The longest answer, in bytes: 200,000 files.
pub(crate) const ANSWER_BYTES: usize = 64 << 20;
/// The most properties that may be asked for by name.
const NAMES: usize = 256;

/// What is asked of each resource.
pub(crate) enum Wanted {
    /// All properties, and these beside.
    All(Vec<Name>),
    /// Which properties there are.
    Names,
    /// These.
    Some(Vec<Name>),
    /// The few that Windows looks at.
    Few,
}

pub(crate) fn answer(visit: &Visit, body: &Bytes) -> Outcome<Response<Body>> {
    let wanted = match wanted(body)? {
        Wanted::All(_) if body.is_empty() && visit.manner() == Manner::Windows => Wanted::Few,
        wanted => wanted,
    };
    let resource = visit.resource()?;
    visit.may_read(&resource.attr)?;
    // Without the header all is asked for; where that is too much, who did not think of it gets what most mean.
    let (asked, depth) = (depth(&visit.headers)?, depth(&visit.headers)?.unwrap_or(Depth::Infinity));
    let mut xml = Writer::new("multistatus");
    let listed = list(visit, &resource, depth, &wanted, &mut xml);
    match (listed, asked) {
        (Ok(()), _) => {}
        (Err(fault), None) if fault.status == StatusCode::FORBIDDEN => {
            xml = Writer::new("multistatus");
            list(visit, &resource, Depth::One, &wanted, &mut xml)?;
        }
        (Err(fault), _) => return Err(fault),
    }
    Ok(document(StatusCode::MULTI_STATUS, xml))
}

fn list(visit: &Visit, top: &Resource, depth: Depth, wanted: &Wanted, xml: &mut Writer) -> Outcome<()> {
    let answering = Answering::new(visit, wanted, top)?;
    let own = visit.space.xattrs(&visit.access, top.attr.id, dead::PREFIX)?;
    answering.resource(xml, (&top.path, &visit.space), &top.attr, &own);
    if depth == Depth::Zero || !top.is_folder() {
        return Ok(());
    }
    let mut left = RESOURCES;
    visit.spaces().open_all();
    let mut waiting = vec![(top.path.clone(), visit.ground().spot.of(top.attr.id))];
    while let Some((path, folder)) = waiting.pop() {
        let too_many = || Fault::unmet(StatusCode::FORBIDDEN, "propfind-finite-depth", Vec::new());
        let xattrs = answering.xattrs_in(&folder)?;
        let mut folders = Vec::new();
        let (mut full, mut too_long) = (false, false);
        folder.space.list(&folder.access, folder.node, 0, |entry| {
            let Some(name) = shown(entry.name, entry.attr) else { return true };
            if depth == Depth::Infinity {
                full = left == 0;
                left = left.saturating_sub(1);
            }
            too_long = xml.len() > ANSWER_BYTES;
            let path = path.join(name);
            let own = xattrs.get(&entry.attr.id).map_or(&[][..], Vec::as_slice);
            match visit.spaces().shown(&folder, entry.attr) {
                Some((spot, attr)) => {
                    answering.resource(xml, (&path, &spot.space), &attr, own);
                    folders.push((path, spot));
                }
                None => {
                    answering.resource(xml, (&path, &folder.space), entry.attr, own);
                    if entry.attr.kind == Kind::Folder {
                        folders.push((path, folder.of(entry.attr.id)));
                    }
                }
            }
            !full && !too_long
        })?;
        if too_long {
            return Err(StatusCode::INSUFFICIENT_STORAGE.into());
        }
        if full {
            return Err(too_many());
        }
        if depth == Depth::Infinity {
            waiting.append(&mut folders);
        }
    }
    Ok(())
}

/// The name of an entry that is shown: files and folders whose names are text.
pub(crate) fn shown<'a>(name: &'a [u8], attr: &Attr) -> Option<&'a str> {
    matches!(attr.kind, Kind::File | Kind::Folder).then(|| std::str::from_utf8(name).ok()).flatten()
}

/// Writes the part of each resource into an answer.
pub(crate) struct Answering<'a> {
    /// The space of the resource that was asked for.
    top: Arc<Space>,
    wanted: &'a Wanted,
    locks: Locks,
    volume: Option<cartable_fs::Volume>,
    used: Option<(NodeId, u64)>,
    sync_token: Option<String>,
}

impl<'a> Answering<'a> {
    pub(crate) fn new(visit: &Visit, wanted: &'a Wanted, top: &Resource) -> Outcome<Self> {
        let asks = |live: Live| match wanted {
            Wanted::All(names) | Wanted::Some(names) => names.iter().any(|name| Live::of(name) == Some(live)),
            Wanted::Names | Wanted::Few => false,
        };
        let volume = (asks(Live::QuotaAvailable) || asks(Live::QuotaUsed)).then(|| visit.space.volume(&visit.access));
        let sync_token = asks(Live::SyncToken).then(|| super::report::token(visit)).transpose()?;
        // A copy, so that nobody who wants to lock or change waits for a long answer.
        let locks = visit.locks.lock().around(&top.path);
        let volume = volume.transpose()?;
        let used = asks(Live::QuotaUsed).then(|| used(visit, volume, top)).transpose()?;
        Ok(Self { top: Arc::clone(&visit.space), wanted, locks, volume, used, sync_token })
    }

    /// Dead properties of all entries of a folder, where they are asked for.
    pub(crate) fn xattrs_in(&self, folder: &Spot) -> Outcome<HashMap<NodeId, Vec<Xattr>>> {
        let none = match self.wanted {
            Wanted::Few => true,
            Wanted::Some(names) => names.iter().all(|name| Live::of(name).is_some()),
            Wanted::All(_) | Wanted::Names => false,
        };
        if none { Ok(HashMap::new()) } else { Ok(folder.space.xattrs_in(&folder.access, folder.node, dead::PREFIX)?) }
    }

    /// Writes the part of a resource, which lies in that space.
    pub(crate) fn resource(
        &self,
        xml: &mut Writer,
        (path, space): (&UrlPath, &Arc<Space>),
        attr: &Attr,
        xattrs: &[Xattr],
    ) {
        let source = Source {
            space,
            used: self.used.filter(|_| Arc::ptr_eq(space, &self.top)),
            locks: &self.locks,
            volume: self.volume,
            sync_token: self.sync_token.clone(),
        };
        xml.open_dav("response");
        xml.text_dav("href", &path.href(attr.kind == Kind::Folder));
        let dead = || xattrs.iter().filter_map(|(name, value)| from_attribute(name, value));
        match self.wanted {
            Wanted::Names => {
                begin(xml);
                let every = Live::EVERY.into_iter().filter(|live| live.belongs_to(attr.kind));
                every.for_each(|live| xml.empty_dav(live.local()));
                dead().for_each(|element| xml.empty(&element.name));
                end(xml, StatusCode::OK);
            }
            Wanted::Few => {
                begin(xml);
                for live in Live::FEW.into_iter().filter(|live| live.belongs_to(attr.kind)) {
                    // A file is what has no type.
                    if live != Live::ResourceType || attr.kind == Kind::Folder {
                        live.write(xml, &source, path, attr);
                    }
                }
                end(xml, StatusCode::OK);
            }
            Wanted::All(beside) => {
                let dead: Vec<Element> = dead().collect();
                begin(xml);
                for live in Live::ALL.into_iter().filter(|live| live.belongs_to(attr.kind)) {
                    if !dead.iter().any(|element| element.is(DAV, live.local())) {
                        live.write(xml, &source, path, attr);
                    }
                }
                dead.iter().for_each(|element| xml.element(element));
                let known = |name: &Name| {
                    Live::of(name).is_some_and(|live| Live::ALL.contains(&live))
                        || dead.iter().any(|element| element.name == *name)
                };
                let beside: Vec<&Name> = beside.iter().filter(|name| !known(name)).collect();
                let missing = write_named(xml, &source, (path, attr), &dead, &beside);
                end(xml, StatusCode::OK);
                not_found(xml, &missing);
            }
            Wanted::Some(names) => {
                let dead: Vec<Element> = dead().collect();
                let names: Vec<&Name> = names.iter().collect();
                if names.iter().any(|name| has(&source, attr, &dead, name)) || names.is_empty() {
                    begin(xml);
                    let missing = write_named(xml, &source, (path, attr), &dead, &names);
                    end(xml, StatusCode::OK);
                    not_found(xml, &missing);
                } else {
                    not_found(xml, &names);
                }
            }
        }
        xml.close();
    }
}

fn has(source: &Source<'_>, attr: &Attr, dead: &[Element], name: &Name) -> bool {
    dead.iter().any(|element| element.name == *name) || Live::of(name).is_some_and(|live| is_there(live, source, attr))
}

fn is_there(live: Live, source: &Source<'_>, attr: &Attr) -> bool {
    let of_this = live != Live::QuotaUsed || source.used.is_some_and(|(id, _)| id == attr.id);
    live.belongs_to(attr.kind) && of_this
}

/// RFC 4331 section 4: of the share what is used of the disk, so that both together are its size, as file managers show it;
/// of a folder what is in it.
fn used(visit: &Visit, volume: Option<cartable_fs::Volume>, top: &Resource) -> Outcome<(NodeId, u64)> {
    let bytes = if top.attr.id == NodeId::ROOT {
        volume.map_or(0, |volume| volume.bytes.saturating_sub(volume.free_bytes))
    } else {
        visit.space.bytes_below(&visit.access, top.attr.id)?
    };
    Ok((top.attr.id, bytes))
}

/// Writes those of the named properties that there are; returns the others.
fn write_named<'n>(
    xml: &mut Writer,
    source: &Source<'_>,
    (path, attr): (&UrlPath, &Attr),
    dead: &[Element],
    names: &[&'n Name],
) -> Vec<&'n Name> {
    let mut missing = Vec::new();
    for name in names {
        match (dead.iter().find(|element| element.name == **name), Live::of(name)) {
            (Some(element), _) => xml.element(element),
            (None, Some(live)) if is_there(live, source, attr) => live.write(xml, source, path, attr),
            _ => missing.push(*name),
        }
    }
    missing
}

/// Names what there is not, in a part of its own.
pub(crate) fn not_found(xml: &mut Writer, names: &[&Name]) {
    if !names.is_empty() {
        begin(xml);
        names.iter().for_each(|name| xml.empty(name));
        end(xml, StatusCode::NOT_FOUND);
    }
}

/// Begins a part of a response.
pub(crate) fn begin(xml: &mut Writer) {
    xml.open_dav("propstat");
    xml.open_dav("prop");
}

/// Ends a part of a response.
pub(crate) fn end(xml: &mut Writer, status: StatusCode) {
    xml.close();
    xml.text_dav("status", &line(status));
    xml.close();
}

/// The status line of a part of an answer.
pub(crate) fn line(status: StatusCode) -> String {
    format!("HTTP/1.1 {} {}", status.as_str(), status.canonical_reason().unwrap_or_default())
}

/// What a body asks for.
pub(crate) fn wanted(body: &Bytes) -> Outcome<Wanted> {
    if body.is_empty() {
        return Ok(Wanted::All(Vec::new()));
    }
    let root = parse(body)?;
    if !root.is(DAV, "propfind") {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let part = |local| root.child(DAV, local);
    match (part("allprop"), part("propname"), part("prop")) {
        (Some(_), None, None) => Ok(Wanted::All(part("include").map_or(Ok(Vec::new()), names)?)),
        (None, Some(_), None) => Ok(Wanted::Names),
        (None, None, Some(prop)) => Ok(Wanted::Some(names(prop)?)),
        _ => Err(StatusCode::BAD_REQUEST.into()),
    }
}

/// The names of the properties in an element.
pub(crate) fn names(prop: &Element) -> Outcome<Vec<Name>> {
    let mut names: Vec<Name> = Vec::new();
    for element in prop.elements() {
        if !names.contains(&element.name) {
            names.push(element.name.clone());
        }
        if names.len() > NAMES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE.into());
        }
    }
    Ok(names)
}
