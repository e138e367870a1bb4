//! A drive outlives the command that started it: the command runs itself again, hands over the passphrase through a
//! pipe, waits for the verdict on another, and ends with it.
//!
//! The process behind the drive is started before any thread exists here; it leaves the terminal's session and the
//! current folder, and keeps nothing of the caller's open.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::args::Mount;
use crate::exit::Failure;
use crate::passphrase::Bytes;

/// What the process behind says once the drive can be used.
const READY: &str = "ready";

/// Starts the process behind the drive and waits until it is mounted or has failed.
pub(crate) fn start(mount: &Mount, bag: &Path, place: &Path, passphrase: &Bytes) -> Result<(), Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::Other { what: error.to_string() })?;
    let mut command = Command::new(&own);
    command.arg("mount").arg(bag).arg(place).args(["--foreground", "--behind"]);
    for (wanted, flag) in [
        (mount.allow_other, "--allow-other"),
        (mount.read_only, "--read-only"),
        (mount.danger_accept_older_copy, "--danger-accept-older-copy"),
    ] {
        if wanted {
            command.arg(flag);
        }
    }
    for option in &mount.options {
        command.arg("--options").arg(option);
    }
    // Installed as a copy our program may have another name; what it does there goes by that name.
    command.arg0("cartable");
    // Whoever waits for a lock or a pipe of the caller must not wait for the drive.
    close_fds::set_fds_cloexec(3, &[]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).current_dir("/");
    let mut child = command.spawn().map_err(|error| Failure::io("starting", &own, &error))?;
    if let Some(mut pipe) = child.stdin.take() {
        // A child that ended already says why below.
        let _ = pipe.write_all(passphrase);
    }
    let mut said = String::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut said).map_err(|error| Failure::io("waiting for", &own, &error))?;
    }
    if said == READY {
        return Ok(());
    }
    let _ = child.wait();
    Err(serde_json::from_str(&said)
        .unwrap_or_else(|_| Failure::Other { what: "the process behind the drive ended".into() }))
}

/// The passphrase, in the process behind the drive.
pub(crate) fn passphrase() -> Result<Bytes, Failure> {
    // Without a session of its own it would end with the terminal. It fails only when it has one already.
    let _ = rustix::process::setsid();
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| Failure::Other { what: error.to_string() })?;
    Ok(bytes)
}

/// Tells the command that the drive can be used, and lets go of its pipe. Returns whether it still waited: who broke it
/// off wants no drive.
pub(crate) fn ready() -> bool {
    say(READY)
}

/// Tells the command that there will be no drive.
pub(crate) fn failed(failure: &Failure) {
    let _ = say(&serde_json::to_string(failure).unwrap_or_default());
}

/// Says the one thing there is to say, and puts nothing (which standard error is) in the pipe's place.
fn say(verdict: &str) -> bool {
    let mut out = std::io::stdout();
    let said = out.write_all(verdict.as_bytes()).and_then(|()| out.flush());
    let _ = rustix::stdio::dup2_stdout(std::io::stderr());
    said.is_ok()
}
