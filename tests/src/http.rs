//! A client that speaks HTTP/1.1 in clear over one connection: only what the suites need.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use data_encoding::BASE64;

/// How long anything may take: no test waits for ever.
const PATIENCE: Duration = Duration::from_secs(90);

/// A client with its login, and the connection that it keeps.
pub struct Client {
    address: SocketAddr,
    authorization: String,
    connection: Option<BufReader<TcpStream>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

/// How a body is sent.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// There is none.
    None,
    /// Its length is said first.
    Sized(&'a [u8]),
    /// In pieces of this many bytes, and nobody says how many there will be.
    Chunked(&'a [u8], usize),
}

impl Answer {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    /// A client of the server at `address`, with a login and its password.
    #[must_use]
    pub fn new(address: SocketAddr, login: &str, password: &str) -> Self {
        let credentials = BASE64.encode(format!("{login}:{password}").as_bytes());
        Self { address, authorization: format!("Basic {credentials}"), connection: None }
    }

    /// Ends the connection; the next request makes another.
    pub fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Sends a request and reads the whole answer.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Body<'_>) -> Answer {
        let answer = self.try_send(method, path, headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::UnexpectedEof`] for an answer that broke off.
    pub fn try_send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> io::Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(self.address)?,
        };
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        head += &format!("Authorization: {}\r\n", self.authorization);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut message = match body {
            Body::None => head + "\r\n",
            Body::Sized(bytes) => format!("{head}Content-Length: {}\r\n\r\n", bytes.len()),
            Body::Chunked(..) => head + "Transfer-Encoding: chunked\r\n\r\n",
        }
        .into_bytes();
        match body {
            Body::None => {}
            Body::Sized(bytes) => message.extend_from_slice(bytes),
            Body::Chunked(bytes, length) => {
                for piece in bytes.chunks(length) {
                    message.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    message.extend_from_slice(piece);
                    message.extend_from_slice(b"\r\n");
                }
                message.extend_from_slice(b"0\r\n\r\n");
            }
        }
        connection.get_mut().write_all(&message)?;
        let answer = read_answer(&mut connection, method)?;
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}

fn connect(address: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(64 * 1024, stream))
}

fn read_answer(from: &mut impl BufRead, method: &str) -> io::Result<Answer> {
    let status = line(from)?;
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut headers = Vec::new();
    loop {
        let line = line(from)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, body: Vec::new(), headers };
    if method == "HEAD" || matches!(status, 204 | 304) {
        return Ok(answer);
    }
    if answer.header("transfer-encoding") == Some("chunked") {
        loop {
            let length = u64::from_str_radix(&line(from)?, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            read_exactly(from, length, &mut answer.body)?;
            line(from)?;
            if length == 0 {
                return Ok(answer);
            }
        }
    }
    let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    read_exactly(from, length, &mut answer.body)?;
    Ok(answer)
}

fn read_exactly(from: &mut impl Read, length: u64, into: &mut Vec<u8>) -> io::Result<()> {
    let read = from.take(length).read_to_end(into)? as u64;
    if read == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
