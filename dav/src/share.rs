//! A share that is served: where, with which certificate, to whom.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cartable_fs::bag::SlotId;

use crate::agenda::Agenda;
use crate::announce::Announcement;
use crate::door::Door;
use crate::keys::Keys;
use crate::log::Log;
use crate::server::certificate::CertificateError;
use crate::server::{Config, Server, Tls, TlsFiles};

/// How long requests under way may take when the share is closed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether a locked bag is idle.
const LOOK: Duration = Duration::from_secs(1);

/// The certificate of a share.
#[derive(Debug, Clone)]
pub enum Certificate {
    /// Our own, made at the first start.
    Own {
        /// Where it and its key are kept.
        folder: PathBuf,
        /// Names and addresses of this host.
        names: Vec<String>,
    },
    /// One that somebody else cares for.
    Files {
        /// PEM: the certificate, and those that lead to its authority.
        certificate: PathBuf,
        /// PEM: its key.
        key: PathBuf,
    },
    /// None: plain HTTP.
    None,
}

/// How a share is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// With which certificate.
    pub certificate: Certificate,
    /// Plain HTTP also where others can listen in.
    pub danger_plain: bool,
    /// Network interfaces on which the share is announced.
    pub announce: Vec<String>,
    /// Where to write a line for each request.
    pub log: Option<PathBuf>,
    /// Where calendars and address books come from; none where there are none.
    pub agenda: Option<Arc<dyn Agenda>>,
}

/// Why a share can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// An address is taken, or not ours.
    #[error("{0}")]
    Address(io::Error),
    /// Passwords would cross the network in clear.
    #[error("plain HTTP at {address}")]
    PlainBeyondLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The certificate can't be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The share can't be announced.
    #[error("announcing the share: {0}")]
    Announce(String),
    /// The system failed.
    #[error("{act}")]
    Io {
        /// What was being done.
        act: &'static str,
        /// What it answered.
        source: io::Error,
    },
}

/// A client that is connected.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where it comes from.
    pub address: String,
    /// What it logged in with last; none for a browser.
    pub login: Option<String>,
    /// Since when.
    pub since: SystemTime,
    /// When its last request came.
    pub last: Option<SystemTime>,
    /// How many requests it sent.
    pub requests: u64,
    /// Bytes that came from it.
    pub bytes_in: u64,
    /// Bytes that went to it.
    pub bytes_out: u64,
}

/// A share that is served. [`Share::close`] ends it in good order.
pub struct Share {
    server: Server,
    door: Arc<Door>,
    files: Option<(Arc<TlsFiles>, PathBuf)>,
    lacking: Vec<String>,
    announcement: Option<Announcement>,
}

impl Share {
    /// Serves what `keys` holds; when this returns, clients can connect.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn start(keys: Arc<Keys>, options: &Options) -> Result<Self, ShareError> {
        let mut lacking = Vec::new();
        let files = match &options.certificate {
            Certificate::None => None,
            Certificate::Files { certificate, key } => Some((TlsFiles::given(certificate, key)?, certificate.clone())),
            Certificate::Own { folder, names } => {
                let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
                let (files, own) = TlsFiles::own(&certificate, &key, names.clone())?;
                lacking = own.missing;
                Some((files, certificate))
            }
        };
        let files = files.map(|(files, path)| (Arc::new(files), path));
        let exposed = options.listen.iter().find(|address| !address.ip().to_canonical().is_loopback());
        if let Some(address) = exposed.filter(|_| files.is_none() && !options.danger_plain) {
            return Err(ShareError::PlainBeyondLoopback { address: *address });
        }
        let failed = |act| move |source| ShareError::Io { act, source };
        let log = options.log.as_deref().map(Log::open).transpose().map_err(failed("opening the log"))?;
        let door = Door::new(keys, log, options.agenda.clone())
            .map_err(io::Error::other)
            .map_err(failed("asking for randomness"))?;
        let door = Arc::new(door);
        let tls = files.as_ref().map_or(Tls::Off, |(files, _)| Tls::On(Arc::clone(files)));
        let config = Config { listen: options.listen.clone(), tls, server_name: "Cartable" };
        let server = Server::start(config, door.clone()).map_err(ShareError::Address)?;
        let (watched, end_idle) = (Arc::downgrade(&door), server.idle_ender());
        server.handle().spawn(async move {
            while let Some(door) = watched.upgrade() {
                match tokio::task::spawn_blocking(move || door.close_idle()).await {
                    // What connections received last, a password among it, lies in their buffers.
                    Ok(true) => end_idle(),
                    Ok(false) => {}
                    Err(_) => return,
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        let announced = server
            .addresses()
            .first()
            .filter(|_| !options.announce.is_empty())
            .map(|address| Announcement::start(&options.announce, *address, files.is_some()));
        let announcement = announced.transpose().map_err(|error| ShareError::Announce(error.to_string()))?;
        Ok(Self { server, door, files, lacking, announcement })
    }

    /// Where the share is, one for each address that it listens at.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        let scheme = if self.files.is_some() { "https" } else { "http" };
        self.server.addresses().iter().map(|address| format!("{scheme}://{address}/")).collect()
    }

    /// The SHA-256 fingerprint of the certificate, as people compare it; none for plain HTTP.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.files.as_ref().map(|(files, _)| files.fingerprint())
    }

    /// The file of the certificate, for clients that want it.
    #[must_use]
    pub fn certificate(&self) -> Option<&Path> {
        self.files.as_ref().map(|(_, path)| path.as_path())
    }

    /// Why the files of the certificate as they are now are not in use; none when they are.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.files.as_ref().and_then(|(files, _)| files.trouble())
    }

    /// Names and addresses that our own certificate lacks: it is kept as long as it is good, since devices trust it.
    #[must_use]
    pub fn lacking(&self) -> &[String] {
        &self.lacking
    }

    /// Who is connected.
    #[must_use]
    pub fn clients(&self) -> Vec<Client> {
        let client = |client: crate::server::Client| Client {
            address: client.address.to_string(),
            login: client.logins.last().cloned(),
            since: client.since,
            last: client.last_request,
            requests: client.requests,
            bytes_in: client.bytes_in,
            bytes_out: client.bytes_out,
        };
        self.server.clients().into_iter().map(client).collect()
    }

    /// Ends the connections of who came in by a slot that is no more.
    pub fn end_slot(&self, slot: &SlotId) {
        if let Some(login) = self.door.end_slot(slot) {
            self.server.end_login(&login);
        }
    }

    /// Accepts nobody any more, and lets requests under way end.
    pub fn close(self) {
        drop(self.announcement);
        self.server.close(PATIENCE);
    }
}
