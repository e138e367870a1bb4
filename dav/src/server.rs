//! The HTTP server: listens, speaks TLS and HTTP, keeps slow and greedy clients from harming others. It knows nothing
//! of WebDAV; a [`Service`] answers.
//!
//! Two threads of a runtime carry all connections. A service waits for a slow client on the runtime's blocking threads,
//! `tokio::task::spawn_blocking`, of which there are enough that hundreds may do so while others are served. What waits for
//! the core or the disk only says so, `tokio::task::block_in_place`: another thread carries the connections meanwhile.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cartable_fs::bag::{DEEP, erase_stack};
use http::HeaderValue;
use rustix::process::{Resource, getrlimit};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::time::{interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use clients::Clients;
use limits::Limits;

pub(crate) mod body;
pub(crate) mod certificate;
mod clients;
mod connection;
mod exchange;
mod incoming;
mod limits;
mod listener;
mod metered;
mod serve;
mod target;
#[cfg(test)]
mod tests;
pub(crate) mod tls;

pub(crate) use body::{Body, Incoming};
pub(crate) use clients::Client;
pub(crate) use clients::network;
pub(crate) use connection::ConnectionInfo;
pub(crate) use tls::TlsFiles;

/// Who sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// The client's address; an IPv4 address never looks like IPv6.
    pub(crate) address: IpAddr,
    /// Whether the request came over TLS.
    pub(crate) tls: bool,
    /// Its connection; the service notes there who logged in.
    pub(crate) connection: Arc<ConnectionInfo>,
}

/// What answers requests.
pub(crate) trait Service: Send + Sync + 'static {
    /// Answers one request, as it came: target and `Host` are not looked at before. Runs on a thread of the runtime, so
    /// it must not block unsaid. A panic answers 500.
    fn call(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        peer: Peer,
    ) -> Pin<Box<dyn Future<Output = http::Response<Body>> + Send>>;
}

/// How the server speaks.
#[derive(Clone, Debug)]
pub(crate) enum Tls {
    /// HTTP/1.1 in clear.
    Off,
    /// TLS 1.2 and 1.3 with this certificate; HTTP/1.1 and HTTP/2.
    On(Arc<TlsFiles>),
}

/// What the server is told.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where to listen; port 0 takes a free one.
    pub(crate) listen: Vec<SocketAddr>,
    /// How to speak there.
    pub(crate) tls: Tls,
    /// The `Server` header of answers that have none.
    pub(crate) server_name: &'static str,
}

/// A running server. [`Server::close`] ends it in good order.
pub(crate) struct Server {
    runtime: Runtime,
    shared: Arc<Shared>,
    addresses: Vec<SocketAddr>,
    closing: watch::Sender<bool>,
}

/// What all connections use.
struct Shared {
    service: Arc<dyn Service>,
    server_name: HeaderValue,
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
    clients: Arc<Clients>,
    closing: watch::Receiver<bool>,
}

impl Server {
    /// Listens and serves; when this returns, connections are accepted. Not to be called on a thread of a runtime.
    ///
    /// # Errors
    /// What the system answers to listening, with the address, or to starting threads.
    pub(crate) fn start(config: Config, service: Arc<dyn Service>) -> io::Result<Self> {
        let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let limits = Limits::with_descriptors(usize::try_from(descriptors).unwrap_or(usize::MAX));
        Self::start_within(limits, config, service)
    }

    fn start_within(limits: Limits, config: Config, service: Arc<dyn Service>) -> io::Result<Self> {
        let acceptor = match &config.tls {
            Tls::Off => None,
            Tls::On(files) => Some(TlsAcceptor::from(tls::settings(files.clone()).map_err(io::Error::other)?)),
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(limits::WORKERS)
            .max_blocking_threads(limits::THREADS)
            .thread_name("http")
            .on_thread_stop(erase_stack::<DEEP>)
            .enable_all()
            .build()?;
        let (closing, is_closing) = watch::channel(false);
        let shared = Arc::new(Shared {
            service,
            server_name: HeaderValue::from_static(config.server_name),
            acceptor,
            limits,
            clients: Arc::default(),
            closing: is_closing,
        });
        let inside = runtime.enter();
        let listeners = listener::bind(&config.listen)?;
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<io::Result<_>>()?;
        for listener in listeners {
            runtime.spawn(listener::accept(listener, shared.clone()));
        }
        runtime.spawn(sweep(shared.clone()));
        if let Tls::On(files) = config.tls {
            runtime.spawn(reload(files));
        }
        drop(inside);
        Ok(Self { runtime, shared, addresses, closing })
    }

    /// Where it listens, with the ports that it took.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.clone()
    }

    /// The open connections, oldest first.
    pub(crate) fn clients(&self) -> Vec<Client> {
        self.shared.clients.list()
    }

    /// Ends the connections on which `login` was let in, in the middle of a transfer too. Who must stay out has to be
    /// refused before this is called: a request that is being let in meanwhile goes on.
    pub(crate) fn end_login(&self, login: &str) {
        self.shared.clients.end_login(login);
    }

    /// What ends the connections on which nothing is under way.
    pub(crate) fn idle_ender(&self) -> impl Fn() + Send + 'static {
        let clients = self.shared.clients.clone();
        move || clients.cut_idle()
    }

    /// The runtime that carries connections, for work that has to do with them.
    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Accepts nobody more, lets requests under way finish for as long as `patience`, then ends them. Work on blocking
    /// threads has ten more seconds to notice.
    pub(crate) fn close(self, patience: Duration) {
        self.closing.send_replace(true);
        self.runtime.block_on(async {
            if timeout(patience, self.shared.clients.empty()).await.is_err() {
                self.shared.clients.cut_all();
            }
        });
        self.runtime.shutdown_timeout(limits::LAST_WORK);
    }
}

impl Shared {
    /// Waits until the server closes.
    async fn closing(&self) {
        // An error means that the server is gone.
        let _ = self.closing.clone().wait_for(|closing| *closing).await;
    }
}

async fn sweep(shared: Arc<Shared>) {
    let mut next = interval(shared.limits.sweep);
    loop {
        next.tick().await;
        shared.clients.sweep(&shared.limits, *shared.closing.borrow());
    }
}

async fn reload(files: Arc<TlsFiles>) {
    loop {
        sleep(limits::RELOAD).await;
        let files = files.clone();
        // A panic there leaves the certificate as it was.
        let _ = tokio::task::spawn_blocking(move || files.refresh()).await;
    }
}
