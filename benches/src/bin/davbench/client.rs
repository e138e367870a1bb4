//! A client that costs little: one connection that is kept alive, blocking, one request after the other.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use cartable_benches::turn::{Outcome, expect};
use data_encoding::BASE64;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, StreamOwned};

/// Bytes that are taken from the system at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// Bodies up to this length go out with their head.
const TOGETHER_BYTES: usize = 64 * 1024;

/// A server, and how to log in.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) login: String,
    pub(crate) password: String,
}

/// A connection to it, made again when the server closes it between two requests.
pub(crate) struct Connection {
    host: Host,
    stream: BufReader<Box<dyn Stream>>,
    /// The server said that it closes.
    is_last: bool,
    origin: String,
    /// What every head holds.
    common: String,
}

trait Stream: Read + Write + Send {}
impl Stream for TcpStream {}
impl Stream for StreamOwned<ClientConnection, Wide> {}

/// A TCP stream that is read in large pieces: rustls alone would ask the system for each 4 KiB.
struct Wide(BufReader<TcpStream>);

impl Read for Wide {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for Wide {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.get_mut().write(bytes)
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.0.get_mut().write_vectored(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.get_mut().flush()
    }
}

impl Host {
    /// Connects and sends a first request, after which the server knows the login and TLS is set up.
    pub(crate) fn connect(&self) -> Outcome<Connection> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let login = BASE64.encode(format!("{}:{}", self.login, self.password).as_bytes());
        let mut connection = Connection {
            host: self.clone(),
            stream: self.stream()?,
            is_last: false,
            origin: format!("{scheme}://{}", self.address),
            common: format!("Host: {}\r\nAuthorization: Basic {login}\r\nUser-Agent: davbench\r\n", self.address),
        };
        connection.ask("PROPFIND", "/", &[("Depth", "0")], b"", 207)?;
        Ok(connection)
    }

    fn stream(&self) -> Outcome<BufReader<Box<dyn Stream>>> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(socket),
            Some(config) => {
                let session = ClientConnection::new(Arc::clone(config), ServerName::from(self.address.ip()))?;
                Box::new(StreamOwned::new(session, Wide(BufReader::with_capacity(BUFFER_BYTES, socket))))
            }
        };
        Ok(BufReader::with_capacity(BUFFER_BYTES, stream))
    }
}

impl Connection {
    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Sends a request, reads the answer, and returns how long its body was. Ends the run at another status.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        wanted: u16,
    ) -> Outcome<u64> {
        self.exchange(method, path, headers, body, wanted, &mut |_| ())
    }

    /// The same, and hands over what came.
    pub(crate) fn exchange(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        wanted: u16,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Outcome<u64> {
        let mut head = format!("{method} {path} HTTP/1.1\r\n{}", self.common);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || method == "PUT" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        let mut head = (head + "\r\n").into_bytes();
        let mut body = body;
        if body.len() <= TOGETHER_BYTES {
            head.extend_from_slice(body);
            body = b"";
        }
        if std::mem::take(&mut self.is_last) {
            self.stream = self.host.stream()?;
        }
        let line = match self.send(&head, body) {
            Ok(line) => line,
            // It was closed before the server saw the request (RFC 9112 section 9.3.1).
            Err(_) => {
                self.stream = self.host.stream()?;
                self.send(&head, body)?
            }
        };
        let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.trim().eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("connection") {
                self.is_last = value.trim().eq_ignore_ascii_case("close");
            }
        }
        let came = if chunked { self.chunks(sink)? } else { self.piece(length, sink)? };
        expect(status == wanted.to_string(), &format!("{method} {path}: {line}"))?;
        Ok(came)
    }

    /// Sends a request; returns the first line of the answer.
    fn send(&mut self, head: &[u8], body: &[u8]) -> Outcome<String> {
        let to = self.stream.get_mut();
        to.write_all(head)?;
        to.write_all(body)?;
        to.flush()?;
        self.line()
    }

    fn chunks(&mut self, sink: &mut dyn FnMut(&[u8])) -> Outcome<u64> {
        let mut all = 0;
        loop {
            let size = self.line()?;
            let length = u64::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)?;
            all += self.piece(length, sink)?;
            expect(self.line()?.is_empty(), "the end of a chunk")?;
            if length == 0 {
                return Ok(all);
            }
        }
    }

    fn piece(&mut self, length: u64, sink: &mut dyn FnMut(&[u8])) -> Outcome<u64> {
        let mut missing = length;
        while missing > 0 {
            let bytes = self.stream.fill_buf()?;
            expect(!bytes.is_empty(), "the end of an answer")?;
            let taken = bytes.len().min(usize::try_from(missing)?);
            sink(&bytes[..taken]);
            self.stream.consume(taken);
            missing -= taken as u64;
        }
        Ok(length)
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        expect(self.stream.read_line(&mut line)? > 0, "an answer")?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}
