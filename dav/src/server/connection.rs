//! One connection as others see it: who is there, what it moved, when it last did something, and how it is ended.
//!
//! The task that carries the connection writes here; the sweep (`clients`) reads, and ends what broke a limit. Times are
//! milliseconds since the connection began, plus one, so that zero can mean "not so".

use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::limits::Limits;

/// Logins kept for one connection: a proxy carries several.
const LOGINS: usize = 16;

/// What is known of a connection.
#[derive(Debug)]
pub(crate) struct ConnectionInfo {
    address: IpAddr,
    tls: bool,
    since: SystemTime,
    began: Instant,
    logins: Mutex<Vec<String>>,
    requests: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    /// Requests whose answer is not finished.
    busy: AtomicU32,
    last_request: AtomicU64,
    idle_since: AtomicU64,
    head_since: AtomicU64,
    stalled_since: AtomicU64,
    is_multiplexed: AtomicBool,
    is_cut: AtomicBool,
    resets: AtomicBool,
    cut: Notify,
}

impl ConnectionInfo {
    pub(super) fn new(address: IpAddr, tls: bool) -> Self {
        Self {
            address,
            tls,
            since: SystemTime::now(),
            began: Instant::now(),
            logins: Mutex::default(),
            requests: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            busy: AtomicU32::new(0),
            last_request: AtomicU64::new(0),
            idle_since: AtomicU64::new(1),
            head_since: AtomicU64::new(0),
            stalled_since: AtomicU64::new(0),
            is_multiplexed: AtomicBool::new(false),
            is_cut: AtomicBool::new(false),
            resets: AtomicBool::new(false),
            cut: Notify::new(),
        }
    }

    /// Notes that `login` was let in on this connection: [`super::Server::end_login`] ends it.
    pub(crate) fn set_login(&self, login: String) {
        let mut logins = self.logins.lock();
        if let Some(at) = logins.iter().position(|known| *known == login) {
            logins.remove(at);
        }
        if logins.len() == LOGINS {
            logins.remove(0);
        }
        logins.push(login);
    }

    /// The client's address; an IPv4 address never looks like IPv6.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether TLS is on.
    pub(crate) fn tls(&self) -> bool {
        self.tls
    }

    /// When it was accepted.
    pub(crate) fn since(&self) -> SystemTime {
        self.since
    }

    /// When its last request came.
    pub(crate) fn last_request(&self) -> Option<SystemTime> {
        let at = self.last_request.load(Ordering::Relaxed);
        (at > 0).then(|| self.since + Duration::from_millis(at - 1))
    }

    /// Who logged in on it, the last one last.
    pub(crate) fn logins(&self) -> Vec<String> {
        self.logins.lock().clone()
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes from and to the client, as they were on the wire.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.bytes_in.load(Ordering::Relaxed), self.bytes_out.load(Ordering::Relaxed))
    }

    pub(super) fn request_began(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.busy.fetch_add(1, Ordering::AcqRel);
        self.last_request.store(self.now(), Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
    }

    pub(super) fn request_ended(&self) {
        self.head_since.store(0, Ordering::Relaxed);
        self.idle_since.store(self.now(), Ordering::Relaxed);
        self.busy.fetch_sub(1, Ordering::AcqRel);
    }

    /// The handshake is over: what came until here was no request. On a `multiplexed` connection (HTTP/2) what comes
    /// between requests need not be the head of one.
    pub(super) fn ready(&self, multiplexed: bool) {
        self.is_multiplexed.store(multiplexed, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
        self.idle_since.store(self.now(), Ordering::Relaxed);
    }

    pub(super) fn received(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
        let may_be_head = self.is_idle() && !self.is_multiplexed.load(Ordering::Relaxed);
        if may_be_head && self.head_since.load(Ordering::Relaxed) == 0 {
            self.head_since.store(self.now(), Ordering::Relaxed);
        }
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
        self.stalled_since.store(0, Ordering::Relaxed);
    }

    /// The client took nothing of what waits for it.
    pub(super) fn stalled(&self) {
        if self.stalled_since.load(Ordering::Relaxed) == 0 {
            self.stalled_since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Whether the head of a request is what comes next.
    pub(super) fn is_waiting(&self) -> bool {
        self.busy.load(Ordering::Acquire) == 0
    }

    /// Whether no request is under way, and nothing waits to be taken by the client.
    pub(super) fn is_idle(&self) -> bool {
        self.busy.load(Ordering::Acquire) == 0 && self.stalled_since.load(Ordering::Relaxed) == 0
    }

    /// How long it has been idle; `None` while it is not.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        self.is_idle().then(|| self.ago(&self.idle_since))
    }

    /// Whether it broke a limit of time.
    pub(super) fn overdue(&self, limits: &Limits, closing: bool) -> bool {
        if self.stalled_since.load(Ordering::Relaxed) > 0 {
            return self.ago(&self.stalled_since) >= limits.stall;
        }
        let Some(idle) = self.idle_for() else { return false };
        let in_head = self.head_since.load(Ordering::Relaxed) > 0;
        idle >= limits.idle || in_head && self.ago(&self.head_since) >= limits.head || closing && idle >= limits.sweep
    }

    /// Ends the connection at once. A client in the middle of a transfer sees a reset, so that it takes no part of an
    /// answer for the whole.
    pub(super) fn cut(&self) {
        if !self.is_idle() {
            self.reset();
        }
        self.is_cut.store(true, Ordering::Release);
        self.cut.notify_waiters();
    }

    /// The connection will end with a reset.
    pub(super) fn reset(&self) {
        self.resets.store(true, Ordering::Release);
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Acquire)
    }

    pub(super) fn resets(&self) -> bool {
        self.resets.load(Ordering::Acquire)
    }

    /// What `work` answers, or `None` when the connection is cut before.
    pub(super) async fn until_cut<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut cut = pin!(self.cut.notified());
        cut.as_mut().enable();
        if self.is_cut() {
            return None;
        }
        tokio::select! {
            biased;
            () = cut => None,
            done = work => Some(done),
        }
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64 + 1
    }

    fn ago(&self, since: &AtomicU64) -> Duration {
        Duration::from_millis(self.now().saturating_sub(since.load(Ordering::Relaxed)))
    }
}
