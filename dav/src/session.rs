//! Sessions of browsers: a cookie that scripts can't read and other sites can't send, and a token that every form carries.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use cartable_fs::bag::SlotId;
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, header};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

use crate::keys::Ticket;

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
    pub(crate) ticket: Ticket,
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
    pub(crate) fn begin(&self, ticket: Ticket, idle: Duration) -> Result<String, getrandom::Error> {
        let (cookie, csrf) = (random()?, random()?);
        let mut sessions = self.by_cookie.lock();
        sessions.retain(|_, session| session.used.elapsed() < session.idle);
        if sessions.len() >= SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.used).map(|(cookie, _)| cookie.clone());
            oldest.and_then(|oldest| sessions.remove(&oldest));
        }
        sessions.insert(cookie.clone(), Session { ticket, csrf, idle, used: Instant::now() });
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
        self.by_cookie.lock().retain(|_, session| session.ticket.admitted.slot != *slot);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::keys::tests::ticket;

    impl Sessions {
        /// Lets time pass for one of them.
        fn wait(&self, cookie: &str, time: Duration) {
            let mut sessions = self.by_cookie.lock();
            let session = sessions.get_mut(cookie).unwrap();
            session.used = session.used.checked_sub(time).unwrap();
        }
    }

    #[test]
    fn a_session_ends_after_fifteen_idle_minutes_and_not_before() {
        let (sessions, minute) = (Sessions::default(), Duration::from_secs(60));
        let cookie = sessions.begin(ticket(), IDLE_SHARED).unwrap();
        for _ in 0..4 {
            sessions.wait(&cookie, 14 * minute);
            // Which begins the time anew.
            assert!(sessions.find(&cookie).is_some());
        }
        sessions.wait(&cookie, 15 * minute);
        assert!(sessions.find(&cookie).is_none());
        assert!(sessions.by_cookie.lock().is_empty(), "nothing is kept of it");
        let own = sessions.begin(ticket(), IDLE_OWN).unwrap();
        sessions.wait(&own, 11 * 60 * minute);
        assert!(sessions.find(&own).is_some());
        sessions.wait(&own, 12 * 60 * minute);
        assert!(sessions.find(&own).is_none());
    }

    #[test]
    fn sessions_are_bounded_and_end_with_their_slot() {
        let (sessions, ticket) = (Sessions::default(), ticket());
        let first = sessions.begin(ticket, IDLE_SHARED).unwrap();
        let second = sessions.begin(ticket, IDLE_SHARED).unwrap();
        sessions.wait(&first, Duration::from_secs(60));
        for _ in 0..SESSIONS - 1 {
            sessions.begin(ticket, IDLE_SHARED).unwrap();
        }
        assert_eq!(sessions.by_cookie.lock().len(), SESSIONS);
        assert!(sessions.find(&first).is_none() && sessions.find(&second).is_some(), "the idlest makes room");
        let another = sessions.begin(self::ticket(), IDLE_SHARED).unwrap();
        sessions.end_slot(&ticket.admitted.slot);
        assert!(sessions.find(&second).is_none() && sessions.find(&another).is_some());
        sessions.end(&another);
        assert!(sessions.find(&another).is_none());
    }

    #[test]
    fn a_cookie_is_found_among_others_and_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; __Host-cartable-login=2;b=x=y".parse().unwrap());
        headers.append(header::COOKIE, "__Host-cartable=3".parse().unwrap());
        assert_eq!(cookie_of(&headers, "__Host-cartable"), Some("3"));
        assert_eq!(cookie_of(&headers, "__Host-cartable-login"), Some("2"));
        assert_eq!(cookie_of(&headers, "b"), Some("x=y"));
        assert_eq!(cookie_of(&headers, "cartable"), None);
        let (one, other) = (random().unwrap(), random().unwrap());
        assert!(one.len() == 43 && one != other && same(&one, &one) && !same(&one, &other) && !same(&one, ""));
    }
}
