//! Who comes in, and what is done for them: apps with their password at each request, people with a session.

mod app;
mod assets;
mod people;
mod work;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use cartable_fs::bag::SlotId;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::agenda::{self, Agenda};
use crate::browser::moved_to;
use crate::guard::Guard;
use crate::keys::Keys;
use crate::log::Log;
use crate::login::{Credentials, Logins};
use crate::method::done;
use crate::page::Lang;
use crate::path::UrlPath;
use crate::server::body::Body;
use crate::server::{Incoming, Peer, Service};
use crate::session::{Sessions, cookie, cookie_of};

/// Where the door's own pages are. A file of the share with the name of one can't be read here by GET.
const OWN: &str = "/.cartable/";
/// Transfers at once; the server has 512 threads that may wait.
const TRANSFERS: usize = 384;
/// The login page.
const LOGIN: &str = "/.cartable/login";

/// The login that a request came in by.
#[derive(Clone)]
struct LetIn(String);

/// The door.
pub(crate) struct Door {
    keys: Arc<Keys>,
    logins: Logins,
    sessions: Sessions,
    guard: Guard,
    log: Option<Log>,
    agenda: Option<Arc<dyn Agenda>>,
    /// What each slot logged in with, to end its connections.
    of_slot: Mutex<HashMap<SlotId, String>>,
    /// Held by who checks a passphrase: it takes 128 MiB of memory and half a second.
    stretching: Semaphore,
    /// Held by each transfer that may have to wait for its client on a thread of its own: others need threads, too.
    transfers: Arc<Semaphore>,
}

impl Door {
    pub(crate) fn new(
        keys: Arc<Keys>,
        log: Option<Log>,
        agenda: Option<Arc<dyn Agenda>>,
    ) -> Result<Self, getrandom::Error> {
        Ok(Self {
            keys,
            logins: Logins::new()?,
            sessions: Sessions::default(),
            guard: Guard::new(),
            log,
            agenda,
            of_slot: Mutex::default(),
            stretching: Semaphore::new(1),
            transfers: Arc::new(Semaphore::new(TRANSFERS)),
        })
    }

    /// Closes a locked bag that nobody used for a while; returns whether it did.
    pub(crate) fn close_idle(&self) -> bool {
        self.keys.close_idle()
    }

    /// Forgets who came in by a slot; returns what it logged in with.
    pub(crate) fn end_slot(&self, slot: &SlotId) -> Option<String> {
        self.logins.forget_slot(slot);
        self.sessions.end_slot(slot);
        self.of_slot.lock().remove(slot)
    }

    async fn answer(self: &Arc<Self>, parts: Parts, body: Incoming, peer: &Peer) -> Response<Body> {
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let own = parts.uri.path().strip_prefix(OWN).map(str::to_owned);
        if let Some(own) = own {
            match (own.as_str(), &parts.method) {
                ("login", _) if reads => return self.login_page(&parts, peer, people::Why::Asked),
                ("login", &Method::POST) => return self.log_in(&parts, body, peer).await,
                ("logout", &Method::POST) => return self.log_out(&parts, body, peer).await,
                (asset, _) if reads => {
                    if let Some(response) = assets::answer(asset, &parts) {
                        return response;
                    }
                }
                _ => {}
            }
        }
        let finds = reads || matches!(parts.method.as_str(), "OPTIONS" | "PROPFIND");
        if let Some(target) = agenda::moved(parts.uri.path()).filter(|_| finds && self.agenda.is_some()) {
            return moved(target);
        }
        if let Some(credentials) = Credentials::of(&parts.headers) {
            return self.app(credentials, parts, body, peer).await;
        }
        let for_pages = reads || parts.method == Method::POST;
        if for_pages {
            let session = cookie_of(&parts.headers, cookie(peer.tls)).and_then(|cookie| self.sessions.find(cookie));
            if let Some(session) = session {
                return self.person(session, parts, body, peer).await;
            }
        }
        if for_pages && is_browser(&parts) {
            // Never a prompt of the browser's own: it would remember the password on a computer that others use.
            return moved_to(&login_href(&parts)).unwrap_or_else(|fault| fault.response());
        }
        unauthorised()
    }
}

impl Service for Door {
    fn call(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let (method, began) = (parts.method.clone(), Instant::now());
            let mut response = self.answer(parts, body, &peer).await;
            // What was not let in may be a password in the wrong field.
            let login = response.extensions_mut().remove::<LetIn>().map(|LetIn(login)| login);
            if let Some(log) = &self.log {
                log.note(peer.address, login.as_deref(), &method, response.status(), began.elapsed());
            }
            response
        })
    }
}

/// Whether a browser asks: it wants HTML, and says so first, or sends a form; for a picture in a page, or a script, it says what
/// for (Fetch Metadata).
fn is_browser(parts: &Parts) -> bool {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text(header::CONTENT_TYPE);
    let sends_form = kind.starts_with("multipart/form-data") || kind.starts_with("application/x-www-form-urlencoded");
    sends_form || text(header::ACCEPT).contains("text/html") || parts.headers.contains_key("sec-fetch-mode")
}

fn lang(parts: &Parts) -> Lang {
    Lang::from_accept(parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|wanted| wanted.to_str().ok()))
}

/// The login page, from which one comes back to where one wanted to go.
fn login_href(parts: &Parts) -> String {
    let after = UrlPath::parse(parts.uri.path()).map_or_else(|_| "/".into(), |path| path.href(path.has_slash()));
    let after = percent_encoding::utf8_percent_encode(&after, percent_encoding::NON_ALPHANUMERIC);
    format!("{LOGIN}?after={after}")
}

/// Look there; that it is there may change.
fn moved(target: &'static str) -> Response<Body> {
    let mut response = done(StatusCode::MOVED_PERMANENTLY);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(target));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn unauthorised() -> Response<Body> {
    let mut response = done(StatusCode::UNAUTHORIZED);
    let asked = HeaderValue::from_static("Basic realm=\"Cartable\", charset=\"UTF-8\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, asked);
    response
}

/// Come back later.
fn later(status: StatusCode, seconds: u64) -> Response<Body> {
    let mut response = done(status);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}
