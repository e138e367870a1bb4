//! Request targets with a fragment (HTTP/1): a client that forgot to encode a `#` means another resource than the part before
//! it. The parser below cuts the rest off without a word, and `DELETE /C#/notes` would remove `/C`. So the `#` of a request
//! line is made a byte that no target may hold, and the request is answered 400. Over HTTP/2 the parser leaves us nothing to look
//! at: clients that make their targets from URLs cut a fragment off before anybody could.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::ConnectionInfo;

/// What a `#` becomes: DEL.
const REFUSED: u8 = 0x7f;

/// A stream whose request lines are looked at. A line that comes together with the request before it is not: nobody sends
/// one before it has the answer to the other.
pub(super) struct Lines<S> {
    stream: S,
    connection: Arc<ConnectionInfo>,
    /// How many requests began with a line that was looked at.
    seen: u64,
    /// Something of the line that is looked at has come.
    begun: bool,
}

impl<S> Lines<S> {
    pub(super) fn new(stream: S, connection: Arc<ConnectionInfo>) -> Self {
        Self { stream, connection, seen: 0, begun: false }
    }

    fn look(&mut self, bytes: &mut [u8]) {
        let next = self.connection.requests() + 1;
        if self.seen >= next || !self.connection.is_waiting() {
            return;
        }
        for byte in bytes {
            match byte {
                // Blank lines before a request are skipped (RFC 9112 section 2.2).
                b'\r' | b'\n' if !self.begun => {}
                b'\n' => {
                    self.seen = next;
                    self.begun = false;
                    return;
                }
                b'#' => *byte = REFUSED,
                _ => self.begun = true,
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lines<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, into))?;
        self.look(&mut into.filled_mut()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lines<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
