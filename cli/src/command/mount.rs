//! `cartable mount` and `cartable unmount`.

use std::path::Path;
use std::time::{Duration, Instant};

use cartable_fs::bag::{Bag, Opening};
use cartable_fs::fuse::MountOptions;

use crate::args::Mount;
use crate::drive::{Wanted, serve};
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{Bytes, open_with};
use crate::socket::Farewell;
use crate::text::Text;
use crate::{background, places};

/// How long unmounting waits for everything to be written.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn run(mount: &Mount, text: &Text) -> Result<(), Failure> {
    run_with(mount, None, text)
}

/// Mounts with a passphrase that is known already, or asks for it.
pub(crate) fn run_with(mount: &Mount, known: Option<Bytes>, text: &Text) -> Result<(), Failure> {
    if mount.behind {
        let result = behind(mount);
        if let Err(failure) = &result {
            background::failed(failure);
        }
        return result;
    }
    Bag::header_at(&mount.bag)?;
    let bag = mount.bag.canonicalize().map_err(|error| Failure::io("looking at", &mount.bag, &error))?;
    let place = places::prepare(&mount.folder)?;
    let open = |passphrase: &Bytes| {
        if !mount.foreground {
            return background::start(mount, &bag, &place, passphrase);
        }
        serve(&wanted(mount, &bag, &place), passphrase, || {
            output::say(text.say_with("mounted", &[("folder", place.to_string_lossy())]));
            true
        })
    };
    match known {
        Some(passphrase) => open(&passphrase),
        None => open_with(&bag, mount.passphrase_file.as_deref(), text, open),
    }
}

fn behind(mount: &Mount) -> Result<(), Failure> {
    let passphrase = background::passphrase()?;
    serve(&wanted(mount, &mount.bag, &mount.folder), &passphrase, background::ready)
}

fn wanted<'a>(mount: &Mount, bag: &'a Path, place: &'a Path) -> Wanted<'a> {
    let opening = Opening { read_only: mount.read_only, danger_accept_older_copy: mount.danger_accept_older_copy };
    let asked = |option: &str| mount.options.iter().any(|asked| asked == option);
    let options = MountOptions {
        allow_other: mount.allow_other,
        no_set_id: asked("nosuid"),
        no_devices: asked("nodev"),
        no_exec: asked("noexec"),
        source: bag.into(),
        threads: None,
    };
    Wanted { bag, place, options, opening }
}

/// Unmounts and waits until everything is written and the bag is free.
pub(crate) fn unmount(folder: &Path, text: &Text) -> Result<(), Failure> {
    let place = places::absolute(folder);
    let drive = places::mounted().into_iter().find(|drive| drive.folder == place);
    let drive = drive.ok_or_else(|| Failure::NotMounted { folder: folder.to_owned() })?;
    // What programs wrote and the kernel still holds belongs to what must be durable.
    let _ = std::fs::File::open(&place).map(|folder| rustix::fs::syncfs(&folder));
    let farewell = Farewell::ask(&place)?;
    places::unmount(&place)?;
    farewell.and_then(Farewell::wait).unwrap_or(Ok(()))?;
    let start = Instant::now();
    while Bag::is_open(&drive.bag) {
        if start.elapsed() > PATIENCE {
            return Err(Failure::Other { what: text.say("still-writing") });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
