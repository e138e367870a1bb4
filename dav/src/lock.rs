//! Write locks (RFC 4918 sections 6 and 7): which there are, what they cover, and who must show their token.
//!
//! A lock is on a path. It lies in the bag, so it survives a restart, and it ends by itself. The drive knows nothing of locks:
//! they are between clients of the share.

use std::collections::HashMap;

use cartable_fs::{FsError, LockRow, Space};
use cartable_share::{Access, Change};

use crate::path::UrlPath;

/// Seconds that a lock is given when the client asks for more, or for ever: one that its client forgot is gone the next day.
pub(crate) const SECONDS_MAX: u32 = 24 * 3600;
/// Seconds that a lock is given when the client does not say.
pub(crate) const SECONDS_DEFAULT: u32 = 3600;
/// The most locks in a bag.
const LOCKS: usize = 10_000;
/// The most locks of one login.
const LOCKS_OF_LOGIN: usize = 2_000;

/// A lock.
#[derive(Debug, Clone)]
pub(crate) struct Lock {
    pub(crate) token: String,
    pub(crate) path: UrlPath,
    pub(crate) shared: bool,
    pub(crate) deep: bool,
    /// XML of what the client said about its owner; empty for nothing.
    pub(crate) owner: String,
    pub(crate) login: String,
    pub(crate) seconds: u32,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

/// Why a lock was not given.
#[derive(Debug)]
pub(crate) enum Denied {
    /// Other locks are in the way.
    Conflict(Vec<UrlPath>),
    TooMany,
    Failed(FsError),
}

/// All locks of a space.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    loaded: bool,
    by_token: HashMap<String, Lock>,
}

impl Locks {
    /// Reads the locks that the space has, the first time.
    pub(crate) fn load(&mut self, space: &Space, access: &Access) -> Result<(), FsError> {
        if !self.loaded {
            let locks = space.locks(access)?.into_iter().map(Lock::from_row);
            self.by_token = locks.map(|lock| (lock.token.clone(), lock)).collect();
            self.loaded = true;
        }
        Ok(())
    }

    /// Locks that cover a path: on it, or deep ones above it.
    pub(crate) fn covering<'a>(&'a self, path: &'a UrlPath, now: i64) -> impl Iterator<Item = &'a Lock> {
        self.living(now).filter(move |lock| lock.path == *path || (lock.deep && path.lies_in(&lock.path)))
    }

    /// The locks that a listing of a path may show: those that cover it and those below it.
    pub(crate) fn around(&self, path: &UrlPath) -> Self {
        let near = |lock: &Lock| path.lies_in(&lock.path) || lock.path.lies_in(path);
        let by_token = self.by_token.iter().filter(|(_, lock)| near(lock));
        Self { loaded: true, by_token: by_token.map(|(token, lock)| (token.clone(), lock.clone())).collect() }
    }

    /// Locks on what lies below a path.
    pub(crate) fn below<'a>(&'a self, path: &'a UrlPath, now: i64) -> impl Iterator<Item = &'a Lock> {
        self.living(now).filter(move |lock| lock.path != *path && lock.path.lies_in(path))
    }

    pub(crate) fn get(&self, token: &str, now: i64) -> Option<&Lock> {
        self.by_token.get(token).filter(|lock| lock.expires > now)
    }

    /// Takes a lock, unless another is in the way.
    pub(crate) fn take(&mut self, space: &Space, change: &Change, lock: Lock, now: i64) -> Result<(), Denied> {
        let covering = self.covering(&lock.path, now);
        let below = self.below(&lock.path, now).filter(|_| lock.deep);
        let in_the_way = covering.chain(below).filter(|other| !(other.shared && lock.shared));
        let conflicts: Vec<UrlPath> = in_the_way.map(|other| other.path.clone()).collect();
        if !conflicts.is_empty() {
            return Err(Denied::Conflict(conflicts));
        }
        self.forget_ended(space, change, now).map_err(Denied::Failed)?;
        let of_login = self.by_token.values().filter(|other| other.login == lock.login).count();
        if self.by_token.len() >= LOCKS || of_login >= LOCKS_OF_LOGIN {
            return Err(Denied::TooMany);
        }
        self.put(space, change, lock).map_err(Denied::Failed)
    }

    /// Lets a lock live longer.
    pub(crate) fn refresh(
        &mut self,
        space: &Space,
        change: &Change,
        token: &str,
        seconds: u32,
        now: i64,
    ) -> Result<Option<Lock>, FsError> {
        let Some(lock) = self.get(token, now) else { return Ok(None) };
        let lock = Lock { seconds, expires: now + i64::from(seconds), ..lock.clone() };
        self.put(space, change, lock.clone())?;
        Ok(Some(lock))
    }

    pub(crate) fn remove(&mut self, space: &Space, change: &Change, token: &str) -> Result<(), FsError> {
        space.remove_lock(change, token)?;
        self.by_token.remove(token);
        Ok(())
    }

    /// Removes the locks on a path that leads to nothing any more, and on all below it.
    pub(crate) fn remove_tree(&mut self, space: &Space, change: &Change, path: &UrlPath) -> Result<(), FsError> {
        let gone: Vec<String> =
            self.by_token.values().filter(|lock| lock.path.lies_in(path)).map(|lock| lock.token.clone()).collect();
        gone.iter().try_for_each(|token| self.remove(space, change, token))
    }

    fn put(&mut self, space: &Space, change: &Change, lock: Lock) -> Result<(), FsError> {
        space.put_lock(change, &lock.to_row())?;
        self.by_token.insert(lock.token.clone(), lock);
        Ok(())
    }

    fn living(&self, now: i64) -> impl Iterator<Item = &Lock> {
        self.by_token.values().filter(move |lock| lock.expires > now)
    }

    fn forget_ended(&mut self, space: &Space, change: &Change, now: i64) -> Result<(), FsError> {
        let ended = self.by_token.values().filter(|lock| lock.expires <= now);
        let ended: Vec<String> = ended.map(|lock| lock.token.clone()).collect();
        ended.iter().try_for_each(|token| self.remove(space, change, token))
    }
}

impl Lock {
    fn to_row(&self) -> LockRow {
        LockRow {
            token: self.token.clone(),
            path: self.path.names().join("/") + if self.path.has_slash() { "/" } else { "" },
            shared: self.shared,
            deep: self.deep,
            owner: self.owner.clone(),
            login: self.login.clone(),
            seconds: self.seconds,
            expires: self.expires,
        }
    }

    fn from_row(row: LockRow) -> Self {
        let names = row.path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let path = UrlPath::from_names(names, row.path.ends_with('/'));
        let LockRow { token, shared, deep, owner, login, seconds, expires, .. } = row;
        Self { token, path, shared, deep, owner, login, seconds, expires }
    }
}
