//! One request of somebody who was let in: who asks, what for, and on what conditions.

use std::sync::Arc;
use std::time::SystemTime;

use cartable_fs::{Attr, FsError, NodeId, Notice, Original, Space, Spaces, Time};
use cartable_share::{Access, Change};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Version, header};
use parking_lot::{Mutex, MutexGuard};

use crate::condition::{self, Probe, State, Verdict};
use crate::fault::{Fault, Outcome};
use crate::lock::Locks;
use crate::path::UrlPath;
use crate::resource::{Ground, Located, Place, Resource, composed, locate};

/// A request and what it needs to be done.
#[derive(Clone)]
pub(crate) struct Visit {
    /// All that the visitor may see.
    spaces: Arc<Spaces>,
    /// Where in it the path lies.
    ground: Ground,
    pub(crate) space: Arc<Space>,
    pub(crate) access: Access,
    pub(crate) locks: Arc<Mutex<Locks>>,
    /// What the visitor logged in with.
    pub(crate) login: String,
    pub(crate) method: Method,
    pub(crate) path: UrlPath,
    pub(crate) headers: HeaderMap,
    /// Host and port that the client believes to speak to.
    pub(crate) authority: Option<String>,
}

/// Clients that need an answer of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// macOS: names are decomposed on its side, and must not come to be stored so.
    Mac,
    /// Windows: its redirector takes at most 1 MB of properties of a folder.
    Windows,
    Other,
}

/// A request to change something, which nobody else changes meanwhile.
pub(crate) struct Held<'a> {
    pub(crate) locks: MutexGuard<'a, Locks>,
    pub(crate) change: Change,
}

impl Visit {
    pub(crate) fn new(spaces: Arc<Spaces>, locks: Arc<Mutex<Locks>>, login: String, parts: Parts) -> Outcome<Self> {
        let authority = authority(&parts)?;
        // `OPTIONS *` asks about the server as a whole.
        let whole = parts.method == Method::OPTIONS && parts.uri.path() == "*";
        let path = if whole { Ok(UrlPath::root()) } else { UrlPath::parse(parts.uri.path()) };
        let path = path.map_err(|_| StatusCode::BAD_REQUEST)?;
        if parts.uri.query().is_some_and(|query| is_foreign(&parts.method, query)) {
            // A client that forgot to encode a `?` means another resource than the part before it.
            return Err(StatusCode::BAD_REQUEST.into());
        }
        let path = if manner(&parts.headers) == Manner::Mac { composed_path(&path) } else { path };
        let ground = Ground::of(&spaces, &path)?;
        Ok(Self {
            space: Arc::clone(&ground.spot.space),
            access: ground.spot.access,
            ground,
            spaces,
            locks,
            login,
            method: parts.method,
            path,
            headers: parts.headers,
            authority,
        })
    }

    /// The same request, in the space that another path lies in.
    pub(crate) fn toward(&self, path: &UrlPath) -> Outcome<Self> {
        let ground = Ground::of(&self.spaces, path)?;
        Ok(Self {
            space: Arc::clone(&ground.spot.space),
            access: ground.spot.access,
            ground,
            path: path.clone(),
            ..self.clone()
        })
    }

    pub(crate) fn spaces(&self) -> &Spaces {
        &self.spaces
    }

    /// Where the path's space begins.
    pub(crate) fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The path's space, for what is copied out of it.
    pub(crate) fn original(&self) -> Original<'_> {
        Original { space: &self.space, access: &self.access }
    }

    pub(crate) fn manner(&self) -> Manner {
        manner(&self.headers)
    }

    /// What the request is about.
    pub(crate) fn target(&self) -> Outcome<Located> {
        Ok(locate(&self.ground, &self.path)?)
    }

    /// The resource that the request is about.
    pub(crate) fn resource(&self) -> Outcome<Resource> {
        match self.target()? {
            Located::There(resource) => Ok(resource),
            _ => Err(StatusCode::NOT_FOUND.into()),
        }
    }

    /// Where a `Destination` leads: the request as it is there, and a resource, or a free name.
    pub(crate) fn destination(&self) -> Outcome<(Self, Located)> {
        use crate::header::DestinationError as Bad;
        let path = match crate::header::destination(&self.headers, self.authority.as_deref()) {
            Ok(path) if self.manner() == Manner::Mac => composed_path(&path),
            Ok(path) => path,
            Err(Bad::Elsewhere) => return Err(StatusCode::BAD_GATEWAY.into()),
            Err(Bad::Missing | Bad::Malformed) => return Err(StatusCode::BAD_REQUEST.into()),
        };
        let there = self.toward(&path)?;
        match there.target()? {
            Located::Nowhere => Err(StatusCode::CONFLICT.into()),
            Located::Hidden => Err(StatusCode::FORBIDDEN.into()),
            found => Ok((there, found)),
        }
    }

    pub(crate) fn change(&self) -> Outcome<Change> {
        Ok(self.access.change()?)
    }

    /// Asks the conditions of a read about what is there (RFC 9110 section 13). Returns false where it would only repeat what the
    /// client has. Tokens count for nothing: clients that hold a lock show its token everywhere, also where they only read
    /// what it does not cover.
    pub(crate) fn may_read(&self, there: &Attr) -> Outcome<bool> {
        self.compare(Some(there))
    }

    /// Asks all conditions of a change about what is there (RFC 9110 section 13, RFC 4918 section 10.4). While the caller holds
    /// the locks nobody else changes anything through the share.
    pub(crate) fn may_change(&self, held: &Held<'_>, there: Option<&Attr>) -> Outcome<()> {
        self.compare(there)?;
        let Some(wanted) = condition::parse_if(&self.headers, self.authority.as_deref())? else { return Ok(()) };
        let mut failed = None;
        let holds = wanted.holds(&self.path, &mut |path| {
            self.probe(held, path).unwrap_or_else(|fault| {
                failed = Some(fault);
                Probe::default()
            })
        });
        match failed {
            Some(fault) => Err(fault),
            None if holds => Ok(()),
            None => Err(StatusCode::PRECONDITION_FAILED.into()),
        }
    }

    fn compare(&self, there: Option<&Attr>) -> Outcome<bool> {
        let etag = there.map(|attr| self.space.entity_tag(attr));
        let state = State {
            exists: there.is_some(),
            etag: etag.as_deref(),
            modified: there.map(|attr| SystemTime::from(attr.modified)),
        };
        let reads = matches!(self.method, Method::GET | Method::HEAD);
        match condition::http(&self.headers, reads, &state) {
            Verdict::Go => Ok(true),
            Verdict::NotModified => Ok(false),
            Verdict::Failed => Err(StatusCode::PRECONDITION_FAILED.into()),
        }
    }

    fn probe(&self, held: &Held<'_>, path: &UrlPath) -> Outcome<Probe> {
        let ground = Ground::of(&self.spaces, path)?;
        let (spelled, etag) = match locate(&ground, path)? {
            Located::There(found) => (found.path, Some(ground.spot.space.entity_tag(&found.attr))),
            Located::Free(place) => (place.path, None),
            _ => (path.clone(), None),
        };
        let tokens = held.locks.covering(&spelled, now()).map(|lock| lock.token.clone()).collect();
        Ok(Probe { etag, tokens })
    }

    /// Holds the table of locks, so that none is taken while something changes.
    pub(crate) fn hold(&self) -> Outcome<Held<'_>> {
        Ok(Held { change: self.change()?, locks: self.locks.lock() })
    }

    /// Tokens that the request shows, of locks that its login took.
    fn shown(&self, locks: &Locks) -> Outcome<Vec<String>> {
        let Some(shown) = condition::parse_if(&self.headers, self.authority.as_deref())? else { return Ok(Vec::new()) };
        let own = |token: &&str| locks.get(token, now()).is_some_and(|lock| lock.login == self.login);
        Ok(shown.tokens().filter(own).map(str::to_owned).collect())
    }

    /// Refuses to change what is locked by a token that the request does not show: the resource at `path` itself, the
    /// folder it lies in when its name comes or goes, and what lies below it when all of it goes.
    pub(crate) fn refuse_locked(&self, held: &Held<'_>, path: &UrlPath, what: Touched) -> Outcome<()> {
        let (locks, now) = (&*held.locks, now());
        let shown = self.shown(locks)?;
        // Of several shared locks one token is enough.
        let closed = |path: &UrlPath| {
            let mut tokens = locks.covering(path, now).map(|lock| &lock.token).peekable();
            tokens.peek().is_some() && !tokens.any(|token| shown.contains(token))
        };
        let mut closed_at: Vec<UrlPath> = Vec::new();
        if closed(path) {
            closed_at.push(path.clone());
        }
        if let Some(parent) = path.parent().filter(|_| what != Touched::Content)
            && closed(&parent)
        {
            closed_at.push(parent);
        }
        if what == Touched::Tree {
            closed_at.extend(locks.below(path, now).map(|lock| lock.path.clone()).filter(closed));
        }
        if closed_at.is_empty() {
            return Ok(());
        }
        let hrefs = closed_at.iter().map(|path| path.href(path.has_slash())).collect();
        Err(Fault::unmet(StatusCode::LOCKED, "lock-token-submitted", hrefs))
    }

    /// Tells other doors what changed, and makes it durable: only then may the client be told.
    pub(crate) fn settle(&self, notices: &[Notice], node: NodeId) -> Outcome<()> {
        self.space.notify(notices);
        match self.space.sync(&self.access, node) {
            // It went meanwhile; that it did is durable with the next batch, and nobody waits for the rest.
            Err(FsError::NotFound) => Ok(self.space.sync_all(&self.access)?),
            other => Ok(other?),
        }
    }
}

fn manner(headers: &HeaderMap) -> Manner {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    if agent.starts_with("WebDAVFS/") || agent.starts_with("WebDAVLib/") {
        Manner::Mac
    } else if agent.starts_with("Microsoft-WebDAV-MiniRedir/") {
        Manner::Windows
    } else {
        Manner::Other
    }
}

/// Whether a query has no place in a request: in one that changes something, but for the upload links of the `webdav` library
/// of npm.
fn is_foreign(method: &Method, query: &str) -> bool {
    match method.as_str() {
        "GET" | "HEAD" | "OPTIONS" | "PROPFIND" | "REPORT" | "POST" => false,
        "PUT" => !query.starts_with("Content-Type="),
        _ => true,
    }
}

/// What the client calls this server: exactly one name, a good one (RFC 9112 section 3.2).
pub(crate) fn authority(parts: &Parts) -> Outcome<Option<String>> {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let host = hosts.next().map(|host| host.to_str().map_err(|_| StatusCode::BAD_REQUEST)).transpose()?;
    let missing = host.is_none() && parts.uri.authority().is_none() && parts.version == Version::HTTP_11;
    let bad = host.is_some_and(|host| host.contains('@') || Authority::try_from(host).is_err());
    if missing || bad || hosts.next().is_some() {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    // In a target that names the server the header counts for nothing.
    Ok(parts.uri.authority().map(Authority::as_str).or(host).map(str::to_owned))
}

/// What a request changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Contents or properties.
    Content,
    /// That the name is there.
    Name,
    /// The name, and all that lies below it.
    Tree,
}

/// Notices for the caches: a name leads elsewhere. What it led to may have other names, and shows how many.
pub(crate) fn moved(place: &Place, before: Option<NodeId>) -> Vec<Notice> {
    let entry = Notice::Entry { folder: place.folder, name: place.name.clone().into_bytes() };
    [entry, Notice::Names(place.folder)].into_iter().chain(before.map(Notice::Attributes)).collect()
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    Time::now().seconds
}

fn composed_path(path: &UrlPath) -> UrlPath {
    UrlPath::from_names(path.names().iter().map(|name| composed(name)).collect(), path.has_slash())
}
