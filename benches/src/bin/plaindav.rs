//! A plain dav-server over memory, without login or TLS: what `tests/clients/defects.py` must find wrong.
//!
//! `plaindav 127.0.0.1:8080` serves until it is ended.
use std::convert::Infallible;
use std::net::SocketAddr;

use dav_server::DavHandler;
use dav_server::memfs::MemFs;
use dav_server::memls::MemLs;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let address: SocketAddr = std::env::args().nth(1).ok_or("usage: plaindav ADDRESS:PORT")?.parse()?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_io().build()?.block_on(serve(address))
}

async fn serve(address: SocketAddr) -> Result<(), Failure> {
    let door = DavHandler::builder().filesystem(MemFs::new()).locksystem(MemLs::new()).build_handler();
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let door = door.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let door = door.clone();
                async move { Ok::<_, Infallible>(door.handle(request).await) }
            });
            // A client that goes away ends its own connection only.
            http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await.ok();
        });
    }
}
