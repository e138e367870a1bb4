//! Logins of apps: what came with a request (RFC 7617), and who was let in with the same before.
//!
//! Opening a slot costs about a millisecond, and apps send their password with each request. So what was let in is remembered
//! by a keyed hash of login and password, under a key that lives as long as the process.

use std::collections::HashMap;

use cartable_fs::bag::{AppPassword, Code, Login, Secret, SlotId, erasing};
use data_encoding::BASE64;
use http::{HeaderMap, header};
use parking_lot::Mutex;
use zeroize::{Zeroize, Zeroizing};

use crate::keys::Ticket;

/// The most logins that are remembered.
const REMEMBERED: usize = 1024;
/// The longest header that is read, in bytes.
const HEADER_BYTES: usize = 4096;
/// More than hashing one of them needs of the stack, in bytes.
const HASHING_BYTES: usize = 4096;

/// What an app logs in with.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) login: String,
    password: Zeroizing<String>,
}

impl Credentials {
    /// Those of a request; none where there are none, or they are malformed.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get(header::AUTHORIZATION)?.to_str().ok().filter(|text| text.len() <= HEADER_BYTES)?;
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = Zeroizing::new(BASE64.decode(encoded.trim().as_bytes()).ok()?);
        let (login, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        Some(Self { login: login.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }

    /// The secret that they are, if they can be one: apps have random passwords, never a chosen one.
    pub(crate) fn secret(&self) -> Option<Secret> {
        let (login, password) = (Login::parse(&self.login).ok()?, Code::parse(&self.password).ok()?);
        Some(Secret::App(AppPassword { login, password }))
    }
}

/// Who was let in.
pub(crate) struct Logins {
    key: Zeroizing<[u8; 32]>,
    known: Mutex<HashMap<[u8; 32], Ticket>>,
}

impl Logins {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice())?;
        Ok(Self { key, known: Mutex::default() })
    }

    pub(crate) fn find(&self, credentials: &Credentials) -> Option<Ticket> {
        self.known.lock().get(&self.hash(credentials)).copied()
    }

    pub(crate) fn remember(&self, credentials: &Credentials, ticket: Ticket) {
        let mut known = self.known.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(self.hash(credentials), ticket);
    }

    pub(crate) fn forget(&self, credentials: &Credentials) {
        self.known.lock().remove(&self.hash(credentials));
    }

    /// Forgets who came in by a slot.
    pub(crate) fn forget_slot(&self, slot: &SlotId) {
        self.known.lock().retain(|_, ticket| ticket.admitted.slot != *slot);
    }

    fn hash(&self, credentials: &Credentials) -> [u8; 32] {
        erasing::<HASHING_BYTES, _>(|| {
            let mut hasher = blake3::Hasher::new_keyed(&self.key);
            hasher.update(&(credentials.login.len() as u64).to_le_bytes());
            hasher.update(credentials.login.as_bytes());
            hasher.update(credentials.password.as_bytes());
            let hash = *hasher.finalize().as_bytes();
            hasher.zeroize();
            hash
        })
    }
}
