//! What is around each request and answer; it changed with the versions of PRONOTE.

use std::io::{Read, Write};

use data_encoding::{HEXLOWER, HEXUPPER};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value, json};

use super::crypt;
use super::session::Session;

/// Versions that differ in what clients must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Before 2024.3.9: `nom`, `numeroOrdre`, `donneesSec`, and in it `donnees` and `_Signature_`.
    V2023,
    /// From 2024.3.9: in `donneesSec` there are `data` and `Signature`.
    V2024,
    /// From 2025.1.3: `id`, `no`, `dataSec`; the page says what to do (`CrA`, `CoA`) and no more what to leave out.
    V2025,
    /// From 2026.2.5: the login's challenge is encrypted as it came. Before, it was decrypted, every second character was taken out,
    /// and the rest was encrypted.
    V2026,
}

impl Version {
    /// As it stands in pages.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::V2023 => "2023.1.8",
            Self::V2024 => "2024.3.10",
            Self::V2025 => "2025.2.7",
            Self::V2026 => "2026.2.6",
        }
    }

    fn names(self) -> Names {
        let [function, order, secure, data, signature] = match self {
            Self::V2023 => ["nom", "numeroOrdre", "donneesSec", "donnees", "_Signature_"],
            Self::V2024 => ["nom", "numeroOrdre", "donneesSec", "data", "Signature"],
            Self::V2025 | Self::V2026 => ["id", "no", "dataSec", "data", "Signature"],
        };
        Names { function, order, secure, data, signature }
    }
}

struct Names {
    function: &'static str,
    order: &'static str,
    secure: &'static str,
    data: &'static str,
    signature: &'static str,
}

/// What is done to the secure part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sealing {
    /// Version of the server.
    pub version: Version,
    /// Whether it is encrypted.
    pub encrypt: bool,
    /// Whether it is compressed.
    pub compress: bool,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Call {
    /// Function.
    pub function: String,
    /// Data.
    pub data: Value,
    /// Signature: tab, and who it is about.
    pub signature: Value,
}

/// The most that a secure part may unfold to, in bytes.
const LONGEST: u64 = 1 << 20;

/// Reads a request; nothing when it is no request of this session, or not the next one.
pub(crate) fn read(session: &Session, sealing: Sealing, body: &[u8], order: &str) -> Option<Call> {
    let names = sealing.version.names();
    let mut body: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let number = crypt::decrypt(&session.key, &session.iv, order)?;
    let is_next = number == session.count.to_string().as_bytes();
    let told = body.get(names.order)?.as_str()? == order && body.get("session")?.as_u64()? == session.number;
    if !is_next || !told {
        return None;
    }
    let function = body.get(names.function)?.as_str()?.to_owned();
    let mut secure = match body.remove(names.secure) {
        Some(Value::String(sealed)) => serde_json::from_slice(&unfold(session, sealing, &sealed)?).ok()?,
        plain if !sealing.encrypt && !sealing.compress => plain.unwrap_or_default(),
        _ => return None,
    };
    let mut take = |name: &str| secure.get_mut(name).map(Value::take).unwrap_or_default();
    Some(Call { function, data: take(names.data), signature: take(names.signature) })
}

fn unfold(session: &Session, sealing: Sealing, sealed: &str) -> Option<Vec<u8>> {
    let mut bytes = crypt::unhex(sealed)?;
    if sealing.encrypt {
        bytes = crypt::decrypt_bytes(&session.key, &session.iv, &bytes)?;
    }
    if sealing.compress {
        let mut text = String::new();
        DeflateDecoder::new(&bytes[..]).take(LONGEST).read_to_string(&mut text).ok()?;
        bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok()?;
    }
    Some(bytes)
}

/// Writes an answer, and counts it.
pub(crate) fn answer(session: &mut Session, sealing: Sealing, function: &str, data: Value) -> Value {
    let names = sealing.version.names();
    let order = crypt::encrypt(&session.key, &session.iv, (session.count + 1).to_string().as_bytes());
    session.count += 2;
    let secure = json!({names.data: data, "nom": function});
    json!({
        names.function: function,
        "session": session.number,
        names.order: order,
        names.secure: fold(session, sealing, secure),
    })
}

fn fold(session: &Session, sealing: Sealing, secure: Value) -> Value {
    if !sealing.encrypt && !sealing.compress {
        return secure;
    }
    let mut bytes = secure.to_string().into_bytes();
    if sealing.compress {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&bytes).unwrap();
        bytes = encoder.finish().unwrap();
    }
    if sealing.encrypt {
        bytes = crypt::encrypt_bytes(&session.key, &session.iv, &bytes);
    }
    HEXUPPER.encode(&bytes).into()
}
