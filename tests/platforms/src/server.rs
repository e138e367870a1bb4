//! HTTP for a platform: requests come whole, answers go whole, unless a fault is planned.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::{Fault, Faults};

/// A request.
#[derive(Debug)]
pub struct Ask {
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// What the platform is to do wrong by itself.
    pub own_fault: Option<&'static str>,
}

impl Ask {
    /// The part of a file that is asked for: its first byte, and its last one or nothing (RFC 9110, 14.2).
    #[must_use]
    pub fn range(&self) -> Option<(&str, &str)> {
        self.headers.get("range")?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')
    }

    /// The fields of the query, or of a form when `of` is the body.
    #[must_use]
    pub fn fields(of: &str) -> Vec<(String, String)> {
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
        };
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (decode(name), decode(value)));
        of.split('&').filter_map(pair).collect()
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers: names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// An answer of that media type.
    #[must_use]
    pub fn of(media_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status: 200, headers: vec![("content-type", media_type.to_owned())], body: body.into() }
    }

    /// A status with a page that says no more.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::of("text/html", "<html><body>error</body></html>") }
    }

    /// A part of this answer, from a byte up to another (RFC 9110, 14).
    #[must_use]
    pub fn part(mut self, (from, to): (&str, &str)) -> Self {
        let length = self.body.len();
        let Ok(from) = from.parse::<usize>() else { return self };
        let to = to.parse().unwrap_or(usize::MAX).min(length.saturating_sub(1));
        if from > to || from >= length {
            self.headers.push(("content-range", format!("bytes */{length}")));
            return Self { status: 416, body: Bytes::new(), ..self };
        }
        self.headers.push(("content-range", format!("bytes {from}-{to}/{length}")));
        Self { status: 206, body: self.body.slice(from..=to), ..self }
    }
}

/// A platform: answers one request after the other.
pub trait Platform: Send + Sync + 'static {
    /// Answers.
    fn answer(&self, ask: &Ask) -> Answer;
}

/// A platform that runs; it ends when this is dropped.
pub struct Running<P> {
    /// The platform.
    pub platform: Arc<P>,
    /// What goes wrong.
    pub faults: Arc<Faults>,
    address: SocketAddr,
    _runtime: Runtime,
}

impl<P: Platform> Running<P> {
    /// Serves at a port of loopback; 0 takes a free one.
    ///
    /// # Panics
    /// When the port is taken.
    #[must_use]
    pub fn start(platform: P, port: u16) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port))).unwrap();
        let address = listener.local_addr().unwrap();
        let (platform, faults) = (Arc::new(platform), Arc::<Faults>::default());
        let (served, planned) = (Arc::clone(&platform), Arc::clone(&faults));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (served, planned) = (Arc::clone(&served), Arc::clone(&planned));
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(&*served, &planned, request));
                    // A client that breaks off is no concern of the platform.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { platform, faults, address, _runtime: runtime }
    }

    /// Its address: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn answer<P: Platform>(
    platform: &P,
    faults: &Faults,
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, io::Error>>, io::Error> {
    let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let fault = faults.next();
    let own_fault = if let Some(Fault::Own(own)) = fault { Some(own) } else { None };
    let ask = Ask { method: parts.method, uri: parts.uri, headers: parts.headers, body, own_fault };
    let answer = match fault {
        Some(Fault::Drop) => return Err(broken()),
        Some(Fault::Status(status)) => Answer::status(status),
        _ => platform.answer(&ask),
    };
    if fault == Some(Fault::Swallow) {
        return Err(broken());
    }
    if let Some(Fault::Delay(time)) = fault {
        tokio::time::sleep(time).await;
    }
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response = response.header("content-length", answer.body.len());
    let body = if fault == Some(Fault::Half) {
        let half = answer.body.slice(..answer.body.len() / 2);
        let pieces = [Ok(Frame::data(half)), Err(broken())];
        BoxBody::new(StreamBody::new(Pieces { pieces: pieces.into_iter(), paused: true }))
    } else {
        BoxBody::new(http_body_util::Full::new(answer.body).map_err(|never: Infallible| match never {}))
    };
    Ok(response.body(body).unwrap())
}

/// A stream of what an iterator gives. It pauses before each piece but the first: what came before is sent before the connection breaks.
struct Pieces<I> {
    pieces: I,
    paused: bool,
}

impl<I: Iterator + Unpin> futures_core::Stream for Pieces<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        if !self.paused {
            self.paused = true;
            context.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        self.paused = false;
        std::task::Poll::Ready(self.pieces.next())
    }
}
