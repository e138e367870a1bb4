//! The life of a drive: unlock, mount, serve until unmounted or told to end, write everything, close.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use cartable_fs::Space;
use cartable_fs::bag::{Bag, Opening};
use cartable_fs::fuse::{Drive, MountOptions};
use rustix::fs::FlockOperation;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Failure;
use crate::passphrase::{Bytes, secret};
use crate::places;
use crate::socket::{Farewells, Listener};

/// How long a drive in use may take to end once it was told to: then it is closed under its users.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a drive is to be.
pub(crate) struct Wanted<'a> {
    pub(crate) bag: &'a Path,
    pub(crate) place: &'a Path,
    pub(crate) options: MountOptions,
    pub(crate) opening: Opening,
}

/// Mounts a bag and serves it. Calls `ready` once the drive can be used; when it answers that nobody waits for the drive any
/// more, it ends.
pub(crate) fn serve(wanted: &Wanted<'_>, passphrase: &Bytes, ready: impl FnOnce() -> bool) -> Result<(), Failure> {
    let state = places::state()?;
    let bag = Arc::new(Bag::open(wanted.bag, &secret(passphrase)?, &state, wanted.opening)?);
    let space = bag.open_home()?;
    let signals =
        Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(|e| Failure::io("watching signals for", wanted.bag, &e))?;
    let served = match mount(wanted, &bag, &space) {
        Ok(drive) => attend(wanted, drive, &bag, signals, ready),
        Err(failure) => Served { ended: Err(failure), farewells: None },
    };
    drop(space);
    // Whatever happened to the drive, the bag is closed in good order.
    let ended = bag.close_spaces().map_err(Failure::from).and(served.ended);
    served.farewells.inspect(|farewells| farewells.tell(&ended));
    ended
}

/// How serving ended, and who wants to hear how closing ends.
struct Served {
    ended: Result<(), Failure>,
    farewells: Option<Farewells>,
}

/// Two commands may have looked at the same place at once: only one of them mounts.
fn mount(wanted: &Wanted<'_>, bag: &Bag, space: &Arc<Space>) -> Result<Drive, Failure> {
    let failed = |error: std::io::Error| Failure::io("looking at", wanted.place, &error);
    let place = File::open(wanted.place).map_err(failed)?;
    rustix::fs::flock(&place, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
    if places::mounted().iter().any(|drive| drive.folder == wanted.place) {
        return Err(Failure::Busy { process: wanted.place.display().to_string() });
    }
    Drive::mount(Arc::clone(space), bag.access()?, wanted.place, &wanted.options)
        .map_err(|error| not_mounted(wanted.place, &error))
}

fn attend(
    wanted: &Wanted<'_>,
    drive: Drive,
    bag: &Arc<Bag>,
    mut signals: Signals,
    ready: impl FnOnce() -> bool,
) -> Served {
    // Without either, a drive is still worth having: commands then find the bag in use, and an older copy of what was
    // written since is noticed only from the next closing on.
    let keeper = bag.open_home().and_then(|space| bag.keep_remembering(bag.home(), space)).ok();
    let listener = Listener::start(Arc::clone(bag), wanted.place).ok();
    let (tell, told) = channel();
    let handle = signals.handle();
    let watching = std::thread::spawn({
        let tell = tell.clone();
        move || {
            if signals.forever().next().is_some() {
                let _ = tell.send(None);
            }
        }
    });
    // It goes on while somebody uses a drive that was taken out of sight, and ends with the process.
    std::thread::spawn(move || {
        let result = drive.serve();
        let _ = tell.send(Some(result));
    });
    let ended = match ready().then(|| told.recv()) {
        Some(Ok(Some(result))) => result.map_err(|error| Failure::io("serving", wanted.place, &error)),
        _ => end_in_use(wanted.place, || told.recv_timeout(PATIENCE).ok().flatten()),
    };
    handle.close();
    let _ = watching.join();
    let farewells = listener.map(Listener::end);
    drop(keeper);
    Served { ended, farewells }
}

/// Told to end: unmounts, or takes the drive out of sight and waits a little for its users. Whatever fails here, the bag is
/// closed afterwards.
fn end_in_use(place: &Path, wait: impl Fn() -> Option<std::io::Result<()>>) -> Result<(), Failure> {
    if places::unmount(place).is_err() {
        // What programs wrote and the kernel still holds would never reach us.
        let _ = File::open(place).map(|folder| rustix::fs::syncfs(&folder));
        places::detach(place)?;
    }
    match wait() {
        Some(Err(error)) => Err(Failure::io("serving", place, &error)),
        _ => Ok(()),
    }
}

fn not_mounted(place: &Path, error: &std::io::Error) -> Failure {
    let said = error.to_string();
    let device = File::options().read(true).write(true).open("/dev/fuse").map_err(|error| error.kind());
    let closed = matches!(device, Err(ErrorKind::NotFound | ErrorKind::PermissionDenied));
    if said.contains("user_allow_other") {
        Failure::OthersNotAllowed
    } else if closed {
        Failure::NoFuse
    } else if said.contains("no write access") || error.kind() == ErrorKind::PermissionDenied {
        Failure::PlaceNotYours { folder: place.to_owned() }
    } else {
        Failure::Other { what: format!("mounting at {}: {}", place.display(), said.trim()) }
    }
}
