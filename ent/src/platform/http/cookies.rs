//! Cookies of one run (RFC 6265), each for exactly the host that set it: no platform of ours shares them among hosts.

use std::collections::BTreeMap;

use http::{HeaderMap, header};
use reqwest::Url;

/// Cookies by origin and name. Path and time of expiry don't matter within a run, but an emptied cookie is gone.
#[derive(Default)]
pub(super) struct Cookies(BTreeMap<(String, String), String>);

impl Cookies {
    /// Sets one; an empty value takes it away.
    pub(super) fn set(&mut self, url: &Url, name: &str, value: &str) {
        let key = (url.origin().ascii_serialization(), name.to_owned());
        if value.is_empty() {
            self.0.remove(&key);
        } else if self.0.len() < MAX_COOKIES && name.len() + value.len() <= MAX_COOKIE_BYTES {
            self.0.insert(key, value.to_owned());
        }
    }

    /// Takes those that an answer sets.
    pub(super) fn take(&mut self, url: &Url, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let Ok(cookie) = cookie.to_str() else { continue };
            let mut parts = cookie.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let gone = parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
            self.set(url, name.trim(), if gone { "" } else { value.trim() });
        }
    }

    /// The header to send to an address.
    pub(super) fn header(&self, url: &Url) -> Option<String> {
        let origin = url.origin().ascii_serialization();
        let mine = self.0.iter().filter(|((of, _), _)| *of == origin);
        let pairs: Vec<String> = mine.map(|((_, name), value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

const MAX_COOKIES: usize = 64;
const MAX_COOKIE_BYTES: usize = 8192;
