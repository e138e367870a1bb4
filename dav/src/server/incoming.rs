//! Bodies of requests, for threads that block. A body that did not come whole never ends well here.
//!
//! A task of the runtime (the pump) reads ahead, keeps the time, and says explicitly that the body ended; if it is gone
//! without a word (the connection was cut, the server closes) the body is broken.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Version;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::exchange::Exchange;
use super::limits;

/// How long a body that nobody reads may still come.
const LINGER: Duration = Duration::from_secs(3);
/// Bytes that the pump gathers before it wakes the reader.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that the pump reads ahead.
const AHEAD: usize = 2;

/// Why a body did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// Nothing came for a minute, or a small body took two.
    #[error("the client sends too slowly")]
    TooSlow,
    /// The client was gone, or the connection cut, before the end: shorter than its `Content-Length`, or chunks
    /// without the last one.
    #[error("the body broke off")]
    Broken,
    /// More bytes than were allowed.
    #[error("the body is too large")]
    TooLarge,
}

/// The body of a request. Nothing of it is asked for (and no `100 Continue` sent) before the first read; dropped
/// unread, the connection ends after the answer.
pub(crate) struct Incoming {
    source: Source,
    declared: Option<u64>,
}

enum Source {
    Wire(Wire),
    Pump(mpsc::Receiver<Piece>, Arc<Exchange>),
    Ended(Result<(), BodyError>),
}

/// A piece of the body, its end (`None`), or why it did not come.
type Piece = Result<Option<Bytes>, BodyError>;

/// The body as hyper gives it, and what tells its good end from a bad one.
struct Wire {
    body: hyper::body::Incoming,
    missing: Option<u64>,
    version: Version,
    exchange: Arc<Exchange>,
    patience: Duration,
    runtime: Handle,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.source, Source::Ended(Ok(()))) {
            Source::Wire(wire) if !wire.body.is_end_stream() => {
                wire.exchange.leave_unread();
                let runtime = wire.runtime.clone();
                runtime.spawn(wire.drain());
            }
            Source::Pump(_, exchange) => exchange.leave_unread(),
            Source::Wire(_) | Source::Ended(_) => {}
        }
    }
}

impl Incoming {
    /// Called on the runtime.
    pub(super) fn new(
        body: hyper::body::Incoming,
        version: Version,
        exchange: Arc<Exchange>,
        patience: Duration,
    ) -> Self {
        let declared = body.size_hint().exact();
        let wire = Wire { body, missing: declared, version, exchange, patience, runtime: Handle::current() };
        Self { source: Source::Wire(wire), declared }
    }

    /// The length that the client announced; `None` for chunks. Zero where there is no body.
    pub(crate) fn declared(&self) -> Option<u64> {
        self.declared
    }

    /// The next piece, which is never empty; `None` once the body came whole. Blocks: never call it on a thread of the
    /// runtime.
    ///
    /// # Errors
    /// [`BodyError::TooSlow`] and [`BodyError::Broken`], at this call and each one after.
    pub(crate) fn read(&mut self) -> Piece {
        self.start();
        let piece = match &mut self.source {
            Source::Pump(pieces, _) => pieces.blocking_recv().unwrap_or(Err(BodyError::Broken)),
            Source::Ended(ended) => ended.map(|()| None),
            Source::Wire(_) => Err(BodyError::Broken),
        };
        if !matches!(piece, Ok(Some(_))) {
            self.source = Source::Ended(piece.clone().map(|_| ()));
        }
        piece
    }

    /// The whole body, if it is at most `limit` bytes long; for a body of which nothing was read.
    ///
    /// # Errors
    /// All of [`BodyError`]; a body announced too large is not asked for.
    pub(crate) async fn collect(mut self, limit: usize) -> Result<Bytes, BodyError> {
        if self.declared.is_some_and(|declared| declared > limit as u64) {
            return Err(BodyError::TooLarge);
        }
        let source = std::mem::replace(&mut self.source, Source::Ended(Err(BodyError::Broken)));
        let Source::Wire(mut wire) = source else { return Err(BodyError::Broken) };
        let whole = async {
            let mut whole = BytesMut::new();
            while let Some(piece) = wire.next().await? {
                if whole.len() + piece.len() > limit {
                    return Err(BodyError::TooLarge);
                }
                whole.extend_from_slice(&piece);
            }
            Ok(whole.freeze())
        };
        let collected = timeout(limits::COLLECT, whole).await.unwrap_or(Err(BodyError::TooSlow));
        if collected.is_err() {
            wire.exchange.leave_unread();
        }
        collected
    }

    /// Starts the pump if it does not run.
    fn start(&mut self) {
        let source = std::mem::replace(&mut self.source, Source::Ended(Err(BodyError::Broken)));
        self.source = match source {
            Source::Wire(wire) => {
                let (pieces, read) = mpsc::channel(AHEAD);
                let exchange = Arc::clone(&wire.exchange);
                wire.runtime.clone().spawn(pump(wire, pieces));
                Source::Pump(read, exchange)
            }
            other => other,
        };
    }
}

/// Moves pieces from the wire until the end, or until nobody reads them.
async fn pump(mut wire: Wire, pieces: mpsc::Sender<Piece>) {
    loop {
        let (gathered, end) = tokio::select! {
            gathered = wire.gather() => gathered,
            () = pieces.closed() => return wire.drain().await,
        };
        let ended = end.is_some();
        for piece in [gathered.map(|bytes| Ok(Some(bytes))), end].into_iter().flatten() {
            if pieces.send(piece).await.is_err() {
                return wire.drain().await;
            }
        }
        if ended {
            return;
        }
    }
}

impl Wire {
    /// Lets what still comes on a stream of HTTP/2 go by for a while, and so the answer: reset while it is sent, some clients
    /// take the refusal of an upload for a broken connection. HTTP/1 does the same for the whole connection.
    async fn drain(mut self) {
        if self.version == Version::HTTP_2 {
            let _ = timeout(LINGER, async { while let Ok(Some(_)) = self.next().await {} }).await;
        }
    }

    /// A piece that is worth waking a thread for, unless the body ends before. HTTP/2 and TLS bring a few KiB at a time.
    async fn gather(&mut self) -> (Option<Bytes>, Option<Piece>) {
        let mut gathered = BytesMut::new();
        loop {
            match self.next().await {
                Ok(Some(piece)) if gathered.is_empty() && piece.len() >= PIECE_BYTES => return (Some(piece), None),
                Ok(Some(piece)) => gathered.extend_from_slice(&piece),
                end => return ((!gathered.is_empty()).then(|| gathered.freeze()), Some(end)),
            }
            if gathered.len() >= PIECE_BYTES {
                return (Some(gathered.freeze()), None);
            }
        }
    }

    async fn next(&mut self) -> Piece {
        loop {
            let frame = timeout(self.patience, self.body.frame()).await.map_err(|_| BodyError::TooSlow)?;
            let Some(frame) = frame else { return self.ended().map(|()| None) };
            let frame = frame.map_err(|_| BodyError::Broken)?;
            // Trailers say nothing that we ask for.
            let Ok(piece) = frame.into_data() else { continue };
            if let Some(missing) = &mut self.missing {
                *missing = missing.checked_sub(piece.len() as u64).ok_or(BodyError::Broken)?;
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// Whether the end that hyper reports is the body's own. It also reports one when an HTTP/2 stream is reset without
    /// an error, and when HTTP/1 reads no further because the answer is sent.
    fn ended(&self) -> Result<(), BodyError> {
        let is_whole = match self.missing {
            Some(missing) => missing == 0,
            None if self.version == Version::HTTP_2 => self.body.is_end_stream(),
            None => !self.exchange.is_over(),
        };
        if is_whole { Ok(()) } else { Err(BodyError::Broken) }
    }
}
