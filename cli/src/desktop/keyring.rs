//! The desktop's keyring, where a person may have the passphrase of a bag remembered: it is opened with their session.
//!
//! Asked through `secret-tool` of libsecret, which speaks the Secret Service protocol with GNOME, KDE and others. Without it,
//! or without a session, nothing is remembered and nothing breaks.

use std::io::Write;
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::passphrase::Bytes;

/// Returns the passphrase remembered for a bag, if there is one.
pub(crate) fn lookup(bag: &str) -> Option<Bytes> {
    if !has_session() {
        return None;
    }
    let output = tool("lookup", bag).stderr(Stdio::null()).output().ok()?;
    let bytes = Zeroizing::new(output.stdout);
    (output.status.success() && !bytes.is_empty()).then_some(bytes)
}

/// Remembers the passphrase of a bag, in the place of an earlier one.
///
/// # Errors
/// [`Failure::NoKeyring`] where there is no keyring, or it was not opened; [`Failure::BadPassphrase`] for what no keyring can
/// hold: it keeps text.
pub(crate) fn store(bag: &str, label: &str, passphrase: &Bytes) -> Result<(), Failure> {
    if std::str::from_utf8(passphrase).is_err() || passphrase.contains(&0) {
        return Err(Failure::BadPassphrase);
    }
    if !has_session() {
        return Err(Failure::NoKeyring);
    }
    let mut command = Command::new(TOOL);
    command.args(["store", "--label", label]).args(attributes(bag));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Failure::NoKeyring)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A tool that ended already has failed, and says so by its status.
        let _ = pipe.write_all(passphrase);
    }
    if child.wait().is_ok_and(|status| status.success()) { Ok(()) } else { Err(Failure::NoKeyring) }
}

/// Forgets the passphrase of a bag; one that was not remembered is forgotten already.
///
/// # Errors
/// [`Failure::NoKeyring`] when it is still remembered afterwards.
pub(crate) fn clear(bag: &str) -> Result<(), Failure> {
    let cleared = tool("clear", bag).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if cleared.is_err() || lookup(bag).is_some() { Err(Failure::NoKeyring) } else { Ok(()) }
}

fn tool(act: &str, bag: &str) -> Command {
    let mut command = Command::new(TOOL);
    command.arg(act).args(attributes(bag)).stdin(Stdio::null());
    command
}

/// By which the entry is found again.
fn attributes(bag: &str) -> [&str; 4] {
    ["application", "cartable", "bag", bag]
}

/// Whether there is a session bus to ask on. Without one libdbus would start another.
fn has_session() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let bus = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| std::path::Path::new(&folder).join("bus"));
    is_set("DBUS_SESSION_BUS_ADDRESS") || bus.is_some_and(|bus| bus.exists())
}

const TOOL: &str = "secret-tool";
