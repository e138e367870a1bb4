//! The server's own certificate: self-signed, made at first start, renewed before it expires.
//!
//! It is no authority: a stolen key speaks for this server's names only. A renewal keeps the key, so that of two files
//! one changes at a time, each whole; a crash leaves a pair, or a key without a certificate, which is then made.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SerialNumber};
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, RootCertStore};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Apple's systems take no certificate that is valid for more than 825 days, whoever trusts it
/// (<https://support.apple.com/en-us/103769>). A day of it lies before its making, for clocks that are late.
const LIFE_DAYS: u32 = 824;
/// A certificate with fewer days left is renewed.
const LEFT_DAYS: u32 = 30;
/// What this machine is called by itself.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The file can't be read, or is not PEM.
    #[error("{}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        cause: io::Error,
    },
    /// The file can't be written.
    #[error("{}: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        cause: io::Error,
    },
    /// The pair can't be used: no certificate in the file, an unknown kind of key, or a key of another certificate.
    #[error("{} and {}: {cause}", certificate.display(), key.display())]
    Unusable {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong with it.
        cause: rustls::Error,
    },
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// What [`ensure`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// The certificate that was there is good.
    Kept,
    /// There was none.
    Created,
    /// The one that was there had expired, soon will, or could not be used: clients have a new fingerprint to trust.
    Renewed,
}

/// The server's own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Own {
    /// What was done.
    pub(crate) made: Made,
    /// Its SHA-256 fingerprint, `AA:BB:..`.
    pub(crate) fingerprint: String,
    /// Names that were asked for and that it does not hold. A good certificate is kept all the same: devices trust it.
    pub(crate) missing: Vec<String>,
}

/// Sees to it that `certificate` and `key` hold a pair for `names` (DNS names and IP addresses; those of this machine
/// itself are added) that is valid `now` and a month on. What can't be in a certificate is left out.
///
/// # Errors
/// [`CertificateError`], when files can't be read or written; files with something else in them are replaced.
pub(crate) fn ensure(
    certificate: &Path,
    key: &Path,
    names: &[String],
    now: SystemTime,
) -> Result<Own, CertificateError> {
    let _alone = alone(certificate)?;
    let pair = match existing_key(key)? {
        Some(pair) => pair,
        None => {
            let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
            write(key, &pem("PRIVATE KEY", pair.serialized_der()))?;
            pair
        }
    };
    let before = match existing(read(certificate)?) {
        Some(der) if is_good(&der, &pair, now) => return Ok(own(Made::Kept, &der, names)),
        before => before,
    };
    let made = parameters(names, now)?.self_signed(&pair)?;
    write(certificate, &pem("CERTIFICATE", made.der()))?;
    Ok(own(if before.is_some() { Made::Renewed } else { Made::Created }, made.der(), names))
}

/// Waits until no other process makes a certificate in the same folder, and keeps others waiting until what it returns is dropped.
fn alone(certificate: &Path) -> Result<File, CertificateError> {
    let folder = folder_of(certificate);
    let held = File::open(folder).and_then(|held| {
        flock(&held, FlockOperation::LockExclusive)?;
        Ok(held)
    });
    held.map_err(|cause| CertificateError::Read { path: folder.to_owned(), cause })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The SHA-256 of a certificate as people compare it: `AA:BB:..`.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let bytes = Sha256::digest(certificate);
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn own(made: Made, der: &CertificateDer<'_>, names: &[String]) -> Own {
    let holds = |name: &String| {
        let (Ok(certificate), Ok(name)) = (ParsedCertificate::try_from(der), ServerName::try_from(name.as_str()))
        else {
            return false;
        };
        verify_server_name(&certificate, &name).is_ok()
    };
    let missing = names.iter().filter(|name| !holds(name)).cloned().collect();
    Own { made, fingerprint: fingerprint(der), missing }
}

fn parameters(names: &[String], now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let mut held: Vec<String> = Vec::new();
    for name in names.iter().map(String::as_str).chain(HERE) {
        let can_be_held = name.parse::<IpAddr>().is_ok() || ServerName::try_from(name).is_ok();
        if can_be_held && !held.iter().any(|other| other == name) {
            held.push(name.to_owned());
        }
    }
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let begin = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(since_epoch.as_secs()).saturating_sub(DAY);
    let mut parameters = CertificateParams::new(held.clone())?;
    parameters.not_before = begin;
    parameters.not_after = begin + DAY * LIFE_DAYS;
    // Another one at each renewal: browsers refuse two certificates of one issuer with the same number.
    parameters.serial_number = Some(SerialNumber::from(since_epoch.as_nanos() as u64));
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::OrganizationName, "Cartable");
    parameters.distinguished_name.push(DnType::CommonName, held.into_iter().next().unwrap_or_default());
    Ok(parameters)
}

/// Whether clients can use it with this key now, and for a month more.
fn is_good(der: &CertificateDer<'_>, key: &KeyPair, now: SystemTime) -> bool {
    let key = PrivateKeyDer::Pkcs8(key.serialized_der().to_vec().into());
    let provider = ring::default_provider();
    if CertifiedKey::from_der(vec![der.clone().into_owned()], key, &provider).is_err() {
        return false;
    }
    let mut roots = RootCertStore::empty();
    let Ok(certificate) = ParsedCertificate::try_from(der) else { return false };
    if roots.add(der.clone().into_owned()).is_err() {
        return false;
    }
    let valid_at = |at: SystemTime| {
        let at = UnixTime::since_unix_epoch(at.duration_since(UNIX_EPOCH).unwrap_or_default());
        let algorithms = provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, &roots, &[], at, algorithms).is_ok()
    };
    valid_at(now) && valid_at(now + DAY * LEFT_DAYS)
}

/// The key in a file; `None` where there is none that could be ours.
fn existing_key(path: &Path) -> Result<Option<KeyPair>, CertificateError> {
    let Some(text) = read(path)? else { return Ok(None) };
    let Ok(key) = PrivateKeyDer::from_pem_slice(&text) else { return Ok(None) };
    Ok(KeyPair::try_from(&key).ok().filter(|pair| pair.is_compatible(&rcgen::PKCS_ECDSA_P256_SHA256)))
}

fn existing(text: Option<Vec<u8>>) -> Option<CertificateDer<'static>> {
    // Something that is no certificate counts as one that can't be used.
    text.map(|text| CertificateDer::from_pem_slice(&text).unwrap_or_else(|_| CertificateDer::from(Vec::new())))
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).filter_map(|at| text.get(at..text.len().min(at + 64))).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, CertificateError> {
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(CertificateError::Read { path: path.to_owned(), cause }),
    }
}

fn write(path: &Path, text: &str) -> Result<(), CertificateError> {
    write_durably(path, text.as_bytes()).map_err(|cause| CertificateError::Write { path: path.to_owned(), cause })
}

/// Writes a file that only its owner may read; a crash leaves the old one or the new one, whole.
fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    // Made anew: a link that somebody planted under this name must not lead us to write elsewhere.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder_of(path))?.sync_all()
}
