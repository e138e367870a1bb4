//! Where the browser is sent when a person has logged in: a port of this machine that only this machine reaches.
//!
//! Source: RFC 8252, 7.3 (loopback redirection) and 8.3.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Login;
use crate::connector::Failure;

/// How long a person may take to log in.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a browser may take to say what it wants.
const MOMENT: Duration = Duration::from_secs(5);
/// The longest request that is read, in bytes.
const REQUEST_BYTES: usize = 16 * 1024;

/// A port that waits for the browser.
pub struct Redirect {
    listener: TcpListener,
    address: String,
}

impl Redirect {
    /// Opens a port.
    ///
    /// # Errors
    /// [`Failure::Platform`] when the system gives none.
    pub async fn listen() -> Result<Self, Failure> {
        let opened = async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let port = listener.local_addr()?.port();
            Ok::<_, std::io::Error>(Self { listener, address: format!("http://127.0.0.1:{port}/") })
        };
        opened.await.map_err(|error| Failure::Platform(format!("no port for the browser: {error}")))
    }

    /// The address to send the browser to.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the browser comes with what answers `login`; tells it `said`. Whoever else comes is sent away.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when nobody comes for ten minutes.
    pub async fn wait(self, login: &Login, said: &str) -> Result<String, Failure> {
        let coming = async {
            loop {
                let Ok((mut stream, _)) = self.listener.accept().await else {
                    tokio::time::sleep(MOMENT).await;
                    continue;
                };
                let Ok(Some(target)) = timeout(MOMENT, target(&mut stream)).await else { continue };
                let is_ours = login.is_answered_by(&target);
                let (status, body) = if is_ours { ("200 OK", said) } else { ("404 Not Found", "") };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
                     Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                // Who does not listen any more has said what is needed.
                let _ = timeout(MOMENT, stream.write_all(answer.as_bytes())).await;
                if is_ours {
                    return target;
                }
            }
        };
        timeout(PATIENCE, coming).await.map_err(|_| Failure::BadLogin)
    }
}

/// What a browser asks for with GET.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let (mut request, mut part) = (Vec::new(), [0; 1024]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&part[..read]);
        if request.len() > REQUEST_BYTES {
            return None;
        }
    }
    let line = request.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned)).flatten()
}
