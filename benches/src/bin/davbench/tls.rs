//! One certificate for all servers, and the client's side of TLS: TLS 1.3 with one cipher, so that nobody gains by another.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cartable_benches::turn::Outcome;
use data_encoding::BASE64;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A certificate for the name and the address of this host (ECDSA P-256), in files.
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) client: Arc<ClientConfig>,
}

impl Pair {
    pub(crate) fn make(folder: &Path) -> Outcome<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&certificate, pem("CERTIFICATE", made.cert.der()))?;
        fs::write(&key, pem("PRIVATE KEY", &made.signing_key.serialize_der()))?;
        let mut trusted = RootCertStore::empty();
        trusted.add(made.cert.der().clone())?;
        let cipher_suites = vec![ring::cipher_suite::TLS13_AES_256_GCM_SHA384];
        let provider = Arc::new(CryptoProvider { cipher_suites, ..ring::default_provider() });
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Ok(Self { certificate, key, client: Arc::new(client) })
    }
}

/// RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<String> =
        text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
