//! Where COPY and MOVE lead: `Destination` and `Overwrite` (RFC 4918 sections 10.3 and 10.6).

use http::HeaderMap;
use http::uri::Authority;

use super::{BadHeader, single};
use crate::path::UrlPath;

/// Why a request has no destination here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DestinationError {
    /// There is no such header.
    Missing,
    /// It names nothing that a share can hold.
    Malformed,
    /// It is on another server (RFC 4918 section 9.8.5: answered with 502).
    Elsewhere,
}

/// Reads `Destination`: a URL of this server, or a path. `authority` is what the client calls us: `Host`, or `:authority`.
///
/// # Errors
/// [`DestinationError`].
pub(crate) fn destination(headers: &HeaderMap, authority: Option<&str>) -> Result<UrlPath, DestinationError> {
    let raw = single(headers, "destination").map_err(|_| DestinationError::Malformed)?;
    reference(raw.ok_or(DestinationError::Missing)?, authority)
}

/// Reads `Overwrite`; a request without it may overwrite.
///
/// # Errors
/// [`BadHeader`] for anything but `T` and `F`.
pub(crate) fn overwrite(headers: &HeaderMap) -> Result<bool, BadHeader> {
    match single(headers, "overwrite")? {
        None | Some("T" | "t") => Ok(true),
        Some("F" | "f") => Ok(false),
        Some(_) => Err(BadHeader("overwrite")),
    }
}

/// The path that a Simple-ref (RFC 4918 section 8.3) leads to on this server.
pub(crate) fn reference(raw: &str, authority: Option<&str>) -> Result<UrlPath, DestinationError> {
    if raw.starts_with('/') {
        // Two slashes would begin another server's name (RFC 3986 section 4.2).
        let path = if raw.starts_with("//") { None } else { UrlPath::parse(raw).ok() };
        return path.ok_or(DestinationError::Malformed);
    }
    let (scheme, rest) = raw.split_once("://").ok_or(DestinationError::Malformed)?;
    let (theirs, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let shaped =
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let sound = Authority::try_from(theirs).is_ok_and(|server| server.port().is_none() || server.port_u16().is_some());
    if !shaped || !sound {
        return Err(DestinationError::Malformed);
    }
    let path = if path.is_empty() {
        UrlPath::root()
    } else {
        UrlPath::parse(path).map_err(|_| DestinationError::Malformed)?
    };
    let here = default_port(scheme).zip(authority).is_some_and(|(port, ours)| same(theirs, ours, port));
    if here { Ok(path) } else { Err(DestinationError::Elsewhere) }
}

/// The port that a scheme means. Both schemes are ours: behind a proxy that ends TLS, clients say `https` and we see `http`.
fn default_port(scheme: &str) -> Option<&'static str> {
    if scheme.eq_ignore_ascii_case("https") {
        Some("443")
    } else if scheme.eq_ignore_ascii_case("http") {
        Some("80")
    } else {
        None
    }
}

/// Whether two authorities are the same server, a missing port being the scheme's.
fn same(theirs: &str, ours: &str, default_port: &str) -> bool {
    let (host, port) = host_and_port(theirs);
    let (our_host, our_port) = host_and_port(ours);
    host.eq_ignore_ascii_case(our_host) && port.unwrap_or(default_port) == our_port.unwrap_or(default_port)
}

/// Splits an authority, leaving out a user's name. An IPv6 address keeps its brackets, and so its colons.
fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
    match server.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port).filter(|port| !port.is_empty())),
        _ => (server, None),
    }
}
