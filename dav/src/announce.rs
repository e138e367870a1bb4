//! Announcing the share on networks that the user named (RFC 6762, RFC 6763): `_webdavs._tcp`, or `_webdav._tcp` in clear.
//!
//! It says that there is a share, at which port, on which host; not whose, nor what is in it.

use std::net::SocketAddr;

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};

/// An announcement, which is taken back when this is dropped.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    service: String,
}

impl Announcement {
    /// Announces what listens at `address` on these network interfaces.
    pub(crate) fn start(networks: &[String], address: SocketAddr, tls: bool) -> Result<Self, mdns_sd::Error> {
        for network in networks {
            if !std::path::Path::new("/sys/class/net").join(network).exists() {
                return Err(mdns_sd::Error::Msg(format!("there is no network interface {network}")));
            }
        }
        let daemon = ServiceDaemon::new()?;
        daemon.disable_interface(IfKind::All)?;
        let named: Vec<IfKind> = networks.iter().map(|network| IfKind::Name(network.clone())).collect();
        daemon.enable_interface(named)?;
        let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let host = node.split('.').next().unwrap_or_default();
        let kind = if tls { "_webdavs._tcp.local." } else { "_webdav._tcp.local." };
        let (instance, host) = (format!("Cartable ({host})"), format!("{host}.local."));
        let own = Some(address.ip()).filter(|own| !own.is_unspecified()).map(|own| own.to_string());
        let properties = &[("path", "/")][..];
        let at = own.as_deref().unwrap_or_default();
        let mut service = ServiceInfo::new(kind, &instance, &host, at, address.port(), properties)?;
        if own.is_none() {
            // Each network is told the address that the host has there.
            service = service.enable_addr_auto();
        }
        let name = service.get_fullname().to_owned();
        daemon.register(service)?;
        Ok(Self { daemon, service: name })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Others forget it by themselves, some time later.
        let taken_back = self.daemon.unregister(&self.service).map(|answer| answer.recv());
        let _ = taken_back.and_then(|_| self.daemon.shutdown());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use mdns_sd::ServiceEvent;

    use super::*;

    #[test]
    fn a_share_is_found_where_it_is_announced() {
        let announced = Announcement::start(&["lo".into()], "127.0.0.1:8843".parse().unwrap(), true).unwrap();
        let looking = ServiceDaemon::new().unwrap();
        looking.disable_interface(IfKind::All).unwrap();
        looking.enable_interface(IfKind::Name("lo".into())).unwrap();
        let events = looking.browse("_webdavs._tcp.local.").unwrap();
        let found = loop {
            match events.recv_timeout(Duration::from_secs(20)).unwrap() {
                ServiceEvent::ServiceResolved(found) if found.fullname == announced.service => break found,
                _ => {}
            }
        };
        assert_eq!(found.port, 8843);
        drop(announced);
        loop {
            match events.recv_timeout(Duration::from_secs(20)).unwrap() {
                ServiceEvent::ServiceRemoved(_, gone) if gone == found.fullname => break,
                _ => {}
            }
        }
    }
}
