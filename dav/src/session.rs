//! Sessions of browsers: a cookie that scripts can't read and other sites can't send, and a token that every form carries.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use cartable_fs::bag::{Admitted, SlotId};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, header};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

/// How long a session lives without a request on a computer that others use.
pub(crate) const IDLE_SHARED: Duration = Duration::from_secs(15 * 60);
/// How long one lives on the person's own computer.
pub(crate) const IDLE_OWN: Duration = Duration::from_secs(12 * 3600);
/// The most sessions.
const SESSIONS: usize = 256;

/// The cookie's name; over TLS with the prefix that keeps other hosts and plain HTTP from setting it (RFC 6265bis).
pub(crate) fn cookie(tls: bool) -> &'static str {
    if tls { "__Host-cartable" } else { "cartable" }
}

/// Somebody who logged in with a browser.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) admitted: Admitted,
    /// What forms carry.
    pub(crate) csrf: String,
    pub(crate) idle: Duration,
    used: Instant,
}

/// All sessions, by the cookie's value.
#[derive(Default)]
pub(crate) struct Sessions {
    by_cookie: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    /// Begins a session; returns the cookie's value.
    pub(crate) fn begin(&self, admitted: Admitted, idle: Duration) -> Result<String, getrandom::Error> {
        let (cookie, csrf) = (random()?, random()?);
        let mut sessions = self.by_cookie.lock();
        sessions.retain(|_, session| session.used.elapsed() < session.idle);
        if sessions.len() >= SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.used).map(|(cookie, _)| cookie.clone());
            oldest.and_then(|oldest| sessions.remove(&oldest));
        }
        sessions.insert(cookie.clone(), Session { admitted, csrf, idle, used: Instant::now() });
        Ok(cookie)
    }

    /// The session of a request, which lives longer by it.
    pub(crate) fn find(&self, cookie: &str) -> Option<Session> {
        let mut sessions = self.by_cookie.lock();
        let session = sessions.get_mut(cookie)?;
        if session.used.elapsed() >= session.idle {
            sessions.remove(cookie);
            return None;
        }
        session.used = Instant::now();
        Some(session.clone())
    }

    pub(crate) fn end(&self, cookie: &str) {
        self.by_cookie.lock().remove(cookie);
    }

    /// Ends all sessions of a slot.
    pub(crate) fn end_slot(&self, slot: &SlotId) {
        self.by_cookie.lock().retain(|_, session| session.admitted.slot != *slot);
    }
}

/// The value of a cookie of a request.
pub(crate) fn cookie_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get_all(header::COOKIE).iter().find_map(|line| {
        line.to_str().ok()?.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
    })
}

/// Whether two tokens are the same, in a time that tells nothing.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// 256 bits that nobody can guess.
pub(crate) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}
