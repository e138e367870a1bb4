//! Where things are on this machine: the state folder, mounts, and the places for drives.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use cartable_fs::bag::StateFolder;

use crate::exit::Failure;

/// A drive of ours, as the kernel lists it.
pub(crate) struct Mounted {
    pub(crate) folder: PathBuf,
    /// The bag's folder, as it was when it was opened.
    pub(crate) bag: PathBuf,
}

/// What this device remembers of bags: `CARTABLE_STATE`, else below `XDG_STATE_HOME`, else below the home folder.
pub(crate) fn state() -> Result<Arc<StateFolder>, Failure> {
    Ok(Arc::new(StateFolder::open(&state_folder()?)?))
}

/// Where the processes that have bags listen: a folder that only this user can enter.
pub(crate) fn sockets() -> Result<PathBuf, Failure> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = match runtime {
        Some(runtime) => runtime.join("cartable"),
        None => state_folder()?.join("sockets"),
    };
    private(folder)
}

/// Where the share keeps the certificate that it made itself.
pub(crate) fn certificates() -> Result<PathBuf, Failure> {
    private(state_folder()?.join("tls"))
}

/// Makes a folder that only this user can enter, unless it is there.
fn private(folder: PathBuf) -> Result<PathBuf, Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(|error| Failure::io("making", &folder, &error))?;
    Ok(folder)
}

fn state_folder() -> Result<PathBuf, Failure> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let path = from("CARTABLE_STATE")
        .or_else(|| from("XDG_STATE_HOME").map(|base| base.join("cartable")))
        .or_else(|| home().map(|home| home.join(".local/state/cartable")))
        .ok_or_else(|| Failure::Other { what: "HOME is not set".into() })?;
    Ok(path)
}

pub(crate) fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
}

/// The drives that are mounted now.
pub(crate) fn mounted() -> Vec<Mounted> {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    table
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
            let dash = fields.iter().position(|field| *field == b"-")?;
            let [kind, source] = *fields.get(dash + 1..dash + 3)? else { return None };
            let folder = unescaped(fields.get(4)?);
            (kind == b"fuse.cartable").then(|| Mounted { folder, bag: unescaped(source) })
        })
        .collect()
}

/// Undoes the octal escapes of mountinfo (proc(5)).
fn unescaped(field: &[u8]) -> PathBuf {
    let mut out = Vec::with_capacity(field.len());
    let mut at = 0;
    while at < field.len() {
        let escaped = (field[at] == b'\\').then(|| field.get(at + 1..at + 4)).flatten();
        let octal = escaped.and_then(|octal| u8::from_str_radix(std::str::from_utf8(octal).ok()?, 8).ok());
        out.push(octal.unwrap_or(field[at]));
        at += if octal.is_some() { 4 } else { 1 };
    }
    std::ffi::OsString::from_vec(out).into()
}

/// Checks that a drive can stand at `folder`, clearing one of ours that a killed process left there.
pub(crate) fn prepare(folder: &Path) -> Result<PathBuf, Failure> {
    // Nobody answers behind this mount (ENOTCONN), or whoever did ended over our question (ECONNABORTED).
    const DEAD: [i32; 2] = [107, 103];
    if let Err(error) = fs::metadata(folder) {
        let ours = || mounted().iter().any(|drive| drive.folder == absolute(folder));
        match error.kind() {
            _ if error.raw_os_error().is_some_and(|code| DEAD.contains(&code)) && ours() => detach(folder)?,
            io::ErrorKind::NotFound => return Err(Failure::PlaceMissing { folder: folder.to_owned() }),
            _ => return Err(Failure::io("looking at", folder, &error)),
        }
    }
    let place = folder.canonicalize().map_err(|error| Failure::io("looking at", folder, &error))?;
    if !place.is_dir() {
        return Err(Failure::PlaceNotFolder { folder: place });
    }
    if mounted().iter().any(|drive| drive.folder == place) {
        return Err(Failure::Busy { process: place.display().to_string() });
    }
    let mut entries = fs::read_dir(&place).map_err(|error| Failure::io("looking at", &place, &error))?;
    if entries.next().is_some() {
        return Err(Failure::PlaceNotEmpty { folder: place });
    }
    Ok(place)
}

/// A path from the root, through links; where the file at its end does not answer, without asking it.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (parent.canonicalize(), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// Unmounts, as far as nothing uses the drive.
pub(crate) fn unmount(folder: &Path) -> Result<(), Failure> {
    fusermount(&["-u"], folder).map_err(|said| {
        if said.to_lowercase().contains("busy") {
            Failure::InUse { folder: folder.to_owned() }
        } else {
            Failure::Other { what: said }
        }
    })
}

/// Takes a drive out of sight at once; it ends when the last program lets go of it.
pub(crate) fn detach(folder: &Path) -> Result<(), Failure> {
    fusermount(&["-u", "-z"], folder).map_err(|what| Failure::Other { what })
}

/// fusermount3 works for users and for root, and keeps the mount table in order.
fn fusermount(options: &[&str], folder: &Path) -> Result<(), String> {
    let output = Command::new("fusermount3").args(options).arg("--").arg(folder).stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("fusermount3: {error}")),
    }
}
