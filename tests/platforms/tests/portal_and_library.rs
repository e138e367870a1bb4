//! Our made-up portal and library, asked by clients that others wrote.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use cartable_platforms::{Running, pmb, toutatice};

#[test]
fn authlib_logs_in_to_the_portal() {
    let server = Running::start(toutatice::Toutatice::default(), 0);
    let arguments = [&server.url(), toutatice::LOGIN, toutatice::PASSWORD, toutatice::CLIENT];
    run("toutatice_authlib.py", "import authlib, requests", &arguments);
}

#[test]
fn jsonrpclib_asks_the_library() {
    let server = Running::start(pmb::Pmb::default(), 0);
    let url = format!("{}{}", server.url(), pmb::PATH);
    run("pmb_jsonrpclib.py", "import jsonrpclib, requests", &[&url, pmb::LOGIN, pmb::PASSWORD]);
}

/// Runs a client with the Python that has its libraries: of this folder's tools, or of the target directory that is in use.
fn run(script: &str, imports: &str, arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let mut places = std::iter::once(root.join("target")).chain(target).map(|it| it.join("tools/dav-venv/bin/python"));
    let has_them = |python: &PathBuf| {
        Command::new(python).args(["-c", imports]).output().is_ok_and(|output| output.status.success())
    };
    let Some(python) = places.find(has_them) else {
        panic!("{script} wants `{imports}`: scripts/setup --tests installs them");
    };
    let output = Command::new(python).arg(root.join("tests/clients").join(script)).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && output.stdout == b"good\n", "{said}");
}
