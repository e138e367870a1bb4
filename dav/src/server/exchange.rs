//! One request and its answer: counted, kept from tearing down its connection by a panic, and known to be over.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONNECTION, SERVER};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::{Frame, SizeHint};

use super::body::{Body, Incoming, empty};
use super::connection::ConnectionInfo;
use super::{Peer, Shared};

/// What a request's body must know of its exchange.
pub(super) struct Exchange {
    connection: Arc<ConnectionInfo>,
    is_over: AtomicBool,
    is_unread: AtomicBool,
}

impl Exchange {
    /// The answer comes before all of the body was read: over HTTP/1 the connection ends with it.
    pub(super) fn leave_unread(&self) {
        self.is_unread.store(true, Ordering::Release);
    }

    /// Whether the answer was sent, or can't be any more: what ends then did not end well.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire) || self.connection.is_cut()
    }
}

/// Held from the head of a request to the end of its answer.
struct Answering(Arc<Exchange>);

impl Answering {
    fn begin(connection: &Arc<ConnectionInfo>) -> Self {
        connection.request_began();
        Self(Arc::new(Exchange {
            connection: connection.clone(),
            is_over: AtomicBool::new(false),
            is_unread: AtomicBool::new(false),
        }))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Release);
        self.0.connection.request_ended();
    }
}

/// The body of an answer; the exchange is over when it is dropped.
pub(super) struct Answer {
    body: Body,
    _answering: Answering,
}

/// What the service answers; 500 where it panics.
pub(super) async fn answer(
    shared: Arc<Shared>,
    connection: Arc<ConnectionInfo>,
    request: Request<hyper::body::Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let answering = Answering::begin(&connection);
    let peer = Peer { address: connection.address(), tls: connection.tls(), connection };
    let version = request.version();
    let request = request.map(|body| Incoming::new(body, version, answering.0.clone(), shared.limits.stall));
    let service = shared.service.clone();
    let mut call = pin!(async move { service.call(request, peer).await });
    // What a panic leaves half done is the service's own; of ours nothing is shared with the call.
    let outcome = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    });
    let mut response = outcome.await.unwrap_or_else(|| {
        let mut failed = Response::new(empty());
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    });
    response.headers_mut().entry(SERVER).or_insert_with(|| shared.server_name.clone());
    if version < Version::HTTP_2 && answering.0.is_unread.load(Ordering::Acquire) {
        // Said before, so that the client sends nothing more on it (RFC 9112 section 9.6).
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Answer { body, _answering: answering }))
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
