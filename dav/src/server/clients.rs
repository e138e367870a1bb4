//! All connections: room for new ones, the sweep that ends what broke a limit, and the list that `status` shows.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::connection::ConnectionInfo;
use super::limits::Limits;

/// A connection, for who wants to know who is there.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Where it comes from.
    pub(crate) address: IpAddr,
    /// When it was accepted.
    pub(crate) since: SystemTime,
    /// When its last request came.
    pub(crate) last_request: Option<SystemTime>,
    /// Who logged in on it, the last one last.
    pub(crate) logins: Vec<String>,
    /// How many requests came.
    pub(crate) requests: u64,
    /// Bytes that came, on the wire.
    pub(crate) bytes_in: u64,
    /// Bytes that went, on the wire.
    pub(crate) bytes_out: u64,
}

#[derive(Default)]
pub(super) struct Clients {
    table: Mutex<Table>,
    left: Notify,
}

#[derive(Default)]
struct Table {
    connections: HashMap<u64, Arc<ConnectionInfo>>,
    next: u64,
}

/// A connection's place in the table; it is free again when this is dropped.
pub(super) struct Place {
    clients: Arc<Clients>,
    id: u64,
    pub(super) connection: Arc<ConnectionInfo>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.clients.table.lock().connections.remove(&self.id);
        self.clients.left.notify_waiters();
    }
}

impl Clients {
    /// A place for a client at `address`. Where there is none, the one that has been idle longest makes room; `None`
    /// when nobody is idle.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, tls: bool, limits: &Limits) -> Option<Place> {
        let mut table = self.table.lock();
        let here = network(address);
        let near = |other: &ConnectionInfo| network(other.address()) == here;
        if !address.is_loopback() && !table.make_room(limits.per_address, near)
            || !table.make_room(limits.connections, |_| true)
        {
            return None;
        }
        let connection = Arc::new(ConnectionInfo::new(address, tls));
        let id = table.next;
        table.next += 1;
        table.connections.insert(id, connection.clone());
        Some(Place { clients: self.clone(), id, connection })
    }

    /// Ends the connection that has been idle longest.
    pub(super) fn evict(&self) {
        self.table.lock().make_room(0, |_| true);
    }

    /// Ends what broke a limit of time, and all that is idle when the server is `closing`.
    pub(super) fn sweep(&self, limits: &Limits, closing: bool) {
        for connection in self.all() {
            if connection.overdue(limits, closing) {
                connection.cut();
            }
        }
    }

    pub(super) fn cut_idle(&self) {
        self.all().iter().filter(|connection| connection.is_idle()).for_each(|connection| connection.cut());
    }

    pub(super) fn cut_all(&self) {
        self.all().iter().for_each(|connection| connection.cut());
    }

    pub(super) fn end_login(&self, login: &str) {
        for connection in self.all() {
            if connection.logins().iter().any(|known| known == login) {
                connection.cut();
            }
        }
    }

    pub(super) fn list(&self) -> Vec<Client> {
        let mut all = self.all();
        all.sort_by_key(|connection| connection.since());
        let client = |connection: &Arc<ConnectionInfo>| {
            let (bytes_in, bytes_out) = connection.bytes();
            Client {
                address: connection.address(),
                since: connection.since(),
                last_request: connection.last_request(),
                logins: connection.logins(),
                requests: connection.requests(),
                bytes_in,
                bytes_out,
            }
        };
        all.iter().map(client).collect()
    }

    /// Waits until nobody is there.
    pub(super) async fn empty(&self) {
        loop {
            let left = self.left.notified();
            if self.table.lock().connections.is_empty() {
                return;
            }
            left.await;
        }
    }

    fn all(&self) -> Vec<Arc<ConnectionInfo>> {
        self.table.lock().connections.values().cloned().collect()
    }
}

impl Table {
    /// Whether one more fits into `limit` connections that are `counted`, if need be by ending an idle one of them.
    fn make_room(&self, limit: usize, counted: impl Fn(&ConnectionInfo) -> bool) -> bool {
        let those = || self.connections.values().filter(|one| !one.is_cut() && counted(one));
        if those().count() < limit {
            return true;
        }
        let idlest = those().filter_map(|one| Some((one.idle_for()?, one))).max_by_key(|(idle, _)| *idle);
        idlest.inspect(|(_, one)| one.cut()).is_some()
    }
}

/// What is limited as one: an IPv4 address, or the /64 that one household or host has of IPv6.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}
