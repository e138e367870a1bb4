//! What is to be opened: told on the command line, and handed on to the process that opens it, through a pipe or a socket.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::args;
use crate::places;

/// What a process is to open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The bag's folder, through links.
    pub(crate) bag: PathWord,
    pub(crate) drive: Option<WantedDrive>,
    pub(crate) share: Option<WantedShare>,
    pub(crate) read_only: bool,
    pub(crate) danger_accept_older_copy: bool,
    /// Keys are there only after somebody logged in, and forgotten after so many idle seconds.
    pub(crate) lock_after: Option<u64>,
}

/// How a drive is mounted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WantedDrive {
    pub(crate) place: PathWord,
    pub(crate) allow_other: bool,
    pub(crate) no_set_id: bool,
    pub(crate) no_devices: bool,
    pub(crate) no_exec: bool,
}

/// How a share is offered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WantedShare {
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) certificate: WantedCertificate,
    pub(crate) danger_plain: bool,
    pub(crate) announce: Vec<String>,
    pub(crate) log: Option<PathWord>,
}

/// Which certificate the share shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum WantedCertificate {
    /// One of our own, with these names besides the machine's.
    Own { names: Vec<String> },
    /// The one in these files.
    Files { certificate: PathWord, key: PathWord },
    /// None: plain HTTP.
    Plain,
}

impl WantedDrive {
    pub(crate) fn at(place: &Path, drive: &args::Drive) -> Self {
        let asked = |option: &str| drive.options.iter().any(|asked| asked == option);
        Self {
            place: PathWord(place.to_owned()),
            allow_other: drive.allow_other,
            no_set_id: asked("nosuid"),
            no_devices: asked("nodev"),
            no_exec: asked("noexec"),
        }
    }
}

impl WantedShare {
    pub(crate) fn at(listen: &[SocketAddr], sharing: &args::Sharing) -> Self {
        let absolute = |path: &PathBuf| PathWord(places::absolute(path));
        let certificate = match (&sharing.tls_cert, &sharing.tls_key) {
            _ if sharing.no_tls => WantedCertificate::Plain,
            (Some(certificate), Some(key)) => {
                // Followed where they are: whoever renews them may put links to new files in their place.
                let path = |path: &Path| PathWord(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
                WantedCertificate::Files { certificate: path(certificate), key: path(key) }
            }
            _ => WantedCertificate::Own { names: sharing.name.clone() },
        };
        Self {
            listen: listen.to_vec(),
            certificate,
            danger_plain: sharing.danger_plain_http,
            announce: sharing.announce.clone(),
            log: sharing.log.as_ref().map(absolute),
        }
    }
}

/// A path on its way to another process: hexadecimal in JSON, since paths need not be text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathWord(pub(crate) PathBuf);

impl Serialize for PathWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(self.0.as_os_str().as_bytes()))
    }
}

impl<'de> Deserialize<'de> for PathWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        Ok(Self(OsStr::from_bytes(&bytes).into()))
    }
}
