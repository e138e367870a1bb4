//! What every turn of a benchmark needs: commands that must succeed, and waiting for what comes by itself.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What can go wrong: it ends the run.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long a peer may take to appear or to go.
const PATIENCE: Duration = Duration::from_secs(60);
const WARM_BYTES: usize = 3 << 30;

/// Runs a command to its end.
///
/// # Errors
/// When it can't be started, or fails.
pub fn run(command: &mut Command) -> Outcome<()> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).status()?;
    if output.success() { Ok(()) } else { Err(format!("{command:?} failed: {output}").into()) }
}

/// Waits until something is so.
///
/// # Errors
/// When it is not so within a minute.
pub fn wait_until(what: &str, done: impl Fn() -> bool) -> Outcome<()> {
    let start = Instant::now();
    while !done() {
        if start.elapsed() > PATIENCE {
            return Err(format!("waited too long: {what}").into());
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Whether something is mounted at `folder`.
#[must_use]
pub fn is_mounted(folder: &Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    mounts.lines().any(|line| line.split(' ').nth(1).is_some_and(|at| Path::new(at) == folder))
}

/// Unmounts a FUSE file system, when nobody uses it any more.
///
/// # Errors
/// When it is in use for a minute.
pub fn unmount(folder: &Path) -> Outcome<()> {
    wait_until("unmount", || {
        let mut unmount = Command::new("fusermount3");
        unmount.arg("-u").arg(folder).stderr(Stdio::null());
        unmount.status().is_ok_and(|status| status.success())
    })
}

/// Touches free memory. That of a virtual machine may lie with its host, and fetching it would cost whoever comes first
/// more than the work that is measured.
pub fn warm_memory() {
    drop(std::hint::black_box(vec![1u8; WARM_BYTES]));
}

/// Those of `all` that are named, between commas.
///
/// # Errors
/// When there is none of a name.
pub fn chosen<T: Copy>(names: &str, all: &[T], name_of: impl Fn(T) -> &'static str) -> Outcome<Vec<T>> {
    let find = |wanted: &str| {
        let found = all.iter().copied().find(|one| name_of(*one) == wanted);
        found.ok_or_else(|| {
            format!("no {wanted}: there are {}", all.iter().map(|one| name_of(*one)).collect::<Vec<_>>().join(", "))
                .into()
        })
    };
    names.split(',').map(find).collect()
}

/// Ends the run when a server or a drive did not do as it should.
///
/// # Errors
/// When `right` is false.
pub fn expect(right: bool, what: &str) -> Outcome<()> {
    if right { Ok(()) } else { Err(format!("{what}: not as expected").into()) }
}
