//! Bodies of answers: nothing, bytes, or a stream that a blocking thread fills.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Frame;
use parking_lot::{Condvar, Mutex};

use super::limits;

pub(crate) use super::incoming::{BodyError, Incoming};

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// No bytes.
pub(crate) fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// These bytes, with their length.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body that is filled through the [`Sender`], which holds back its thread while `capacity` pieces wait.
///
/// Set `Content-Length` on the answer where the length is known; without it HTTP/1.1 sends chunks.
pub(crate) fn channel(capacity: usize) -> (Sender, Body) {
    channel_with(capacity, limits::STALL)
}

fn channel_with(capacity: usize, patience: Duration) -> (Sender, Body) {
    let pipe = Arc::new(Pipe { state: Mutex::default(), room: Condvar::new() });
    let sender = Sender { pipe: pipe.clone(), capacity: capacity.max(1), patience };
    (sender, Outlet(pipe).boxed_unsync())
}

/// The client reads no more: it is gone, too slow, or was sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client reads no more")]
pub(crate) struct Closed;

/// Fills a body. The answer is whole only after [`Sender::finish`]: a sender that is dropped before, by an early return
/// or a panic, breaks the answer off so that the client notices.
#[derive(Debug)]
#[must_use = "a body without `finish` is broken off"]
pub(crate) struct Sender {
    pipe: Arc<Pipe>,
    capacity: usize,
    patience: Duration,
}

#[derive(Debug)]
struct Pipe {
    state: Mutex<State>,
    room: Condvar,
}

#[derive(Debug, Default)]
struct State {
    pieces: VecDeque<Bytes>,
    end: Option<End>,
    is_closed: bool,
    reader: Option<Waker>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    Broken,
}

impl Sender {
    /// Hands over one piece; blocks while the client is slow, so never call it on a thread of the runtime.
    ///
    /// # Errors
    /// [`Closed`] when nobody reads any more, or when the client took nothing for a minute.
    pub(crate) fn send(&mut self, piece: Bytes) -> Result<(), Closed> {
        let mut state = self.pipe.state.lock();
        while !state.is_closed && state.pieces.len() >= self.capacity {
            if self.pipe.room.wait_for(&mut state, self.patience).timed_out() {
                state.is_closed = true;
            }
        }
        if state.is_closed {
            return Err(Closed);
        }
        if !piece.is_empty() {
            state.pieces.push_back(piece);
            wake(state);
        }
        Ok(())
    }

    /// All was sent.
    pub(crate) fn finish(self) {
        self.end(End::Whole);
    }

    /// Breaks the answer off: the connection (HTTP/1) or the stream (HTTP/2) is reset.
    pub(crate) fn abort(self) {
        self.end(End::Broken);
    }

    fn end(&self, end: End) {
        let mut state = self.pipe.state.lock();
        if state.end.is_none() {
            state.end = Some(end);
            wake(state);
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.end(End::Broken);
    }
}

fn wake(mut state: parking_lot::MutexGuard<'_, State>) {
    let reader = state.reader.take();
    drop(state);
    if let Some(reader) = reader {
        reader.wake();
    }
}

/// The other end of a [`Sender`].
struct Outlet(Arc<Pipe>);

impl hyper::body::Body for Outlet {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let mut state = self.0.state.lock();
        if let Some(piece) = state.pieces.pop_front() {
            self.0.room.notify_one();
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match state.end {
            Some(End::Whole) => Poll::Ready(None),
            Some(End::Broken) => Poll::Ready(Some(Err(io::Error::other("the answer was broken off")))),
            None => {
                state.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.is_closed = true;
        state.pieces.clear();
        self.0.room.notify_one();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn poll(body: &mut Body) -> Poll<Option<io::Result<Bytes>>> {
        let mut cx = Context::from_waker(Waker::noop());
        let polled = hyper::body::Body::poll_frame(Pin::new(body), &mut cx);
        polled.map(|frame| frame.map(|frame| frame.map(|frame| frame.into_data().unwrap())))
    }

    #[test]
    fn a_body_is_whole_only_when_finished() {
        let (mut sender, mut body) = channel(2);
        assert!(poll(&mut body).is_pending());
        sender.send(Bytes::from_static(b"a")).unwrap();
        sender.send(Bytes::new()).unwrap();
        sender.finish();
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(piece))) if piece == "a"));
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
        let (sender, mut body) = channel(2);
        drop(sender);
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
        let (sender, mut body) = channel(2);
        sender.abort();
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
    }

    #[test]
    fn a_reader_that_takes_nothing_is_given_up() {
        let (mut sender, body) = channel_with(1, Duration::from_millis(50));
        sender.send(Bytes::from_static(b"a")).unwrap();
        assert_eq!(sender.send(Bytes::from_static(b"b")), Err(Closed));
        assert_eq!(sender.send(Bytes::from_static(b"b")), Err(Closed));
        drop(body);
    }

    #[test]
    fn a_reader_that_goes_frees_the_sender() {
        let (mut sender, body) = channel(1);
        sender.send(Bytes::from_static(b"a")).unwrap();
        let waiting = std::thread::spawn(move || sender.send(Bytes::from_static(b"b")));
        drop(body);
        assert_eq!(waiting.join().unwrap(), Err(Closed));
    }
}
