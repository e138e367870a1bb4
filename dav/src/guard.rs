//! Slows down who guesses passwords, without locking out who knows one.
//!
//! The rule, in plain words:
//! - Each wrong login counts against the address it came from (of IPv6: the /64) and against the login that was tried,
//!   whether that login exists or not. One is forgiven each minute, and no more than twelve are remembered.
//! - The first three cost nothing. After that the next try waits before it is looked at: a quarter of a second, then
//!   twice as long each time, and never more than five seconds. So whoever knows the password is let in within five
//!   seconds, however many wrong ones came before, and nobody waits ten minutes after they stop.
//! - Tries that come at once don't help: 32 may be under way from one address, and four once it has to wait; 32 for one
//!   login; 128 in all. More are refused, to be sent again in five seconds.
//! - A login that once passed from an address has an account of its own there: what others do, to that login from
//!   elsewhere or to other logins from there, neither slows nor refuses it.
//!
//! Memory is bounded: 4,096 addresses, logins, and pairs of both, as hashes under a key of this process; those that did
//! nothing for longest are forgotten first. Time is told by the caller, so that the rule can be tested without waiting.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::server::network;

/// Wrong logins that cost nothing.
const FREE: u32 = 3;
/// Wrong logins that are remembered.
const REMEMBERED: u32 = 12;
/// After how long one is forgiven.
const FORGIVEN: Duration = Duration::from_secs(60);
/// What the first that costs something costs.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// What one try costs at most.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// When a try whose end nobody told us is taken for ended, after its wait.
const CHECK: Duration = Duration::from_secs(30);
/// Tries under way at once from one address, for one login, and for one login from where it passed.
const AT_ONCE: usize = 32;
/// The same from an address that has to wait.
const AT_ONCE_SLOWED: usize = 4;
/// Tries under way at once in all, but for those from where their login passed.
const AT_ONCE_IN_ALL: usize = 128;
/// Rows of each table.
const ROWS: usize = 4096;

/// What a login that comes must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Wait so long, then be checked; the caller tells the end by [`Guard::passed`] or [`Guard::failed`].
    Wait(Duration),
    /// Not be checked: too many are under way. Answer 429 or 503 with `Retry-After` of this time.
    Refuse(Duration),
}

/// Counts wrong logins.
pub(crate) struct Guard {
    books: Mutex<Books>,
    hasher: RandomState,
}

#[derive(Default)]
struct Books {
    addresses: Table,
    logins: Table,
    /// Logins from where they passed.
    passed: Table,
    under_way: Places,
}

#[derive(Default)]
struct Table(HashMap<u64, Account>);

struct Account {
    wrong: u32,
    /// Up to when wrong logins were forgiven.
    forgiven: Instant,
    touched: Instant,
    under_way: Places,
}

/// Tries under way, as the times when they are over at the latest.
#[derive(Default)]
struct Places(Vec<Instant>);

/// The accounts that a try touches.
struct Keys {
    address: u64,
    login: u64,
    pair: u64,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Guard {
    /// A guard that saw nothing.
    pub(crate) fn new() -> Self {
        Self { books: Mutex::default(), hasher: RandomState::new() }
    }

    /// To be asked before a password is checked; not for one that was found right a moment ago.
    pub(crate) fn before(&self, address: IpAddr, login: &str, now: Instant) -> Pause {
        let keys = self.keys(address, login);
        let mut books = self.books.lock();
        let Books { addresses, logins, passed, under_way } = &mut *books;
        if let Some(account) = passed.0.get_mut(&keys.pair) {
            account.touch(now);
            return match account.wait(AT_ONCE, now) {
                Some(wait) => {
                    account.under_way.take(now + wait + CHECK);
                    Pause::Wait(wait)
                }
                None => Pause::Refuse(LONGEST_WAIT),
            };
        }
        let address = addresses.account(keys.address, now);
        let login = logins.account(keys.login, now);
        let at_once = if address.wrong < FREE { AT_ONCE } else { AT_ONCE_SLOWED };
        let waits = (address.wait(at_once, now), login.wait(AT_ONCE, now));
        let (Some(of_address), Some(of_login)) = waits else { return Pause::Refuse(LONGEST_WAIT) };
        if under_way.count(now) >= AT_ONCE_IN_ALL {
            return Pause::Refuse(LONGEST_WAIT);
        }
        let wait = of_address.max(of_login);
        for places in [&mut address.under_way, &mut login.under_way, under_way] {
            places.take(now + wait + CHECK);
        }
        Pause::Wait(wait)
    }

    /// A checked login was wrong.
    pub(crate) fn failed(&self, address: IpAddr, login: &str, now: Instant) {
        let keys = self.keys(address, login);
        let mut books = self.books.lock();
        books.ended(&keys, now);
        books.addresses.account(keys.address, now).fail();
        books.logins.account(keys.login, now).fail();
        if let Some(account) = books.passed.0.get_mut(&keys.pair) {
            account.touch(now);
            account.fail();
        }
    }

    /// A checked login was right.
    pub(crate) fn passed(&self, address: IpAddr, login: &str, now: Instant) {
        let keys = self.keys(address, login);
        let mut books = self.books.lock();
        books.ended(&keys, now);
        books.passed.account(keys.pair, now).wrong = 0;
    }

    fn keys(&self, address: IpAddr, login: &str) -> Keys {
        let address = network(address);
        Keys {
            address: self.hasher.hash_one(address),
            login: self.hasher.hash_one(login),
            pair: self.hasher.hash_one((address, login)),
        }
    }
}

impl Books {
    /// One try that was under way is over.
    fn ended(&mut self, keys: &Keys, now: Instant) {
        if let Some(account) = self.passed.0.get_mut(&keys.pair) {
            account.under_way.free();
            return;
        }
        self.addresses.account(keys.address, now).under_way.free();
        self.logins.account(keys.login, now).under_way.free();
        self.under_way.free();
    }
}

impl Table {
    /// The account under `key`, as it is `now`; opened if need be, in place of the one that did nothing for longest.
    fn account(&mut self, key: u64, now: Instant) -> &mut Account {
        if self.0.len() >= ROWS && !self.0.contains_key(&key) {
            let oldest = self.0.iter().min_by_key(|(_, account)| account.touched).map(|(key, _)| *key);
            oldest.and_then(|oldest| self.0.remove(&oldest));
        }
        let account = self.0.entry(key).or_insert_with(|| Account::new(now));
        account.touch(now);
        account
    }
}

impl Account {
    fn new(now: Instant) -> Self {
        Self { wrong: 0, forgiven: now, touched: now, under_way: Places::default() }
    }

    /// Forgives what time has forgiven.
    fn touch(&mut self, now: Instant) {
        let minutes = now.saturating_duration_since(self.forgiven).as_secs() / FORGIVEN.as_secs();
        let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
        if minutes >= self.wrong {
            self.wrong = 0;
            self.forgiven = now;
        } else {
            self.wrong -= minutes;
            self.forgiven += FORGIVEN * minutes;
        }
        self.touched = now;
    }

    fn fail(&mut self) {
        self.wrong = (self.wrong + 1).min(REMEMBERED);
    }

    /// What the next try waits; `None` when `at_once` are under way.
    fn wait(&mut self, at_once: usize, now: Instant) -> Option<Duration> {
        if self.under_way.count(now) >= at_once {
            return None;
        }
        match self.wrong.checked_sub(FREE) {
            Some(counted) => Some((FIRST_WAIT * 2_u32.pow(counted)).min(LONGEST_WAIT)),
            None => Some(Duration::ZERO),
        }
    }
}

impl Places {
    fn count(&mut self, now: Instant) -> usize {
        self.0.retain(|over| *over > now);
        self.0.len()
    }

    fn take(&mut self, over: Instant) {
        self.0.push(over);
    }

    /// Frees one place: the one that would be free first.
    fn free(&mut self) {
        let first = self.0.iter().enumerate().min_by_key(|(_, over)| **over).map(|(at, _)| at);
        if let Some(at) = first {
            self.0.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const HOME: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// A wrong login, when its wait is over; what it waited.
    fn wrong(guard: &Guard, address: &str, login: &str, now: &mut Instant) -> Duration {
        let Pause::Wait(wait) = guard.before(at(address), login, *now) else { panic!("refused") };
        *now += wait;
        guard.failed(at(address), login, *now);
        wait
    }

    fn millis(wait: &[u64]) -> Vec<Duration> {
        wait.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn three_are_free_then_each_costs_twice_as_much_up_to_five_seconds() {
        let (guard, mut now) = (Guard::new(), Instant::now());
        let waits: Vec<_> = (0..10).map(|_| wrong(&guard, HOME, "a", &mut now)).collect();
        assert_eq!(waits, millis(&[0, 0, 0, 250, 500, 1000, 2000, 4000, 5000, 5000]));
        // Address and login count by themselves.
        assert_eq!(guard.before(at(HOME), "b", now), Pause::Wait(LONGEST_WAIT));
        assert_eq!(guard.before(at(ELSEWHERE), "a", now), Pause::Wait(LONGEST_WAIT));
        assert_eq!(guard.before(at(ELSEWHERE), "b", now), Pause::Wait(Duration::ZERO));
    }

    #[test]
    fn one_is_forgiven_each_minute() {
        let (guard, mut now) = (Guard::new(), Instant::now());
        for _ in 0..5 {
            guard.failed(at(HOME), "a", now);
        }
        now += FORGIVEN;
        assert_eq!(wrong(&guard, HOME, "a", &mut now), Duration::from_millis(500));
        now += 3 * FORGIVEN;
        assert_eq!(guard.before(at(HOME), "a", now), Pause::Wait(Duration::ZERO));
        now += 20 * FORGIVEN;
        for _ in 0..100_000 {
            guard.failed(at(HOME), "a", now);
        }
        assert_eq!(guard.before(at(HOME), "a", now + 10 * FORGIVEN), Pause::Wait(Duration::ZERO));
    }

    #[test]
    fn after_ten_thousand_wrong_logins_a_right_one_waits_five_seconds() {
        let (guard, mut now) = (Guard::new(), Instant::now());
        for login in 0..10_000 {
            wrong(&guard, HOME, &format!("{}", login % 5_000), &mut now);
            wrong(&guard, &format!("2001:db8::{login:x}:0:0:0:1"), "a", &mut now);
        }
        {
            let books = guard.books.lock();
            assert!([&books.addresses, &books.logins, &books.passed].iter().all(|table| table.0.len() <= ROWS));
            assert!(books.under_way.0.is_empty());
        }
        assert_eq!(guard.before(at(HOME), "a", now), Pause::Wait(LONGEST_WAIT));
        guard.passed(at(HOME), "a", now + LONGEST_WAIT);
        assert_eq!(guard.before(at(HOME), "a", now + LONGEST_WAIT), Pause::Wait(Duration::ZERO));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let (guard, mut now) = (Guard::new(), Instant::now());
        for host in 1..=4 {
            wrong(&guard, &format!("2001:db8:0:1::{host}"), &format!("{host}"), &mut now);
        }
        assert_eq!(guard.before(at("2001:db8:0:1::ff"), "z", now), Pause::Wait(2 * FIRST_WAIT));
        assert_eq!(guard.before(at("2001:db8:0:2::ff"), "z", now), Pause::Wait(Duration::ZERO));
    }

    #[test]
    fn where_a_login_passed_others_do_not_slow_it() {
        let (guard, mut now) = (Guard::new(), Instant::now());
        assert_eq!(guard.before(at(HOME), "a", now), Pause::Wait(Duration::ZERO));
        guard.passed(at(HOME), "a", now);
        for _ in 0..9 {
            wrong(&guard, ELSEWHERE, "a", &mut now);
            wrong(&guard, HOME, "b", &mut now);
        }
        // Nor does it keep it out that everything is full.
        for host in 0..AT_ONCE_IN_ALL {
            guard.before(at(&format!("203.0.113.{host}")), &format!("{host}"), now);
        }
        assert_eq!(guard.before(at("203.0.113.200"), "c", now), Pause::Refuse(LONGEST_WAIT));
        assert_eq!(guard.before(at(HOME), "a", now), Pause::Wait(Duration::ZERO));
        guard.passed(at(HOME), "a", now);
        // But who guesses it there is slowed like everywhere.
        let waits: Vec<_> = (0..5).map(|_| wrong(&guard, HOME, "a", &mut now)).collect();
        assert_eq!(waits, millis(&[0, 0, 0, 250, 500]));
    }

    #[test]
    fn tries_at_once_are_bounded() {
        let (guard, now) = (Guard::new(), Instant::now());
        for login in 0..AT_ONCE {
            assert_eq!(guard.before(at(HOME), &format!("{login}"), now), Pause::Wait(Duration::ZERO));
        }
        assert_eq!(guard.before(at(HOME), "z", now), Pause::Refuse(LONGEST_WAIT));
        for login in 0..AT_ONCE {
            guard.failed(at(HOME), &format!("{login}"), now);
        }
        for login in 0..AT_ONCE_SLOWED {
            assert_eq!(guard.before(at(HOME), &format!("n{login}"), now), Pause::Wait(LONGEST_WAIT));
        }
        assert_eq!(guard.before(at(HOME), "z", now), Pause::Refuse(LONGEST_WAIT));
        // A try whose end was never told does not hold its place for ever.
        let later = now + LONGEST_WAIT + CHECK;
        assert_eq!(guard.before(at(HOME), "z", later), Pause::Wait(LONGEST_WAIT));
    }
}
