//! One connection from its first byte to its last: TLS, then HTTP/1.1 or HTTP/2.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::Shared;
use super::connection::ConnectionInfo;
use super::exchange::answer;
use super::limits;
use super::metered::Metered;
use super::target::Lines;
use super::tls::HTTP2;

/// The first byte of a TLS handshake (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;
/// Sent to who speaks HTTP where TLS is spoken. A person may read it, and we don't know in which language.
const USE_TLS: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n\
    Cette adresse commence par https://\nThis address begins with https://\n";

/// Carries `stream` until it ends.
pub(super) async fn serve(stream: TcpStream, connection: Arc<ConnectionInfo>, shared: Arc<Shared>) {
    // Answers are written whole: none of them gains by waiting for more.
    let _ = stream.set_nodelay(true);
    let stream = Metered { stream, connection: connection.clone() };
    if shared.acceptor.is_none() {
        return over_http1(stream, connection, shared).await;
    }
    let Ok(Ok(Some(mut stream))) = timeout(shared.limits.handshake, handshake(stream, &shared)).await else { return };
    let (_, session) = stream.get_mut();
    session.set_buffer_limit(Some(limits::TLS_BUFFER_BYTES));
    let is_http2 = session.alpn_protocol() == Some(HTTP2);
    connection.ready(is_http2);
    if is_http2 {
        over_http2(stream, connection, shared).await;
    } else {
        over_http1(stream, connection, shared).await;
    }
}

/// `None` where no TLS was spoken.
async fn handshake(stream: Metered, shared: &Shared) -> io::Result<Option<TlsStream<BufReader<Metered>>>> {
    let mut first = [0];
    let is_tls = stream.stream.peek(&mut first).await? == 1 && first[0] == HANDSHAKE;
    match &shared.acceptor {
        Some(acceptor) if is_tls => {
            acceptor.accept(BufReader::with_capacity(limits::TLS_READ_BYTES, stream)).await.map(Some)
        }
        _ => {
            if first[0].is_ascii_uppercase() {
                farewell(stream, USE_TLS.as_bytes(), shared).await;
            }
            Ok(None)
        }
    }
}

async fn over_http1<S>(stream: S, connection: Arc<ConnectionInfo>, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| Box::pin(answer(shared.clone(), connection.clone(), request)));
    let mut http = http1::Builder::new()
        .max_buf_size(limits::BUFFER_BYTES)
        .max_header_size(limits::HEAD_BYTES)
        .serve_connection(TokioIo::new(Lines::new(stream, connection.clone())), service);
    let ended = tokio::select! {
        ended = poll_fn(|cx| http.poll_without_shutdown(cx)) => ended,
        () = shared.closing() => {
            std::pin::Pin::new(&mut http).graceful_shutdown();
            poll_fn(|cx| http.poll_without_shutdown(cx)).await
        }
    };
    match ended {
        // An answer broke off: for a client of HTTP/1.0 an ordinary end would make it look whole.
        Err(error) if error.is_user() || error.is_body_write_aborted() => connection.reset(),
        _ => farewell(http.into_parts().io.into_inner(), b"", &shared).await,
    }
}

/// Says `last`, closes our side, and drops what still comes until the client closes too. Closed with bytes unread, the
/// system would send a reset that can overtake the last answer: who uploads would not see why it was refused.
async fn farewell<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, last: &[u8], shared: &Shared) {
    let close = async {
        stream.write_all(last).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    // Nothing is lost where the client is gone or does not close: the connection ends now.
    let _ = timeout(shared.limits.linger, close).await;
}

async fn over_http2<S>(stream: S, connection: Arc<ConnectionInfo>, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (stream_window, connection_window) = limits::WINDOW_BYTES;
    let of_service = (shared.clone(), connection.clone());
    let service = service_fn(move |request| answer(of_service.0.clone(), of_service.1.clone(), request));
    let http = http2::Builder::new(Streams(connection))
        .max_concurrent_streams(limits::STREAMS)
        .max_pending_accept_reset_streams(limits::RESETS)
        .max_local_error_reset_streams(limits::RESETS)
        .max_header_list_size(limits::HEAD_BYTES as u32)
        .max_send_buf_size(limits::SEND_BYTES)
        .initial_stream_window_size(stream_window)
        .initial_connection_window_size(connection_window)
        .serve_connection(TokioIo::new(stream), service);
    let mut http = pin!(http);
    // Its errors are the client's: it is told in HTTP/2, and there is nobody else to tell.
    let _ = tokio::select! {
        ended = http.as_mut() => ended,
        () = shared.closing() => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
}

/// Carries the streams of one HTTP/2 connection, which end when it is cut.
#[derive(Clone)]
struct Streams(Arc<ConnectionInfo>);

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let connection = self.0.clone();
        tokio::spawn(async move { connection.until_cut(stream).await });
    }
}
