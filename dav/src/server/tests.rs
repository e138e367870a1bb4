//! The server from outside: a small service, and clients that write bytes by hand.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::body::BodyError;
use super::*;

mod bodies;
mod crowds;
mod ends;
mod http2;
mod secured;
mod targets;

const PIECE_BYTES: usize = 64 * 1024;

/// Answers by path, and tells the test what became of bodies.
struct Echo {
    told: parking_lot::Mutex<mpsc::Sender<Told>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Told {
    Read(Result<u64, BodyError>),
    Sent(u64),
}

impl Echo {
    fn tell(&self, what: Told) {
        // The test may have seen enough.
        let _ = self.told.lock().send(what);
    }

    fn read(&self, mut body: Incoming) -> Result<u64, BodyError> {
        let mut bytes = 0;
        let read = loop {
            match body.read() {
                Ok(Some(piece)) => bytes += piece.len() as u64,
                Ok(None) => break Ok(bytes),
                Err(error) => break Err(error),
            }
        };
        assert_eq!(body.read().map(|_| bytes), read, "an end stays as it is");
        self.tell(Told::Read(read));
        read
    }

    /// `pieces`, or as many as the client takes.
    fn stream(self: Arc<Self>, pieces: u64) -> Body {
        let (mut sender, body) = body::channel(4);
        tokio::task::spawn_blocking(move || {
            for sent in 0..pieces {
                if sender.send(Bytes::from(vec![b'x'; PIECE_BYTES])).is_err() {
                    return self.tell(Told::Sent(sent));
                }
            }
            sender.finish();
        });
        body
    }
}

impl Service for Echo {
    fn call(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let body = request.into_body();
            let (what, argument) = path.trim_start_matches('/').split_once('/').unwrap_or((&path[1..], ""));
            match what {
                "size" => {
                    let declared = body.declared();
                    let read = tokio::task::spawn_blocking(move || self.read(body)).await.unwrap();
                    Response::new(body::full(format!("{declared:?} {read:?}")))
                }
                "collect" => {
                    let collected = body.collect(argument.parse().unwrap()).await;
                    Response::new(body::full(format!("{:?}", collected.map(|bytes| bytes.len()))))
                }
                "refuse" => {
                    let mut refused = Response::new(body::full("no"));
                    *refused.status_mut() = StatusCode::UNAUTHORIZED;
                    refused
                }
                // Answers while the body is still read.
                "early" => {
                    tokio::task::spawn_blocking(move || self.read(body));
                    Response::new(body::full("early"))
                }
                "stream" => Response::new(self.stream(argument.parse().unwrap())),
                "short" => {
                    let (mut sender, body) = body::channel(4);
                    sender.send(Bytes::from_static(b"half")).unwrap();
                    drop(sender);
                    Response::new(body)
                }
                "login" => {
                    peer.connection.set_login(argument.to_owned());
                    Response::new(self.stream(u64::MAX))
                }
                "late" => {
                    sleep(Duration::from_millis(300)).await;
                    Response::new(body::full("late"))
                }
                "panic" => panic!("as the test wants"),
                _ => Response::new(body::full(format!("{} {}", peer.address, peer.tls))),
            }
        })
    }
}

/// A server that tests talk to.
struct World {
    server: Server,
    told: mpsc::Receiver<Told>,
}

fn limits() -> Limits {
    Limits {
        handshake: Duration::from_millis(500),
        head: Duration::from_millis(500),
        idle: Duration::from_secs(20),
        stall: Duration::from_millis(500),
        sweep: Duration::from_millis(50),
        ..Limits::with_descriptors(8192)
    }
}

impl World {
    fn new() -> Self {
        Self::with(limits(), Tls::Off)
    }

    fn with(limits: Limits, tls: Tls) -> Self {
        let (tell, told) = mpsc::channel();
        let config = Config { listen: vec!["127.0.0.1:0".parse().unwrap()], tls, server_name: "Echo" };
        let service = Arc::new(Echo { told: parking_lot::Mutex::new(tell) });
        Self { server: Server::start_within(limits, config, service).unwrap(), told }
    }

    fn address(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    fn told(&self) -> Told {
        self.told.recv_timeout(Duration::from_secs(10)).unwrap()
    }

    /// Whether a request of a client that just came is answered.
    fn serves(&self) -> bool {
        let mut stream = self.connect();
        send(&mut stream, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        head_and_body(&mut stream).0.starts_with("HTTP/1.1 200")
    }
}

fn send(stream: &mut impl Write, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

/// The head of an answer, and its body by `Content-Length`.
fn head_and_body(stream: &mut impl Read) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// All that comes until the connection ends well.
fn rest(stream: &mut impl Read) -> String {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    String::from_utf8_lossy(&all).into_owned()
}

/// Waits for what others do at their own pace.
fn eventually(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it did not come about");
        std::thread::sleep(Duration::from_millis(10));
    }
}
