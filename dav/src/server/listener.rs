//! Listening sockets, and the loop that accepts.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpSocket};

use super::Shared;
use super::serve::serve;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// How long accepting rests when the process has no descriptor left.
const REST: Duration = Duration::from_millis(20);

/// Listens at all `addresses`; `0.0.0.0` and `[::]` with one port may stand beside each other.
///
/// # Errors
/// What the system answers, with the address in its text.
pub(super) fn bind(addresses: &[SocketAddr]) -> io::Result<Vec<TcpListener>> {
    let one = |address: &SocketAddr| {
        let beside =
            |other: &SocketAddr| other.is_ipv4() && other.ip().is_unspecified() && other.port() == address.port();
        let v6_only = address.is_ipv6() && addresses.iter().any(beside);
        listen(*address, v6_only).map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
    };
    addresses.iter().map(one).collect()
}

fn listen(address: SocketAddr, v6_only: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    if v6_only {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts until the server closes.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.closing() => return,
        };
        match accepted {
            Ok((stream, from)) => {
                let address: IpAddr = from.ip().to_canonical();
                // Dropped without a place: the client sees the connection closed.
                if let Some(place) = shared.clients.enter(address, shared.acceptor.is_some(), &shared.limits) {
                    let shared = shared.clone();
                    tokio::spawn(async move {
                        let connection = place.connection.clone();
                        connection.until_cut(serve(stream, connection.clone(), shared)).await;
                        drop(place);
                    });
                }
            }
            // The client was gone before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // No descriptors or no memory: somebody idle makes room, and nobody spins meanwhile.
            Err(_) => {
                shared.clients.evict();
                tokio::time::sleep(REST).await;
            }
        }
    }
}
