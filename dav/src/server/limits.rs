//! What one client may take, in time and in room: enough for a phone in a tunnel, too little to keep others out.

use std::time::Duration;

/// How long a body may stand still, either way, before its transfer is given up.
pub(super) const STALL: Duration = Duration::from_secs(60);
/// How long a small body that is read whole may take.
pub(super) const COLLECT: Duration = Duration::from_secs(120);
/// Bytes of a request's head, names and values together.
pub(super) const HEAD_BYTES: usize = 64 * 1024;
/// Bytes that wait inside an HTTP/1 connection, each way.
pub(super) const BUFFER_BYTES: usize = 96 * 1024;
/// Bytes that are asked of the system at once below TLS, which alone would ask for a quarter of a record.
pub(super) const TLS_READ_BYTES: usize = 16 * 1024;
/// Plaintext that TLS seals in one go.
pub(super) const TLS_BUFFER_BYTES: usize = 256 * 1024;
/// Requests under way at once on one HTTP/2 connection.
pub(super) const STREAMS: u32 = 64;
/// Bytes of body that one HTTP/2 request, and one connection, may send ahead.
pub(super) const WINDOW_BYTES: (u32, u32) = (1 << 20, 4 << 20);
/// Bytes that wait to be sent on one HTTP/2 stream.
pub(super) const SEND_BYTES: usize = 512 * 1024;
/// Streams that a client opens and resets before anything was done for them (CVE-2023-44487), or that we reset for its
/// faults, before the connection ends.
pub(super) const RESETS: usize = 64;
/// Threads that carry connections: they only move bytes and seal TLS.
pub(super) const WORKERS: usize = 2;
/// Threads for what blocks. Most of them sleep: one waits for each slow reader or writer of a large file, and the
/// others must still find a thread.
pub(super) const THREADS: usize = 512;
/// How long requests that were cut may still hold a thread when the server closes.
pub(super) const LAST_WORK: Duration = Duration::from_secs(10);
/// How often the certificate's files are looked at.
pub(super) const RELOAD: Duration = Duration::from_secs(5);

/// The limits that tests shorten.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// For the TLS handshake.
    pub(super) handshake: Duration,
    /// From the first byte of a request's head to its last (HTTP/1).
    pub(super) head: Duration,
    /// Between requests.
    pub(super) idle: Duration,
    /// Without a byte taken by a client that has bytes to take.
    pub(super) stall: Duration,
    /// For a client to close after we did, so that it can read the last answer.
    pub(super) linger: Duration,
    /// Between two looks at all connections.
    pub(super) sweep: Duration,
    /// Connections in all.
    pub(super) connections: usize,
    /// Connections of one address, or of one /64 of IPv6; loopback has no such limit.
    pub(super) per_address: usize,
}

impl Limits {
    /// The limits in use, with at most half of `descriptors`: the bag needs the rest.
    pub(super) fn with_descriptors(descriptors: usize) -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(20),
            idle: Duration::from_secs(120),
            stall: STALL,
            linger: Duration::from_secs(3),
            sweep: Duration::from_secs(1),
            connections: (descriptors / 2).clamp(16, 4096),
            per_address: 256,
        }
    }
}
