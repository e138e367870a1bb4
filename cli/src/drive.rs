//! The life of a drive: unlock, mount, serve until unmounted or told to end, write everything, close.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use cartable_fs::bag::{Bag, Opening};
use cartable_fs::fuse::{Drive, MountOptions};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Failure;
use crate::passphrase::{Bytes, secret};
use crate::places;
use crate::socket::Listener;

/// How long a drive in use may take to end once it was told to: then it is closed under its users.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a drive is to be.
pub(crate) struct Wanted<'a> {
    pub(crate) bag: &'a Path,
    pub(crate) place: &'a Path,
    pub(crate) allow_other: bool,
    pub(crate) opening: Opening,
}

/// Mounts a bag and serves it. Calls `ready` once the drive can be used.
pub(crate) fn serve(wanted: &Wanted<'_>, passphrase: &Bytes, ready: impl FnOnce()) -> Result<(), Failure> {
    let state = places::state()?;
    let bag = Arc::new(Bag::open(wanted.bag, &secret(passphrase)?, &state, wanted.opening)?);
    let space = bag.open_home()?;
    let keeper = bag.keep_remembering(bag.home(), Arc::clone(&space))?;
    let options = MountOptions { allow_other: wanted.allow_other, source: source(wanted.bag), threads: None };
    let mut signals =
        Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(|e| Failure::io("watching signals for", wanted.bag, &e))?;
    let drive = Drive::mount(Arc::clone(&space), bag.access()?, wanted.place, &options)
        .map_err(|error| not_mounted(wanted.place, &error))?;
    let (ended, end) = channel();
    let serving = std::thread::Builder::new()
        .name("serve".into())
        .spawn({
            let ended = ended.clone();
            move || {
                let result = drive.serve();
                // Nobody listens any more once the drive was closed under its users.
                let _ = ended.send(Some(result));
            }
        })
        .map_err(|error| Failure::io("starting a thread for", wanted.bag, &error))?;
    let handle = signals.handle();
    let watching = std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            let _ = ended.send(None);
        }
    });
    // A drive is worth having without it: then commands find the bag in use.
    let listener = Listener::start(Arc::clone(&bag)).ok();
    ready();
    let served = match end.recv() {
        Ok(Some(result)) => result,
        _ => end_in_use(wanted.place, || end.recv_timeout(PATIENCE).ok().flatten())?,
    };
    if let Some(listener) = listener {
        listener.end();
    }
    drop(keeper);
    let closed = bag.close_spaces();
    handle.close();
    let _ = watching.join();
    if serving.is_finished() {
        let _ = serving.join();
    }
    closed?;
    served.map_err(|error| Failure::io("serving", wanted.place, &error))
}

/// Told to end: unmounts, or takes the drive out of sight and waits a little for its users.
fn end_in_use(place: &Path, wait: impl Fn() -> Option<std::io::Result<()>>) -> Result<std::io::Result<()>, Failure> {
    if places::unmount(place).is_err() {
        places::detach(place)?;
    }
    Ok(wait().unwrap_or(Ok(())))
}

/// The source that the kernel lists for a drive: the bag's folder, unless its name would break the list of options.
fn source(bag: &Path) -> String {
    let path = bag.to_string_lossy();
    if path.contains([',', '\\', '\n']) { "cartable".into() } else { path.into_owned() }
}

fn not_mounted(place: &Path, error: &std::io::Error) -> Failure {
    let no_device = !Path::new("/dev/fuse").exists();
    match error.kind() {
        std::io::ErrorKind::NotFound if no_device => Failure::NoFuse,
        std::io::ErrorKind::PermissionDenied => Failure::NoFuse,
        _ if no_device => Failure::NoFuse,
        _ => Failure::io("mounting at", place, error),
    }
}
