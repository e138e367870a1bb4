//! A session: its keys, its count of requests, and the identities that it gave to things. Another session gives others.

use std::collections::HashMap;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::crypt::{self, Block};

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    /// Its number.
    pub number: u64,
    /// The space it was opened in.
    pub space: Space,
    /// Key.
    pub key: Block,
    /// Vector.
    pub iv: Block,
    /// The number that the next request must have: odd ones are requests, even ones are answers.
    pub count: u64,
    /// A login that was begun.
    pub pending: Option<Pending>,
    /// Login of who it is, once that is proved.
    pub login: Option<String>,
    /// Whether a second proof is awaited.
    pub proof_awaited: bool,
    /// Files that may be fetched, by identity, and by what else is asked of it.
    pub files: HashMap<(String, String), Bytes>,
    /// Documents that were made, by a part of their address.
    pub documents: HashMap<String, Bytes>,
    salt: [u8; 16],
    ids: HashMap<String, String>,
}

/// A login that was begun.
#[derive(Debug)]
pub(crate) struct Pending {
    /// Login, in lower case.
    pub login: String,
    /// What the answer must be made with.
    pub key: Block,
    /// What the answer must say.
    pub wanted: String,
    /// Device that asks for a token.
    pub device: Option<String>,
    /// Code of a QR code that is used up.
    pub code: Option<String>,
}

/// Where somebody enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Space {
    /// Page, without `mobile.` and `.html`.
    pub page: &'static str,
    /// Its number, and that of its mobile form.
    pub numbers: (u8, u8),
    /// Whether it is the mobile form.
    pub mobile: bool,
    /// Name.
    pub name: &'static str,
    /// Whose it is.
    pub role: super::school::Role,
}

impl Space {
    /// The number that stands in addresses.
    pub(crate) fn number(self) -> u8 {
        if self.mobile { self.numbers.1 } else { self.numbers.0 }
    }
}

impl Session {
    /// A session that was just opened.
    pub(crate) fn open(space: Space) -> Self {
        let number = u32::from_le_bytes(crypt::random());
        Self {
            number: u64::from(number) + 1,
            space,
            key: crypt::md5(b""),
            iv: crypt::ZERO,
            count: 1,
            pending: None,
            login: None,
            proof_awaited: false,
            files: HashMap::new(),
            documents: HashMap::new(),
            salt: crypt::random(),
            ids: HashMap::new(),
        }
    }

    /// The identity of a thing in this session: `kind` is PRONOTE's number before `#`.
    pub(crate) fn id(&mut self, kind: u16, thing: &str) -> String {
        let digest = Sha256::new().chain_update(self.salt).chain_update(thing).finalize();
        let id = format!("{kind}#{}", BASE64URL_NOPAD.encode(&digest));
        self.ids.insert(id.clone(), thing.to_owned());
        id
    }

    /// The thing of an identity, if this session gave it.
    pub(crate) fn thing(&self, id: &str) -> Option<&str> {
        self.ids.get(id).map(String::as_str)
    }

    /// The identity of a file that may be fetched from then on.
    pub(crate) fn file(&mut self, thing: &str, text: &str) -> String {
        let id = self.id(48, thing);
        self.files.insert((id.clone(), String::new()), Bytes::copy_from_slice(text.as_bytes()));
        id
    }
}
