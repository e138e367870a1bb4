//! `cartable open`, `mount` and `serve`: the doors of a bag, one by one or both.

use std::path::Path;

use cartable_fs::bag::Bag;

use crate::args;
use crate::background;
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{Bytes, Word, open_with};
use crate::places;
use crate::process;
use crate::socket::{self, Doors, Reply, Request};
use crate::text::Text;
use crate::wanted::{PathWord, Wanted, WantedDrive, WantedShare};

pub(crate) fn mount(mount: &args::Mount, text: &Text) -> Result<(), Failure> {
    let mut wanted = wanted(&mount.bag, &mount.opening)?;
    wanted.drive = Some(WantedDrive::at(&mount.folder, &mount.drive));
    wanted.read_only = mount.drive.read_only;
    open_wanted(wanted, &mount.opening, None, text)
}

pub(crate) fn serve(serve: &args::Serve, text: &Text) -> Result<(), Failure> {
    let mut wanted = wanted(&serve.bag, &serve.opening)?;
    wanted.share = Some(WantedShare::at(&serve.listen, &serve.sharing));
    wanted.lock_after = serve.locked.then_some(serve.lock_after);
    open_wanted(wanted, &serve.opening, None, text)
}

pub(crate) fn open(open: &args::Open, text: &Text) -> Result<(), Failure> {
    if open.behind {
        return behind();
    }
    let mut wanted = wanted(&open.bag, &open.opening)?;
    wanted.drive = open.mount.as_ref().map(|folder| WantedDrive::at(folder, &open.drive));
    wanted.share = (!open.listen.is_empty()).then(|| WantedShare::at(&open.listen, &open.sharing));
    wanted.read_only = open.drive.read_only;
    open_wanted(wanted, &open.opening, None, text)
}

/// Opens a bag as a drive with a passphrase that is known already, or asks for it.
pub(super) fn mount_with(bag: &Path, folder: &Path, known: Option<Bytes>, text: &Text) -> Result<(), Failure> {
    let opening = args::Opening { passphrase_file: None, foreground: false, danger_accept_older_copy: false };
    let drive = args::Drive { allow_other: false, read_only: false, options: Vec::new() };
    let mut wanted = wanted(bag, &opening)?;
    wanted.drive = Some(WantedDrive::at(folder, &drive));
    open_wanted(wanted, &opening, known, text)
}

/// Nothing yet, of the bag in `folder`.
fn wanted(folder: &Path, opening: &args::Opening) -> Result<Wanted, Failure> {
    Bag::header_at(folder)?;
    let bag = folder.canonicalize().map_err(|error| Failure::io("looking at", folder, &error))?;
    Ok(Wanted {
        bag: PathWord(bag),
        drive: None,
        share: None,
        read_only: false,
        danger_accept_older_copy: opening.danger_accept_older_copy,
        lock_after: None,
    })
}

/// Opens the doors: in the process that has the bag, else in a new one.
fn open_wanted(mut wanted: Wanted, opening: &args::Opening, known: Option<Bytes>, text: &Text) -> Result<(), Failure> {
    let running = socket::doors_of(&wanted.bag.0)?;
    if let (Some(drive), Some(doors)) = (&wanted.drive, &running)
        && wanted.share.is_some()
        && doors.drive == Some(PathWord(places::absolute(&drive.place.0)))
    {
        // It stands already: the other door is what is asked for.
        wanted.drive = None;
    }
    if let Some(drive) = &mut wanted.drive {
        drive.place.0 = places::prepare(&drive.place.0)?;
    }
    let mut joins = running.is_some();
    if let Some(busy) = running.as_ref().and_then(|doors| in_the_way(&wanted, doors)) {
        // Many may read a bag that nobody may change.
        joins = false;
        if !wanted.read_only {
            return Err(busy);
        }
    }
    let open = |secret: Option<&Bytes>| {
        if let Some(secret) = secret.filter(|_| joins)
            && let Some(doors) = opened_there(&wanted, secret)?
        {
            say(&wanted, &doors, text);
            return Ok(());
        }
        if !opening.foreground {
            let doors = background::start(&wanted, secret)?;
            if wanted.share.is_some() {
                say(&wanted, &doors, text);
            }
            return Ok(());
        }
        if secret.is_none() {
            background::erase_what_is_freed()?;
        }
        process::run(&wanted, secret, |doors| {
            say(&wanted, doors, text);
            true
        })
    };
    match known {
        _ if wanted.lock_after.is_some() => open(None),
        Some(secret) => open(Some(&secret)),
        None => open_with(&wanted.bag.0, opening.passphrase_file.as_deref(), text, |secret| open(Some(secret))),
    }
}

/// The door of a running process that stands where one is wanted.
fn in_the_way(wanted: &Wanted, doors: &Doors) -> Option<Failure> {
    let busy = |process: String| Some(Failure::Busy { process });
    match (&doors.drive, &doors.share) {
        (Some(drive), _) if wanted.drive.is_some() => busy(drive.0.display().to_string()),
        (_, Some(share)) if wanted.share.is_some() => busy(share.urls.join(", ")),
        // Only who gives no passphrase wants a locked bag: it is open for somebody.
        (Some(drive), _) if wanted.lock_after.is_some() => busy(drive.0.display().to_string()),
        _ => None,
    }
}

/// Has the doors opened by the process that has the bag; none when it has ended meanwhile.
fn opened_there(wanted: &Wanted, secret: &Bytes) -> Result<Option<Doors>, Failure> {
    let request = Request::Open { by: Word(secret.clone()), wanted: wanted.clone() };
    match socket::ask(&wanted.bag.0, &request, &mut |_| {})? {
        Some(Reply::Doors(doors)) => Ok(Some(doors)),
        _ => Ok(None),
    }
}

fn behind() -> Result<(), Failure> {
    let mut answered = false;
    let result = background::orders().and_then(|(wanted, secret)| {
        process::run(&wanted, secret.as_ref(), |doors| {
            answered = true;
            background::answer(Ok(doors))
        })
    });
    if let (Err(failure), false) = (&result, answered) {
        background::answer(Err(failure));
    }
    result
}

/// Says where the doors are.
fn say(wanted: &Wanted, doors: &Doors, text: &Text) {
    if let (Some(drive), true) = (&doors.drive, wanted.drive.is_some()) {
        output::say(text.say_with("mounted", &[("folder", drive.0.to_string_lossy())]));
    }
    let Some(share) = doors.share.as_ref().filter(|_| wanted.share.is_some()) else { return };
    output::say(text.say_with("shared", &[("urls", share.urls.join(", ").into())]));
    if !share.lacking.is_empty() {
        let file = share.certificate.as_ref().map(|file| file.0.to_string_lossy().into_owned()).unwrap_or_default();
        output::tell(
            text.say_with("shared-lacking", &[("names", share.lacking.join(", ").into()), ("file", file.into())]),
        );
    }
    if let Some(fingerprint) = &share.fingerprint {
        output::say(text.say_with("shared-fingerprint", &[("fingerprint", fingerprint.into())]));
    }
    if let Some(file) = &share.certificate {
        output::say(text.say_with("shared-certificate", &[("file", file.0.to_string_lossy())]));
    }
}
