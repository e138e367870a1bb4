//! The share, the other door: from what is wanted to what the WebDAV server takes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use cartable_dav::{Certificate, Keys, Options, Share};

use crate::agenda::Collected;
use crate::exit::Failure;
use crate::places;
use crate::wanted::{WantedCertificate, WantedShare};

/// Starts the share of the bag that `keys` open.
pub(crate) fn start(wanted: &WantedShare, keys: Arc<Keys>) -> Result<Share, Failure> {
    let certificate = match &wanted.certificate {
        WantedCertificate::Own { names } => Certificate::Own {
            folder: places::certificates()?,
            names: certified(names, &wanted.listen, &host(), &addresses()),
        },
        WantedCertificate::Files { certificate, key } => {
            Certificate::Files { certificate: certificate.0.clone(), key: key.0.clone() }
        }
        WantedCertificate::Plain => Certificate::None,
    };
    let options = Options {
        listen: wanted.listen.clone(),
        certificate,
        danger_plain: wanted.danger_plain,
        announce: wanted.announce.clone(),
        log: wanted.log.as_ref().map(|path| path.0.clone()),
        agenda: Some(Arc::new(Collected)),
    };
    Ok(Share::start(keys, &options)?)
}

/// What the share's own certificate is for: the machine by its names, the addresses it listens at, and `more`.
fn certified(more: &[String], listen: &[SocketAddr], host: &str, addresses: &[IpAddr]) -> Vec<String> {
    let mut names = vec!["localhost".to_owned()];
    if !host.is_empty() && host != "localhost" {
        names.push(host.to_owned());
        if !host.contains('.') {
            // As mDNS calls it.
            names.push(format!("{host}.local"));
        }
    }
    for address in listen {
        match address.ip() {
            any if any.is_unspecified() => names.extend(addresses.iter().map(ToString::to_string)),
            one => names.push(one.to_string()),
        }
    }
    names.extend_from_slice(more);
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Puts the machine's addresses, those that others reach first, in the place of one that stands for all of them.
pub(crate) fn reachable(urls: Vec<String>) -> Vec<String> {
    at_each(urls, &addresses())
}

fn at_each(urls: Vec<String>, addresses: &[IpAddr]) -> Vec<String> {
    let mut addresses: Vec<&IpAddr> = addresses.iter().collect();
    addresses.sort_by_key(|address| (address.is_loopback(), address.is_ipv6()));
    let each = |url: String| {
        let (any, only_old) = if url.contains("//0.0.0.0:") { ("0.0.0.0", true) } else { ("[::]", false) };
        if addresses.is_empty() || !url.contains(&format!("//{any}:")) {
            return vec![url];
        }
        let ours = addresses.iter().filter(|address| address.is_ipv4() || !only_old);
        let written = |address: &&&IpAddr| match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        ours.map(|address| url.replacen(any, &written(&address), 1)).collect()
    };
    urls.into_iter().flat_map(each).collect()
}

/// This machine's name; empty where it is none that a certificate can hold.
fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().to_lowercase();
    let fits = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
    if fits { name } else { String::new() }
}

/// This machine's addresses, but for those that are worth nothing without naming an interface.
fn addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.iter().filter(|interface| !interface.is_link_local()).map(if_addrs::Interface::ip).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_certificate_names_the_machine_and_its_addresses() {
        let listen = ["127.0.0.1:8843".parse().unwrap(), "0.0.0.0:443".parse().unwrap()];
        let addresses = ["127.0.0.1".parse().unwrap(), "192.0.2.7".parse().unwrap()];
        let more = ["cartable.example".to_owned()];
        let names = certified(&more, &listen, "bureau", &addresses);
        assert_eq!(names, ["localhost", "bureau", "bureau.local", "127.0.0.1", "192.0.2.7", "cartable.example"]);
        assert_eq!(certified(&[], &listen[..1], "localhost", &[]), ["localhost", "127.0.0.1"]);
    }

    #[test]
    fn a_share_at_all_addresses_is_found_at_each() {
        let addresses = ["127.0.0.1", "::1", "2001:db8::7", "192.0.2.7"].map(|address| address.parse().unwrap());
        let at = |url: &str| at_each(vec![url.to_owned()], &addresses);
        assert_eq!(at("https://127.0.0.1:8843/"), ["https://127.0.0.1:8843/"]);
        assert_eq!(at("https://0.0.0.0:8843/"), ["https://192.0.2.7:8843/", "https://127.0.0.1:8843/"]);
        assert_eq!(at("http://[::]:80/")[..2], ["http://192.0.2.7:80/", "http://[2001:db8::7]:80/"]);
    }
}
