//! What stands around a request and an answer. Names changed twice (2024.3.9, 2025.1.3); what is inside may be compressed and
//! encrypted.

use std::io::{Read as _, Write as _};

use data_encoding::{HEXLOWER, HEXUPPER};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value, json};

use super::cipher::{Cipher, unhex};
use super::page::Version;

/// How a session wraps what it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope {
    /// The platform's version.
    pub(super) version: Version,
    /// Whether it is encrypted.
    pub(super) encrypted: bool,
    /// Whether it is compressed.
    pub(super) compressed: bool,
}

/// The names of one age.
struct Names {
    function: &'static str,
    number: &'static str,
    secure: &'static str,
    data: &'static str,
    signature: &'static str,
}

impl Envelope {
    /// A request. Under `twice`, data stands there under the names of all ages, for the first request of a session.
    pub(super) fn request(&self, ask: &Ask<'_>, cipher: &Cipher, twice: bool) -> Value {
        let names = self.names();
        let mut inner = Map::new();
        if let Some(signature) = ask.signature {
            inner.insert(names.signature.to_owned(), signature.clone());
        }
        if !ask.data.is_null() {
            inner.insert(names.data.to_owned(), ask.data.clone());
            if twice && self.version < Version::SHORT {
                inner.insert("donnees".to_owned(), ask.data.clone());
                inner.insert("data".to_owned(), ask.data.clone());
            }
        }
        json!({
            "session": ask.session,
            names.number: ask.number,
            names.function: ask.function,
            names.secure: self.close(Value::Object(inner), cipher),
        })
    }

    /// The inside of an answer. `None`: it is not one of this session.
    pub(super) fn answer(&self, mut answer: Value, cipher: &Cipher) -> Option<Value> {
        let secure = ["dataSec", "donneesSec"].iter().find_map(|name| Some(answer.get_mut(name)?.take()))?;
        self.open(secure, cipher)
    }

    /// The data inside the inside of an answer, under the name of any age; an object without any when there is none.
    pub(super) fn data(mut inner: Value) -> Value {
        let data = ["data", "donnees"].iter().find_map(|name| Some(inner.get_mut(name)?.take()));
        data.unwrap_or_else(|| Value::Object(Map::new()))
    }

    fn names(&self) -> Names {
        if self.version >= Version::SHORT {
            let (number, secure) = ("no", "dataSec");
            return Names { function: "id", number, secure, data: "data", signature: "Signature" };
        }
        let (function, number, secure) = ("nom", "numeroOrdre", "donneesSec");
        if self.version >= Version::ENGLISH {
            Names { function, number, secure, data: "data", signature: "Signature" }
        } else {
            Names { function, number, secure, data: "donnees", signature: "_Signature_" }
        }
    }

    /// Compresses the hexadecimal digits of the text, without zlib's header, then encrypts; the result is hexadecimal digits again.
    fn close(&self, inner: Value, cipher: &Cipher) -> Value {
        if !self.compressed && !self.encrypted {
            return inner;
        }
        let mut bytes = inner.to_string().into_bytes();
        if self.compressed {
            bytes = deflate(HEXLOWER.encode(&bytes).as_bytes());
        }
        if self.encrypted {
            bytes = cipher.seal(&bytes);
        }
        Value::String(HEXUPPER.encode(&bytes))
    }

    fn open(&self, secure: Value, cipher: &Cipher) -> Option<Value> {
        let Value::String(digits) = secure else { return Some(secure) };
        let mut bytes = unhex(&digits)?;
        if self.encrypted {
            bytes = cipher.open(&bytes)?.to_vec();
        }
        if self.compressed {
            bytes = inflate(&bytes)?;
            if !matches!(bytes.first(), Some(b'{' | b'[')) {
                bytes = unhex(std::str::from_utf8(&bytes).ok()?)?;
            }
        }
        serde_json::from_slice(&bytes).ok()
    }
}

/// What is asked.
pub(super) struct Ask<'a> {
    /// The session's number.
    pub(super) session: &'a Value,
    /// The request's number, encrypted.
    pub(super) number: &'a str,
    /// The function.
    pub(super) function: &'a str,
    /// The tab it is asked from, and for whom.
    pub(super) signature: Option<&'a Value>,
    /// What it is given, or null.
    pub(super) data: &'a Value,
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    // Writing to memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    let read = DeflateDecoder::new(bytes).take(MAX_INFLATED_BYTES + 1).read_to_end(&mut inflated).ok()?;
    (read as u64 <= MAX_INFLATED_BYTES).then_some(inflated)
}

const MAX_INFLATED_BYTES: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn round(version: [u32; 3], encrypted: bool, compressed: bool) -> Value {
        let envelope = Envelope { version: Version(version), encrypted, compressed };
        let cipher = Cipher::new(b"key");
        let (session, data, signature) = (json!(7), json!({"a": 1}), json!({"onglet": 13}));
        let ask = Ask { session: &session, number: "no1", function: "F", signature: Some(&signature), data: &data };
        let mut request = envelope.request(&ask, &cipher, false);
        let secure = ["dataSec", "donneesSec"].iter().find_map(|name| request.get(name)).unwrap().clone();
        let opened = envelope.open(secure, &cipher).unwrap();
        assert_eq!(Envelope::data(opened.clone()), data);
        for name in ["dataSec", "donneesSec"] {
            if let Some(secure) = request.get_mut(name) {
                *secure = opened.clone();
            }
        }
        request
    }

    #[test]
    fn names_of_all_ages() {
        let short =
            json!({"session": 7, "no": "no1", "id": "F", "dataSec": {"data": {"a": 1}, "Signature": {"onglet": 13}}});
        assert_eq!(round([2025, 1, 3], false, false), short);
        let middle = json!({"session": 7, "numeroOrdre": "no1", "nom": "F", "donneesSec": {"data": {"a": 1}, "Signature": {"onglet": 13}}});
        assert_eq!(round([2024, 3, 9], false, false), middle);
        let old = json!({"session": 7, "numeroOrdre": "no1", "nom": "F", "donneesSec": {"donnees": {"a": 1}, "_Signature_": {"onglet": 13}}});
        assert_eq!(round([2024, 3, 8], false, false), old);
        for (encrypted, compressed) in [(true, false), (false, true), (true, true)] {
            assert_eq!(round([2025, 1, 3], encrypted, compressed), short);
        }
    }

    #[test]
    fn answers_of_others_and_bombs_are_none() {
        let envelope = Envelope { version: Version::SHORT, encrypted: true, compressed: true };
        let cipher = Cipher::new(b"key");
        assert!(envelope.answer(json!({"dataSec": "00"}), &cipher).is_none());
        assert!(envelope.answer(json!({"other": 1}), &cipher).is_none());
        let bomb = cipher.seal(&deflate(&vec![b' '; 70 << 20]));
        assert!(envelope.answer(json!({"dataSec": HEXUPPER.encode(&bomb)}), &cipher).is_none());
        // As clients read it: the answer is compressed without being turned into digits first.
        let plain = cipher.seal(&deflate(br#"{"data":{"b":2}}"#));
        let inner = envelope.answer(json!({"dataSec": HEXUPPER.encode(&plain)}), &cipher).unwrap();
        assert_eq!(Envelope::data(inner), json!({"b": 2}));
    }
}
