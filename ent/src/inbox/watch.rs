//! Watching a folder outside of the bag, such as the one that a browser downloads to.
//!
//! The system tells that something happened; what it was is found by looking. Looking alone, now and then, finds everything too: where
//! the system has no watches left, or the folder lies on another machine, files are found later and not less surely.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::sweep::is_temporary;

/// How long it takes at most until a stop is heard, or a file that rests is told of.
const TICK: Duration = Duration::from_millis(500);
/// How often the folder is looked at whatever the system tells.
const POLL: Duration = Duration::from_secs(30);
/// Folders inside folders, at most.
const DEPTH: usize = 8;
/// Folders that the system is asked to watch, at most: watches are for all programs of a person.
const WATCHES: usize = 256;
/// Files that are looked after, at most.
const FILES: usize = 20_000;

/// Calls `each` with every file of a folder and of those in it, once it has not changed for `rest`; again when it changed and came to rest
/// again. Files that are there already count as new. Links are not followed, and unfinished downloads are waited for under their
/// final name. Returns when `stop` is set.
pub fn watch(folder: &Path, rest: Duration, stop: &AtomicBool, mut each: impl FnMut(&Path)) {
    let mut told = Told::new();
    let mut seen: BTreeMap<PathBuf, Seen> = BTreeMap::new();
    let mut looked: Option<Instant> = None;
    let tick = TICK.min(rest / 2).max(Duration::from_millis(10));
    while !stop.load(Ordering::Relaxed) {
        let happened = told.wait(tick);
        let restless = seen.values().any(|file| !file.told);
        if happened || restless || looked.is_none_or(|looked| looked.elapsed() >= POLL) {
            look(folder, &mut seen, &mut told);
            looked = Some(Instant::now());
        }
        for (path, file) in &mut seen {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if !file.told && file.since.elapsed() >= rest {
                file.told = true;
                each(path);
            }
        }
    }
}

/// A file as it was seen.
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    /// Since when it is so.
    since: Instant,
    told: bool,
}

/// Finds what is new, changed or gone.
fn look(folder: &Path, seen: &mut BTreeMap<PathBuf, Seen>, told: &mut Told) {
    let mut there = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        told.about(&folder);
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let Ok(about) = entry.metadata() else { continue };
            if is_temporary(entry.file_name().as_encoded_bytes()) {
                continue;
            }
            if about.is_dir() && depth < DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if about.is_file() && there.len() < FILES {
                let path = entry.path();
                let (size, modified) = (about.len(), about.modified().ok());
                let known = seen.remove(&path).filter(|known| known.size == size && known.modified == modified);
                let new = Seen { size, modified, since: Instant::now(), told: false };
                there.insert(path, known.unwrap_or(new));
            }
        }
    }
    *seen = there;
}

/// What the system tells, as far as it does.
struct Told {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    happened: Receiver<()>,
}

impl Told {
    fn new() -> Self {
        let (tell, happened) = channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Opening and reading, as we do ourselves, changes nothing.
            let reads =
                |kind| matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write));
            if event.is_ok_and(|event| !reads(event.kind)) {
                let _ = tell.send(());
            }
        });
        Self { watcher: watcher.ok(), watched: BTreeSet::new(), happened }
    }

    /// Asks to be told about a folder.
    fn about(&mut self, folder: &Path) {
        let Some(watcher) = &mut self.watcher else { return };
        // One that was removed and made again is another: it is found by looking.
        if self.watched.len() < WATCHES
            && !self.watched.contains(folder)
            && watcher.watch(folder, RecursiveMode::NonRecursive).is_ok()
        {
            self.watched.insert(folder.to_owned());
        }
    }

    /// Waits for something to happen, and takes all that did for one.
    fn wait(&self, tick: Duration) -> bool {
        match self.happened.recv_timeout(tick) {
            Ok(()) => {
                while self.happened.try_recv().is_ok() {}
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(tick);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
