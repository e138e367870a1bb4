//! The log of requests: when, from where, which login, what, and how it ended. No names of files, no secrets.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};
use parking_lot::Mutex;

use crate::date;

pub(crate) struct Log(Mutex<File>);

impl Log {
    /// Opens the log, to be written at its end.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(Mutex::new(OpenOptions::new().append(true).create(true).mode(0o600).open(path)?)))
    }

    /// Writes a line: time, address, login or `-`, method, status, milliseconds. What can't be written is not.
    pub(crate) fn note(
        &self,
        address: IpAddr,
        login: Option<&str>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let (now, login) = (date::iso(SystemTime::now()), login.unwrap_or("-"));
        // What a client calls its method or its login may be anything.
        let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).take(32).collect::<String>();
        let (method, login) = (plain(method.as_str()), if login == "-" { "-".into() } else { plain(login) });
        let line = format!("{now} {address} {login} {method} {} {}\n", status.as_u16(), took.as_millis());
        let _ = self.0.lock().write_all(line.as_bytes());
    }
}
