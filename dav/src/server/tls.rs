//! TLS 1.2 and 1.3 with a certificate from files, which is looked at again while the server runs.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, Error};

use super::certificate::{self, CertificateError, Own};

/// The name of HTTP/2 in a handshake (RFC 9113, 3.2).
pub(super) const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// A certificate and its key, in two PEM files. When they change they are read again; a pair that can't be used leaves
/// the one in use where it is.
pub(crate) struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
    /// The names of our own certificate, which we renew; `None` for a given one.
    names: Option<Vec<String>>,
    state: Mutex<State>,
}

struct State {
    pair: Arc<CertifiedKey>,
    /// The files that were read last, with success or without.
    stamps: [Stamp; 2],
    trouble: Option<String>,
}

/// What changes when a file is written, replaced, or given other rights: its number, length and time of change.
type Stamp = Option<(u64, u64, i64, i64)>;

impl TlsFiles {
    /// A pair that somebody else cares for; the certificate's file may hold those that lead to an authority too.
    ///
    /// # Errors
    /// [`CertificateError`] when the pair can't be used.
    pub(crate) fn given(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        Self::load(certificate, key, None)
    }

    /// Our own pair, made where there is none and renewed in time, also while the server runs.
    ///
    /// # Errors
    /// [`CertificateError`], as [`certificate::ensure`].
    pub(crate) fn own(certificate: &Path, key: &Path, names: Vec<String>) -> Result<(Self, Own), CertificateError> {
        let own = certificate::ensure(certificate, key, &names, SystemTime::now())?;
        Ok((Self::load(certificate, key, Some(names))?, own))
    }

    fn load(certificate: &Path, key: &Path, names: Option<Vec<String>>) -> Result<Self, CertificateError> {
        let stamps = [stamp(certificate), stamp(key)];
        let pair = read(certificate, key)?;
        let state = Mutex::new(State { pair, stamps, trouble: None });
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), names, state })
    }

    /// The SHA-256 fingerprint of the certificate in use, `AA:BB:..`.
    pub(crate) fn fingerprint(&self) -> String {
        self.state.lock().pair.cert.first().map(certificate::fingerprint).unwrap_or_default()
    }

    /// Why the files as they are now are not in use, for `status`.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state.lock().trouble.clone()
    }

    /// Renews our own certificate when it is time, and reads the files again if they changed.
    pub(super) fn refresh(&self) {
        let own = self
            .names
            .as_ref()
            .map(|names| certificate::ensure(&self.certificate, &self.key, names, SystemTime::now()));
        let stamps = [stamp(&self.certificate), stamp(&self.key)];
        let own_trouble = own.and_then(Result::err);
        let is_read = {
            let state = self.state.lock();
            state.stamps == stamps && (state.trouble.is_none() || self.names.is_none())
        };
        if is_read && own_trouble.is_none() {
            return;
        }
        let pair = own_trouble.map_or_else(|| read(&self.certificate, &self.key), Err);
        let mut state = self.state.lock();
        state.stamps = stamps;
        match pair {
            Ok(pair) => {
                state.pair = pair;
                state.trouble = None;
            }
            Err(error) => state.trouble = Some(error.to_string()),
        }
    }
}

impl fmt::Debug for TlsFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsFiles").field("certificate", &self.certificate).field("key", &self.key).finish()
    }
}

impl ResolvesServerCert for TlsFiles {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.state.lock().pair.clone())
    }
}

/// What the server says in handshakes.
pub(super) fn settings(files: Arc<TlsFiles>) -> Result<Arc<ServerConfig>, Error> {
    let mut settings = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(files);
    settings.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Ok(Arc::new(settings))
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, CertificateError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error: pem::Error| {
            let cause = match error {
                pem::Error::Io(cause) => cause,
                other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
            };
            CertificateError::Read { path, cause }
        }
    };
    for path in [certificate, key] {
        // A pipe would keep us waiting for ever.
        if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
            let cause = io::Error::new(io::ErrorKind::InvalidInput, "it is not a file");
            return Err(CertificateError::Read { path: path.to_owned(), cause });
        }
    }
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable(certificate))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let unusable =
        |cause| CertificateError::Unusable { certificate: certificate.to_owned(), key: key.to_owned(), cause };
    if chain.is_empty() {
        return Err(unusable(rustls::Error::NoCertificatesPresented));
    }
    CertifiedKey::from_der(chain, secret, &ring::default_provider()).map(Arc::new).map_err(unusable)
}

fn stamp(path: &Path) -> Stamp {
    let seen = fs::metadata(path).ok()?;
    Some((seen.ino(), seen.len(), seen.ctime(), seen.ctime_nsec()))
}
