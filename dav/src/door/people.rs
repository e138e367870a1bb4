//! People with a browser: they log in once with their passphrase, on a page, and log out.

use std::sync::Arc;
use std::time::Instant;

use cartable_fs::bag::{BagError, KeyError, Passphrase, Secret};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use zeroize::Zeroizing;

use super::work::{self, Came, Rest};
use super::{Door, LOGIN, lang};
use crate::browser::{Reader, act, html, moved_to, upload};
use crate::fault::{Fault, Outcome};
use crate::guard::Pause;
use crate::keys::Guest;
use crate::method::done;
use crate::page::{self, Change, LoginForm};
use crate::server::body::Body;
use crate::server::{Incoming, Peer};
use crate::session::{self, IDLE_OWN, IDLE_SHARED, Session, cookie, cookie_of, same};
use crate::visit::Visit;

/// The longest form but an upload, in bytes.
const FORM_BYTES: usize = 16 * 1024;
/// What a wrong passphrase is counted under, and the locks of people: no app can send such a login.
const PERSON: &str = "\0passphrase";

/// Why the login page is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Why {
    Asked,
    Wrong,
    /// Too many tries: again after so many seconds.
    Wait(u64),
}

impl Door {
    /// The login page. Its token is a cookie too: another site can send the form, but not know the cookie.
    pub(super) fn login_page(&self, parts: &Parts, peer: &Peer, why: Why) -> Response<Body> {
        let query = parts.uri.query().unwrap_or_default();
        let after = query.split('&').find_map(|field| field.strip_prefix("after="));
        let after = after.and_then(|after| percent_encoding::percent_decode_str(after).decode_utf8().ok());
        self.login_page_to(&after.unwrap_or_default(), parts, peer, why)
    }

    fn login_page_to(&self, after: &str, parts: &Parts, peer: &Peer, why: Why) -> Response<Body> {
        let name = login_cookie(peer.tls);
        let known = cookie_of(&parts.headers, name).filter(|token| is_token(token)).map(str::to_owned);
        let Ok(csrf) = known.map_or_else(session::random, Ok) else {
            return done(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let (failed, waiting, status) = match why {
            Why::Asked => (false, None, StatusCode::OK),
            Why::Wrong => (true, None, StatusCode::FORBIDDEN),
            Why::Wait(seconds) => (true, Some(seconds), StatusCode::TOO_MANY_REQUESTS),
        };
        let lang = lang(parts);
        let mut response = html(status, lang, page::login(lang, after, &csrf, failed, waiting));
        set_cookie(&mut response, &format!("{name}={csrf}; {}", attributes(peer.tls)));
        response
    }

    /// Lets a person in.
    pub(super) async fn log_in(self: &Arc<Self>, parts: &Parts, body: Incoming, peer: &Peer) -> Response<Body> {
        let bytes = match body.collect(FORM_BYTES).await {
            Ok(bytes) => bytes,
            Err(error) => return work::not_received(error),
        };
        let Ok(form) = LoginForm::parse(&bytes) else { return done(StatusCode::BAD_REQUEST) };
        let token = cookie_of(&parts.headers, login_cookie(peer.tls));
        if is_foreign(parts) || !token.is_some_and(|token| is_token(token) && same(token, &form.csrf)) {
            return self.login_page_to(&form.after, parts, peer, Why::Asked);
        }
        match self.guard.before(peer.address, PERSON, Instant::now()) {
            Pause::Wait(wait) => tokio::time::sleep(wait).await,
            Pause::Refuse(wait) => return self.login_page_to(&form.after, parts, peer, Why::Wait(wait.as_secs())),
        }
        let Ok(alone) = self.stretching.acquire().await else { return done(StatusCode::SERVICE_UNAVAILABLE) };
        let keys = Arc::clone(&self.keys);
        let typed = Zeroizing::new(form.passphrase.as_bytes().to_vec());
        let entered = tokio::task::spawn_blocking(move || {
            let (guest, ticket) = keys.enter(&Secret::Passphrase(Passphrase::new(typed)?))?;
            drop(guest);
            Ok::<_, BagError>(ticket)
        });
        let entered = entered.await;
        drop(alone);
        let Ok(entered) = entered else { return done(StatusCode::INTERNAL_SERVER_ERROR) };
        match entered {
            Ok(ticket) => {
                self.guard.passed(peer.address, PERSON, Instant::now());
                // A session that this browser had ends with it.
                cookie_of(&parts.headers, cookie(peer.tls)).inspect(|value| self.sessions.end(value));
                let idle = if form.shared { IDLE_SHARED } else { IDLE_OWN };
                let Ok(value) = self.sessions.begin(ticket, idle) else {
                    return done(StatusCode::INTERNAL_SERVER_ERROR);
                };
                let life = if form.shared { String::new() } else { format!("; Max-Age={}", IDLE_OWN.as_secs()) };
                let mut response = moved_to(&form.after).unwrap_or_else(|fault| fault.response());
                set_cookie(&mut response, &format!("{}={value}; {}{life}", cookie(peer.tls), attributes(peer.tls)));
                response
            }
            Err(BagError::Key(KeyError::WrongSecret | KeyError::BadSecret(_))) => {
                self.guard.failed(peer.address, PERSON, Instant::now());
                self.login_page_to(&form.after, parts, peer, Why::Wrong)
            }
            Err(error) => {
                self.guard.passed(peer.address, PERSON, Instant::now());
                problem(parts, &Fault::from(error))
            }
        }
    }

    /// Ends a session.
    pub(super) async fn log_out(self: &Arc<Self>, parts: &Parts, body: Incoming, peer: &Peer) -> Response<Body> {
        let bytes = match body.collect(FORM_BYTES).await {
            Ok(bytes) => bytes,
            Err(error) => return work::not_received(error),
        };
        let known = cookie_of(&parts.headers, cookie(peer.tls));
        let csrf = page::session(&bytes).unwrap_or_default();
        if is_foreign(parts) {
            return done(StatusCode::FORBIDDEN);
        }
        if let Some((value, session)) = known.and_then(|value| Some((value, self.sessions.find(value)?))) {
            // A page from before the last login has another token: who reads it is asked again, and told how it stands.
            if !same(&csrf, &session.csrf) {
                return moved_to("/").unwrap_or_else(|fault| fault.response());
            }
            self.sessions.end(value);
        }
        let mut response = moved_to(LOGIN).unwrap_or_else(|fault| fault.response());
        set_cookie(&mut response, &format!("{}=; {}; Max-Age=0", cookie(peer.tls), attributes(peer.tls)));
        // What the browser kept of the bag goes, too.
        response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
        response
    }

    /// Answers somebody who is logged in.
    pub(super) async fn person(
        self: &Arc<Self>,
        session: Session,
        parts: Parts,
        body: Incoming,
        peer: &Peer,
    ) -> Response<Body> {
        let asked = parts.clone();
        let answered = if parts.method == Method::POST {
            self.form(&session, parts, body, peer).await
        } else {
            let reader =
                Reader { lang: lang(&parts), csrf: Some(session.csrf.clone()), idle_seconds: session.idle.as_secs() };
            let query = parts.uri.query().map(str::to_owned);
            let act = move |visit: &Visit| work::read(visit, query.as_deref(), &reader);
            work::run(self.back(&session), PERSON.to_owned(), parts, peer.address, &self.transfers, act)
        };
        match answered {
            // The bag was closed, or the passphrase changed.
            Err(fault) if fault.status == StatusCode::UNAUTHORIZED => {
                self.login_page_to(asked.uri.path(), &asked, peer, Why::Asked)
            }
            answered => answered.unwrap_or_else(|fault| problem(&asked, &fault)),
        }
    }

    /// Lets somebody in who is logged in; may wait.
    fn back(&self, session: &Session) -> impl FnOnce() -> Outcome<Guest> + Send + 'static {
        let (keys, ticket) = (Arc::clone(&self.keys), session.ticket);
        move || keys.enter_again(&ticket)?.ok_or_else(|| StatusCode::UNAUTHORIZED.into())
    }

    async fn form(
        self: &Arc<Self>,
        session: &Session,
        parts: Parts,
        body: Incoming,
        peer: &Peer,
    ) -> Outcome<Response<Body>> {
        if is_foreign(&parts) {
            return Err(StatusCode::FORBIDDEN.into());
        }
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let csrf = session.csrf.clone();
        if kind.starts_with("multipart/form-data") {
            let kind = kind.to_owned();
            let act = move |visit: &Visit| Ok((upload::answer(visit, &csrf, &kind, body)?, None::<Rest>));
            let transfers = Arc::clone(&self.transfers);
            return work::run_receiving(self.back(session), PERSON.to_owned(), parts, peer.address, transfers, act)
                .await;
        }
        let came = work::receive(&Method::POST, body).await;
        let Ok(Came::Document(bytes)) = came else { return Err(StatusCode::BAD_REQUEST.into()) };
        let change = Change::parse(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
        if !same(&change.csrf, &csrf) {
            return Err(StatusCode::FORBIDDEN.into());
        }
        let act = move |visit: &Visit| Ok((act::answer(visit, &change.act)?, None::<Rest>));
        work::run(self.back(session), PERSON.to_owned(), parts, peer.address, &self.transfers, act)
    }
}

/// Whether another site sent the request (Fetch Metadata; browsers that don't say are held off by the cookies).
fn is_foreign(parts: &Parts) -> bool {
    let site = parts.headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

fn problem(parts: &Parts, fault: &Fault) -> Response<Body> {
    let lang = lang(parts);
    html(fault.status, lang, page::problem(lang, fault.status.as_u16()))
}

fn login_cookie(tls: bool) -> &'static str {
    if tls { "__Host-cartable-login" } else { "cartable-login" }
}

/// Whether a cookie can be one of ours.
fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn attributes(tls: bool) -> &'static str {
    if tls { "Path=/; HttpOnly; SameSite=Strict; Secure" } else { "Path=/; HttpOnly; SameSite=Strict" }
}

fn set_cookie(response: &mut Response<Body>, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
