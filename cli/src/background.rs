//! Doors outlive the command that opened them: the command runs itself again, hands over what is wanted and the secret
//! through a pipe, waits for the verdict on another, and ends with it.
//!
//! The process behind the doors is started before any thread exists here; it leaves the terminal's session and the
//! current folder, and keeps nothing of the caller's open.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::passphrase::{Bytes, Word};
use crate::socket::{Doors, REQUEST_BYTES};
use crate::wanted::Wanted;

/// What makes glibc erase memory when it is freed, and keep none of it back unerased (its manual, section "Memory Allocation
/// Tunables"): SQLite's and OpenSSL's too. Other C libraries don't know it.
const ERASING: &str = "glibc.malloc.perturb=255:glibc.malloc.tcache_count=0";
/// Where it looks for it. It takes it away from a program that was given more rights than its user.
const TUNABLES: &str = "GLIBC_TUNABLES";
/// Names the process that started once more, in its own environment.
const AGAIN: &str = "CARTABLE_AGAIN";

/// What the process behind is told.
#[derive(Deserialize)]
struct Orders {
    wanted: Wanted,
    secret: Option<Word>,
}

/// The same, as it is written.
#[derive(Serialize)]
struct Given<'a> {
    wanted: &'a Wanted,
    secret: Option<Word>,
}

/// What the process behind answers.
type Verdict = Result<Doors, Failure>;

/// Starts the process behind the doors and waits until they are open or it has failed. Without a secret the bag is locked.
pub(crate) fn start(wanted: &Wanted, secret: Option<&Bytes>) -> Verdict {
    let own = std::env::current_exe().map_err(|error| Failure::Other { what: error.to_string() })?;
    let mut command = Command::new(&own);
    // What is wanted comes through the pipe; the words are for who looks at the list of processes.
    command.arg("open").arg(&wanted.bag.0).arg("--behind");
    // Installed as a copy our program may have another name; what it does there goes by that name.
    command.arg0("cartable");
    if secret.is_none() {
        command.env(TUNABLES, tunables());
    }
    // Whoever waits for a lock or a pipe of the caller must not wait for the doors.
    close_fds::set_fds_cloexec(3, &[]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).current_dir("/");
    // Room for all of it at once: a vector that grows leaves copies of a passphrase behind.
    let mut orders = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES));
    let given = Given { wanted, secret: secret.cloned().map(Word) };
    serde_json::to_writer(&mut *orders, &given).map_err(|error| Failure::Other { what: error.to_string() })?;
    let mut child = command.spawn().map_err(|error| Failure::io("starting", &own, &error))?;
    if let Some(mut pipe) = child.stdin.take() {
        // A child that ended already says why below.
        let _ = pipe.write_all(&orders);
    }
    let mut said = String::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut said).map_err(|error| Failure::io("waiting for", &own, &error))?;
    }
    let ended = || Err(Failure::Other { what: "the process behind the bag ended".into() });
    let verdict: Verdict = serde_json::from_str(&said).unwrap_or_else(|_| ended());
    if verdict.is_err() {
        let _ = child.wait();
    }
    verdict
}

/// For a bag that locks: what passed while it was open must not stay in freed memory. The C library reads how to treat that
/// when a program starts, so this one starts once more in its own place, with the same words.
pub(crate) fn erase_what_is_freed() -> Result<(), Failure> {
    let process = std::process::id().to_string();
    if std::env::var(AGAIN).is_ok_and(|again| again == process) {
        return Ok(());
    }
    let own = std::env::current_exe().map_err(|error| Failure::Other { what: error.to_string() })?;
    let mut words = std::env::args_os();
    let mut command = Command::new(&own);
    command.arg0(words.next().unwrap_or_default()).args(words).env(TUNABLES, tunables()).env(AGAIN, process);
    Err(Failure::io("starting", &own, &command.exec()))
}

fn tunables() -> String {
    let others = std::env::var(TUNABLES).unwrap_or_default();
    if others.is_empty() { ERASING.to_owned() } else { format!("{others}:{ERASING}") }
}

/// What is wanted and the secret for it, in the process behind the doors.
pub(crate) fn orders() -> Result<(Wanted, Option<Bytes>), Failure> {
    // Without a session of its own it would end with the terminal. It fails only when it has one already.
    let _ = rustix::process::setsid();
    let mut bytes = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES));
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| Failure::Other { what: error.to_string() })?;
    let orders: Orders = serde_json::from_slice(&bytes).map_err(|error| Failure::Other { what: error.to_string() })?;
    Ok((orders.wanted, orders.secret.map(|word| word.0)))
}

/// Tells the command how it went, and lets go of its pipe. Returns whether it still waited: who broke it off wants no doors.
pub(crate) fn answer(verdict: Result<&Doors, &Failure>) -> bool {
    let words = serde_json::to_string(&verdict).unwrap_or_default();
    let mut out = std::io::stdout();
    let said = out.write_all(words.as_bytes()).and_then(|()| out.flush());
    // Puts nothing, which standard error is, in the pipe's place.
    let _ = rustix::stdio::dup2_stdout(std::io::stderr());
    said.is_ok()
}
