//! The drive, one of the doors: mounting it, serving it, taking it down.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use cartable_fs::Spaces;
use cartable_fs::bag::Bag;
use cartable_fs::fuse::{Drive, MountOptions};
use cartable_share::{Principal, Right, decide};
use rustix::fs::FlockOperation;

use crate::exit::Failure;
use crate::places;
use crate::wanted::WantedDrive;

/// Mounts a drive of an open bag, for reading only or as the bag is open. Two commands may have looked at the same place at once: only one of them mounts.
pub(crate) fn mount(wanted: &WantedDrive, bag: &Arc<Bag>, read_only: bool) -> Result<Drive, Failure> {
    let place = &wanted.place.0;
    let failed = |error: std::io::Error| Failure::io("looking at", place, &error);
    let folder = File::open(place).map_err(failed)?;
    rustix::fs::flock(&folder, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
    if places::mounted().iter().any(|drive| drive.folder == *place) {
        return Err(Failure::Busy { process: place.display().to_string() });
    }
    let mut access = bag.access()?;
    if read_only {
        access = decide(Principal::Owner, Right::Read).map_err(|error| Failure::Other { what: error.to_string() })?;
    }
    let options = MountOptions {
        allow_other: wanted.allow_other,
        no_set_id: wanted.no_set_id,
        no_devices: wanted.no_devices,
        no_exec: wanted.no_exec,
        source: bag.folder().into(),
        threads: None,
    };
    let spaces = Spaces::new(Arc::clone(bag), bag.open_home()?, access);
    Drive::mount(spaces, place, &options).map_err(|error| not_mounted(place, &error))
}

/// Serves a drive in a thread of its own, which tells how it ended. It goes on while somebody uses a drive that was taken
/// out of sight, and ends with the process.
pub(crate) fn serve(drive: Drive, tell: impl FnOnce(std::io::Result<()>) + Send + 'static) {
    std::thread::spawn(move || tell(drive.serve()));
}

/// Unmounts, or takes the drive out of sight at once where programs use it.
pub(crate) fn take_down(place: &Path) -> Result<(), Failure> {
    if places::unmount(place).is_ok() {
        return Ok(());
    }
    // What programs wrote and the kernel still holds would never reach us.
    let _ = File::open(place).map(|folder| rustix::fs::syncfs(&folder));
    places::detach(place)
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
