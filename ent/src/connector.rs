//! What a connector does, and what it is given to do it with.
//!
//! A connector speaks one platform's protocol. It hands records over as it reads them; whoever keeps them decides what is new. It may be
//! stopped at any point and run again: what was handed over is kept, and is asked for again only where the platform can't say
//! what changed. It holds no file and no database itself.

use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::record::{Piece, SourceId};

/// Collects from one account at one platform.
pub trait Connector {
    /// Asks the platform for everything that may be new, and hands it to `sink`.
    ///
    /// # Errors
    /// [`Failure`]; what was handed over before stays.
    fn collect(&mut self, sink: &mut dyn Sink) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Takes what a connector collects. Calls may wait for the disk.
pub trait Sink: Send {
    /// Keeps a raw answer or file byte for byte, with its media type; other people's data was taken out of it before.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn source(&mut self, bytes: &[u8], media_type: &str) -> Result<SourceId, Failure>;

    /// Takes a record. One that is known, and has not changed, changes nothing.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn piece(&mut self, piece: Piece) -> Result<(), Failure>;

    /// The contents that were kept whole for a file, if those are of `version` (what the platform says of its state: length and time).
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn has_file(&mut self, key: &str, version: &str) -> Result<Option<SourceId>, Failure>;

    /// How many bytes of a file of this version came before; it goes on from there.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn begin_file(&mut self, key: &str, version: &str) -> Result<u64, Failure>;

    /// Takes the next bytes of a file that was begun.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn file_bytes(&mut self, key: &str, bytes: &[u8]) -> Result<(), Failure>;

    /// Forgets the bytes that came of a file: the platform does not go on where it stopped.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn restart_file(&mut self, key: &str) -> Result<(), Failure>;

    /// A file that was begun has come whole.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn finish_file(&mut self, key: &str) -> Result<SourceId, Failure>;

    /// Keeps the account's secret in its new form, durably, before it is used: an old token opens nothing any more.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn save_secret(&mut self, secret: &Secret) -> Result<(), Failure>;

    /// What the connector noted last time under a name.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn noted(&mut self, name: &str) -> Result<Option<String>, Failure>;

    /// Notes something for the next time.
    ///
    /// # Errors
    /// [`Failure::Keep`].
    fn note(&mut self, name: &str, value: &str) -> Result<(), Failure>;

    /// Tells how far it is: what is being collected, in words of the protocol, and how many of how many, 0 when not known.
    fn progress(&mut self, what: &str, done: u64, total: u64);
}

/// What opens an account: kept sealed in home, never shown.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Secret {
    /// A password that its owner typed.
    Password {
        /// Name at the platform.
        login: String,
        /// Password.
        password: Zeroizing<String>,
    },
    /// A token, which the platform may change at each use.
    Token {
        /// Name at the platform, as its protocol wants it.
        login: String,
        /// Token.
        token: Zeroizing<String>,
        /// Names this device to the platform.
        device: String,
    },
    /// An address that opens what it leads to.
    Address {
        /// The address.
        url: Zeroizing<String>,
    },
    /// A certificate's code.
    Code {
        /// The code.
        code: Zeroizing<String>,
    },
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Why collecting ended early. Holds no secret and no address that is one.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The platform can't be reached, or broke off.
    #[error("the platform can't be reached: {0}")]
    Unreachable(String),
    /// The platform failed by itself.
    #[error("the platform failed: {0}")]
    Platform(String),
    /// It does not know this login, password, token or code.
    #[error("the platform refuses the login")]
    BadLogin,
    /// The account was closed, as happens when its owner leaves the school.
    #[error("the account is closed: {0}")]
    Closed(String),
    /// It wants a second proof that only the owner can give.
    #[error("the platform asks for a second proof")]
    SecondFactor,
    /// The session ended, again and again.
    #[error("the session ended before everything was read")]
    SessionExpired,
    /// Too many requests came.
    #[error("the platform received too many requests")]
    TooMany {
        /// How long to be silent.
        silence: Duration,
    },
    /// This address was suspended.
    #[error("the platform suspended this address")]
    Suspended {
        /// How long to be silent.
        silence: Duration,
    },
    /// The answer does not have the form that is known.
    #[error("the platform answers otherwise than known: {0}")]
    Changed(String),
    /// What came could not be kept.
    #[error("what came could not be kept: {0}")]
    Keep(String),
}

impl Failure {
    /// A word for it, by which messages are found.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Platform(_) => "platform",
            Self::BadLogin => "bad-login",
            Self::Closed(_) => "closed",
            Self::SecondFactor => "second-factor",
            Self::SessionExpired => "session-expired",
            Self::TooMany { .. } => "too-many",
            Self::Suspended { .. } => "suspended",
            Self::Changed(_) => "changed",
            Self::Keep(_) => "keep",
        }
    }

    /// What was said, beside that word; often nothing.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Unreachable(detail)
            | Self::Platform(detail)
            | Self::Closed(detail)
            | Self::Changed(detail)
            | Self::Keep(detail) => detail,
            Self::BadLogin
            | Self::SecondFactor
            | Self::SessionExpired
            | Self::TooMany { .. }
            | Self::Suspended { .. } => "",
        }
    }

    /// How long the platform must not be asked again after this.
    #[must_use]
    pub fn silence(&self) -> Duration {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        Duration::from_secs(match self {
            Self::TooMany { silence } | Self::Suspended { silence } => return *silence,
            // A wrong password again and again suspends the whole house.
            Self::BadLogin | Self::Closed(_) | Self::SecondFactor => 24 * HOUR,
            Self::Changed(_) => 6 * HOUR,
            Self::Platform(_) | Self::SessionExpired => HOUR,
            Self::Unreachable(_) => 5 * MINUTE,
            Self::Keep(_) => 0,
        })
    }
}
