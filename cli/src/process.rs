//! The life of the process that has a bag open: it opens doors, serves until the last one is closed or it is told to end,
//! writes everything, and closes the bag.
//!
//! Doors are a drive and a share, one of each. One may come or go while the other is used: commands ask for it on the socket.
//! A process that was started without a secret has a socket and a share, and the bag only while somebody uses it: neither its
//! keys nor its lock otherwise, so that commands can open the bag themselves.

mod opening;
mod signals;
mod tend;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

use cartable_dav::{Keys, Share};
use cartable_fs::bag::{Bag, Keeper, Opening, StateFolder};
use cartable_fs::check::Progress;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::exit::Failure;
use crate::passphrase::{Bytes, secret};
use crate::socket::{Client, Doors, Farewells, Listener, Reply, Shared};
use crate::wanted::{PathWord, Wanted};
use crate::work::{Done, Task, done, names_of_guests};
use crate::{drive, notify, places, share};

/// How long a drive in use may take to end once it was told to: then it is closed under its users.
const PATIENCE: Duration = Duration::from_secs(5);

/// The process, as its threads share it.
pub(crate) struct Process {
    folder: PathBuf,
    state: Arc<StateFolder>,
    keys: Arc<Keys>,
    /// Started without a secret.
    locks: bool,
    open: Mutex<Open>,
    /// Held by what changes the bag or the doors: the end waits for it.
    changing: Mutex<()>,
    ending: AtomicBool,
    tell: Sender<Event>,
    /// Who wants to hear how the drive ended.
    pub(crate) unmounting: Farewells,
    /// Who wants to hear how the process ended.
    pub(crate) closing: Farewells,
}

/// What is open.
#[derive(Default)]
struct Open {
    drive: Option<PathBuf>,
    share: Option<Share>,
    /// While the owner has the bag open.
    keeper: Option<Keeper>,
    /// A process that locks keeps the keys for its owner's drive.
    kept: bool,
}

/// What the main thread waits for.
enum Event {
    /// The drive was unmounted, or its connection to the kernel failed.
    DriveEnded(std::io::Result<()>),
    /// Told to end, by a signal or a command.
    End,
}

/// Opens what is wanted and serves it; without a secret the bag stays locked. Calls `ready` once the doors are open; when it
/// answers that nobody waits for them any more, they are closed again.
pub(crate) fn run(wanted: &Wanted, secret: Option<&Bytes>, ready: impl FnOnce(&Doors) -> bool) -> Result<(), Failure> {
    raise_descriptors();
    let (tell, told) = channel();
    let watching = signals::watch(&wanted.bag.0, tell.clone())?;
    let process = Arc::new(Process::start(wanted, secret, tell)?);
    let mut listener = None;
    let opened = process.open_doors(wanted).and_then(|()| {
        // Without one, open doors are still worth having: commands then find the bag in use. A locked bag is not in use.
        listener = match Listener::start(Arc::clone(&process), &process.folder) {
            Err(failure) if process.locks => return Err(failure),
            started => started.ok(),
        };
        Ok(())
    });
    if opened.is_ok() {
        tend::begin(&process);
    }
    let ended = opened.and_then(|()| process.attend(&told, ready));
    notify::stopping();
    watching.end();
    process.ending.store(true, Ordering::SeqCst);
    if let Some(listener) = listener {
        listener.end();
    }
    // Whatever happened to the doors, the bag is closed in good order.
    let ended = process.close(&told).and(ended);
    let last = ended.clone().map_or_else(Reply::Failed, |()| Reply::Ended);
    process.unmounting.tell(&last);
    process.closing.tell(&last);
    ended
}

/// Takes all the descriptors that there are: each connection needs one. The usual limit is for programs that use select(2).
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    // With fewer, fewer can be connected at once.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

impl Process {
    /// Opens the bag with the owner's secret, or makes ready for who comes with one.
    fn start(wanted: &Wanted, by: Option<&Bytes>, tell: Sender<Event>) -> Result<Self, Failure> {
        let (folder, state) = (wanted.bag.0.clone(), places::state()?);
        let mut open = Open::default();
        let keys = match by {
            Some(by) => {
                let how =
                    Opening { read_only: wanted.read_only, danger_accept_older_copy: wanted.danger_accept_older_copy };
                let bag = Arc::new(Bag::open(&folder, &secret(by)?, &state, how)?);
                open.keeper = opening::keeper(&bag)?;
                Keys::opened(bag)
            }
            None => {
                let after = Duration::from_secs(wanted.lock_after.unwrap_or_default());
                Keys::locked(folder.clone(), Arc::clone(&state), after)
            }
        };
        Ok(Self {
            folder,
            state,
            keys,
            locks: by.is_none(),
            open: Mutex::new(open),
            changing: Mutex::default(),
            ending: AtomicBool::new(false),
            tell,
            unmounting: Farewells::default(),
            closing: Farewells::default(),
        })
    }

    /// Serves until no door is left, or told to end.
    fn attend(&self, told: &Receiver<Event>, ready: impl FnOnce(&Doors) -> bool) -> Result<(), Failure> {
        if !ready(&self.doors()) {
            return Ok(());
        }
        notify::ready();
        while let Ok(Event::DriveEnded(result)) = told.recv() {
            if let Some(ended) = self.drive_ended(result) {
                return ended;
            }
        }
        Ok(())
    }

    fn close_share(&self) {
        let share = self.open().share.take();
        if let Some(share) = share {
            share.close();
        }
    }

    /// The drive is gone. Returns how it ended when it was the last door; tells those who wait for it when it was not.
    fn drive_ended(&self, result: std::io::Result<()>) -> Option<Result<(), Failure>> {
        let _changing = self.change();
        let place = self.open().drive.take().unwrap_or_default();
        let ended = result.map_err(|error| Failure::io("serving", &place, &error));
        if self.open().share.is_none() {
            self.ending.store(true, Ordering::SeqCst);
            return Some(ended);
        }
        self.let_go();
        self.unmounting.tell(&ended.map_or_else(Reply::Failed, |()| Reply::Stays));
        None
    }

    /// Closes what is open: the drive, the share, then the bag.
    fn close(&self, told: &Receiver<Event>) -> Result<(), Failure> {
        let place = self.open().drive.clone();
        let unmounted = place.map_or(Ok(()), |place| {
            let taken_down = drive::take_down(&place);
            let start = Instant::now();
            loop {
                match told.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                    Ok(Event::End) => {}
                    // Perhaps by somebody else, at the same time.
                    Ok(Event::DriveEnded(ended)) => {
                        return ended.map_err(|error| Failure::io("serving", &place, &error));
                    }
                    Err(_) => return taken_down,
                }
            }
        });
        self.close_share();
        self.open().keeper = None;
        self.keys.close().map_err(Failure::from).and(unmounted)
    }

    /// What is open, for who asks.
    pub(crate) fn doors(&self) -> Doors {
        let bag = self.keys.bag();
        let names = bag.as_ref().and_then(|bag| bag.open_home().ok()?.devices(&bag.access().ok()?).ok());
        let guests = bag.as_ref().and_then(|bag| names_of_guests(bag).ok());
        let name_of = |login: &String| {
            let known = names.iter().flatten().find(|known| known.login == *login);
            let guest = || guests.as_ref().and_then(|guests| guests.get(login).cloned());
            known.map(|known| known.name.clone()).or_else(guest).unwrap_or_else(|| login.clone())
        };
        let open = self.open();
        let clients = open.share.iter().flat_map(Share::clients).map(|client| Client {
            device: client.login.as_ref().map(name_of),
            address: client.address,
            since: client.since.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            requests: client.requests,
            bytes_in: client.bytes_in,
            bytes_out: client.bytes_out,
        });
        Doors {
            drive: open.drive.clone().map(PathWord),
            clients: clients.collect(),
            share: open.share.as_ref().map(|share| Shared {
                urls: share::reachable(share.urls()),
                fingerprint: share.fingerprint(),
                trouble: share.trouble(),
                lacking: share.lacking().to_vec(),
                certificate: share.certificate().map(|file| PathWord(file.to_owned())),
            }),
            locked: bag.is_none(),
        }
    }

    /// Does something in the bag; not while it is locked.
    pub(crate) fn work(&self, task: &Task, show: &mut dyn FnMut(Progress)) -> Result<Reply, Failure> {
        // What guests opened has nothing to work on.
        let Some(bag) = self.keys.bag().filter(|bag| bag.home().is_ok()) else { return Ok(Reply::Locked) };
        if task.only_reads() {
            return done(&bag, task, show).map(Reply::Done);
        }
        // Collecting may take long, and leaves the bag in good order wherever it is stopped: the end does not wait for it.
        let _changing = (!task.takes_long()).then(|| self.change());
        self.refuse_at_the_end()?;
        let done = done(&bag, task, show)?;
        let gone = match &done {
            Done::Removed { slot } => std::slice::from_ref(slot),
            Done::Revoked { slots } => slots,
            _ => &[],
        };
        if let Some(share) = &self.open().share {
            gone.iter().filter_map(|slot| slot.parse().ok()).for_each(|slot| share.end_slot(&slot));
        }
        Ok(Reply::Done(done))
    }

    /// Makes durable what was done through the drive at `place`; none when the drive here is another.
    pub(crate) fn sync_drive(&self, place: &Path) -> Option<Result<(), Failure>> {
        if self.open().drive.as_deref() != Some(place) {
            return None;
        }
        let bag = self.keys.bag()?;
        Some((|| Ok(bag.open_home()?.sync_all(&bag.access()?)?))())
    }

    /// Ends the process, doors and all.
    pub(crate) fn end(&self) {
        let _ = self.tell.send(Event::End);
    }

    /// Waits for a change that is under way, and lets none begin as long as it is held.
    pub(crate) fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_at_the_end(&self) -> Result<(), Failure> {
        if self.ending.load(Ordering::SeqCst) {
            return Err(Failure::Other { what: "the bag is being closed".into() });
        }
        Ok(())
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn busy(&self) -> Failure {
        Failure::Busy { process: std::process::id().to_string() }
    }
}
