//! TLS: both versions, the server's own certificate, given files that change, and who speaks no TLS.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{
    self, ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned, SupportedProtocolVersion,
};

use super::certificate::{Made, ensure, fingerprint};
use super::*;

pub(super) struct Files {
    _folder: TempDir,
    pub(super) certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        Self { _folder: folder, certificate, key }
    }

    fn ensure(&self, names: &[&str], now: SystemTime) -> certificate::Own {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        ensure(&self.certificate, &self.key, &names, now).unwrap()
    }

    pub(super) fn own(&self) -> Arc<TlsFiles> {
        Arc::new(TlsFiles::own(&self.certificate, &self.key, Vec::new()).unwrap().0)
    }
}

/// Trusts the certificate in a file.
pub(super) fn client(certificate: &PathBuf, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn secure(
    world: &World,
    certificate: &PathBuf,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let session = ClientConnection::new(Arc::new(client(certificate, &[version])), name).unwrap();
    StreamOwned::new(session, world.connect())
}

#[test]
fn both_versions_of_tls_are_spoken_with_an_own_certificate() {
    let files = Files::new();
    let tls = files.own();
    let world = World::with(limits(), Tls::On(tls.clone()));
    for (version, name, number) in [
        (&rustls::version::TLS12, "localhost", ProtocolVersion::TLSv1_2),
        (&rustls::version::TLS13, "127.0.0.1", ProtocolVersion::TLSv1_3),
    ] {
        let mut stream = secure(&world, &files.certificate, name, version);
        for _ in 0..2 {
            send(&mut stream, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            assert_eq!(head_and_body(&mut stream).1, "127.0.0.1 true");
        }
        assert_eq!(stream.conn.protocol_version(), Some(number));
        assert_eq!(fingerprint(&stream.conn.peer_certificates().unwrap()[0]), tls.fingerprint());
        send(&mut stream, "GET /stream/50 HTTP/1.0\r\n\r\n");
        assert!(rest(&mut stream).len() > 50 * PIECE_BYTES, "the end is told by TLS too");
    }
}

#[test]
fn who_speaks_no_tls_is_told_or_cut() {
    let files = Files::new();
    let world = World::with(limits(), Tls::On(files.own()));
    let mut plain = world.connect();
    send(&mut plain, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let answer = rest(&mut plain);
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("https://"));
    let mut silent = world.connect();
    assert_eq!(rest(&mut silent), "");
    let mut garbage = world.connect();
    garbage.write_all(&[22, 3, 1, 0, 5, 9, 9, 9, 9, 9]).unwrap();
    let _ = garbage.read_to_end(&mut Vec::new());
    eventually(|| world.server.clients().is_empty());
}

#[test]
fn an_answer_that_breaks_off_is_no_end_of_tls() {
    let files = Files::new();
    let world = World::with(limits(), Tls::On(files.own()));
    let mut stream = secure(&world, &files.certificate, "localhost", &rustls::version::TLS13);
    send(&mut stream, "GET /short HTTP/1.0\r\n\r\n");
    assert!(stream.read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn an_own_certificate_is_kept_until_its_last_month() {
    let files = Files::new();
    let now = SystemTime::now();
    let names = ["bag.example", "192.0.2.7", "no name"];
    let first = files.ensure(&names, now);
    assert_eq!((first.made, first.missing.as_slice()), (Made::Created, &["no name".to_owned()][..]));
    assert_eq!(first.fingerprint.len(), 95);
    let days = |days: u32| Duration::from_secs(86_400) * days;
    for later in [now, now + days(790)] {
        let kept = files.ensure(&["bag.example", "other.example"], later);
        assert_eq!((kept.made, &kept.fingerprint), (Made::Kept, &first.fingerprint));
        assert_eq!(kept.missing, ["other.example"]);
    }
    let key = fs::read(&files.key).unwrap();
    let renewed = files.ensure(&names, now + days(800));
    assert!(renewed.made == Made::Renewed && renewed.fingerprint != first.fingerprint);
    assert_eq!(fs::read(&files.key).unwrap(), key, "the key stays");
    // Made when the clock was wrong, two years ahead: not valid yet.
    assert_eq!(files.ensure(&names, now).made, Made::Renewed);
}

#[test]
fn damaged_files_are_made_anew() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    let now = SystemTime::now();
    let first = files.ensure(&[], now);
    for file in [&files.certificate, &files.key] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(file, "nothing").unwrap();
        let made = files.ensure(&[], now);
        assert_eq!(made.made, Made::Renewed);
        assert_ne!(made.fingerprint, first.fingerprint);
        assert!(TlsFiles::given(&files.certificate, &files.key).is_ok());
    }
    fs::remove_file(&files.certificate).unwrap();
    fs::create_dir(&files.certificate).unwrap();
    assert!(ensure(&files.certificate, &files.key, &[], now).is_err());
}

#[test]
fn an_own_certificate_that_is_lost_while_the_server_runs_is_made_anew() {
    let files = Files::new();
    let tls = files.own();
    let first = tls.fingerprint();
    tls.refresh();
    assert_eq!((tls.trouble(), tls.fingerprint()), (None, first.clone()));
    fs::remove_file(&files.certificate).unwrap();
    fs::create_dir(&files.certificate).unwrap();
    tls.refresh();
    assert!(tls.trouble().is_some());
    assert_eq!(tls.fingerprint(), first);
    fs::remove_dir(&files.certificate).unwrap();
    tls.refresh();
    assert_eq!(tls.trouble(), None);
    assert_ne!(tls.fingerprint(), first);
}

#[test]
fn given_files_that_change_are_read_again_if_they_are_a_pair() {
    let (given, other) = (Files::new(), Files::new());
    let first = given.ensure(&[], SystemTime::now()).fingerprint;
    let second = other.ensure(&["other.example"], SystemTime::now()).fingerprint;
    let tls = Arc::new(TlsFiles::given(&given.certificate, &given.key).unwrap());
    let world = World::with(limits(), Tls::On(tls.clone()));
    // Half of a new pair, then something else: the old one stays in use.
    fs::copy(&other.certificate, &given.certificate).unwrap();
    tls.refresh();
    assert!(tls.trouble().is_some());
    fs::remove_file(&given.key).unwrap();
    tls.refresh();
    assert!(tls.trouble().unwrap().contains("key.pem"));
    assert_eq!(tls.fingerprint(), first);
    fs::copy(&other.key, &given.key).unwrap();
    tls.refresh();
    assert_eq!((tls.trouble(), tls.fingerprint()), (None, second));
    let mut stream = secure(&world, &other.certificate, "other.example", &rustls::version::TLS13);
    send(&mut stream, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(head_and_body(&mut stream).1, "127.0.0.1 true");
}

/// As when two bags of one user are served for the first time at once: they share the certificate.
#[test]
fn who_makes_a_certificate_at_the_same_time_gets_the_same() {
    for _ in 0..10 {
        let files = Files::new();
        let fingerprints: Vec<_> = std::thread::scope(|scope| {
            let made: Vec<_> = (0..8).map(|_| scope.spawn(|| files.ensure(&[], SystemTime::now()))).collect();
            made.into_iter().map(|made| made.join().unwrap().fingerprint).collect()
        });
        assert!(fingerprints.iter().all(|fingerprint| *fingerprint == files.own().fingerprint()));
    }
}
