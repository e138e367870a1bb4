//! HTTP/2 over TLS.

use std::rc::Rc;

use h2::client::SendRequest;
use tokio::runtime;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{self, pki_types::ServerName};

use super::secured::{Files, client};
use super::*;

/// Runs `talk` with a client of HTTP/2.
fn with_client<F: Future>(talk: impl FnOnce(Rc<World>, SendRequest<Bytes>) -> F) {
    let files = Files::new();
    let world = Rc::new(World::with(limits(), Tls::On(files.own())));
    let mut config = client(&files.certificate, &[&rustls::version::TLS13]);
    config.alpn_protocols = vec![tls::HTTP2.to_vec()];
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(world.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        let (requests, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        talk(world.clone(), requests).await;
    });
}

fn request(method: &str, path: &str) -> Request<()> {
    Request::builder().method(method).uri(format!("https://localhost{path}")).body(()).unwrap()
}

async fn text(answer: Response<h2::RecvStream>) -> Result<String, h2::Error> {
    let mut body = answer.into_body();
    let mut all = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len()).unwrap();
        all.extend_from_slice(&piece);
    }
    Ok(String::from_utf8(all).unwrap())
}

#[test]
fn requests_share_a_connection() {
    with_client(|world, mut requests| async move {
        let (upload, mut body) = requests.send_request(request("PUT", "/size"), false).unwrap();
        let (get, _) = requests.send_request(request("GET", "/"), true).unwrap();
        assert_eq!(text(get.await.unwrap()).await.unwrap(), "127.0.0.1 true");
        body.send_data(Bytes::from_static(b"hello"), false).unwrap();
        body.send_data(Bytes::from_static(b" world"), true).unwrap();
        assert_eq!(text(upload.await.unwrap()).await.unwrap(), "None Ok(11)");
        let (long, _) = requests.send_request(request("GET", "/stream/50"), true).unwrap();
        assert_eq!(text(long.await.unwrap()).await.unwrap().len(), 50 * PIECE_BYTES);
        let list = world.server.clients();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].requests, 3);
    });
}

#[test]
fn an_upload_that_is_reset_is_broken_whatever_the_reason() {
    for reason in [h2::Reason::CANCEL, h2::Reason::NO_ERROR, h2::Reason::INTERNAL_ERROR] {
        with_client(|world, mut requests| async move {
            let (_answer, mut body) = requests.send_request(request("PUT", "/size"), false).unwrap();
            body.send_data(Bytes::from_static(b"hello"), false).unwrap();
            sleep(Duration::from_millis(50)).await;
            body.send_reset(reason);
            // The runtime of this test carries the client's connection, so it must not block.
            let told = loop {
                match world.told.try_recv() {
                    Ok(told) => break told,
                    Err(_) => sleep(Duration::from_millis(10)).await,
                }
            };
            assert_eq!(told, Told::Read(Err(BodyError::Broken)), "{reason:?}");
        });
    }
}
