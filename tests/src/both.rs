//! A bag that is a share and a drive, and a client that fails the test with whatever is refused.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::dav::Dav;
use crate::http::{Answer, Body};
use crate::model::Path;
use crate::share::{Doors, Served};

/// A bag that is a share and a drive.
pub struct Both {
    /// The bag.
    pub served: Served,
    /// A client of the share.
    pub dav: Dav,
}

/// A time in the past, as HTTP and as the system have it.
pub const PAST: (&str, i64) = ("Sun, 09 Sep 2001 01:46:40 GMT", 1_000_000_000);

/// A path of names that slashes part.
#[must_use]
pub fn path(text: &str) -> Path {
    text.split('/').map(str::to_owned).collect()
}

/// Bytes that differ by place.
#[must_use]
pub fn bytes(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|n| seed.wrapping_add(u8::try_from(n / 97 % 251).expect("both doors work"))).collect()
}

impl Default for Both {
    fn default() -> Self {
        let served = Served::new(Doors::Both);
        Self { dav: Dav::new(served.client()), served }
    }
}

impl Both {
    /// A path of the drive.
    #[must_use]
    pub fn at(&self, name: &str) -> PathBuf {
        self.served.drive().join(name)
    }

    /// Sends a request that must be done.
    pub fn send(&self, method: &str, at: &str, headers: &[(&str, &str)], body: Body<'_>) -> Answer {
        let answer = self.dav.send(method, &path(at), headers, body);
        assert!(answer.status < 300, "{method} {at}: {}", answer.status);
        answer
    }

    /// New contents through the share.
    pub fn put(&self, at: &str, bytes: &[u8]) {
        self.send("PUT", at, &[], Body::Sized(bytes));
    }

    /// Contents as the share shows them.
    #[must_use]
    pub fn get(&self, at: &str) -> Vec<u8> {
        self.dav.read(&path(at)).expect("both doors work")
    }

    /// The entity tag of a file.
    #[must_use]
    pub fn etag(&self, at: &str) -> String {
        self.dav.find(&path(at)).expect("both doors work").etag
    }

    /// Sets a property, given as XML.
    pub fn proppatch(&self, at: &str, prop: &str) {
        let body =
            format!("<D:propertyupdate xmlns:D=\"DAV:\"><D:set><D:prop>{prop}</D:prop></D:set></D:propertyupdate>");
        let answer = self.send("PROPPATCH", at, &[], Body::Sized(body.as_bytes()));
        assert!(answer.text().contains("200 OK"), "{}", answer.text());
    }

    /// Sets the time of a file to [`PAST`].
    pub fn set_time(&self, at: &str) {
        self.proppatch(at, &format!("<D:getlastmodified>{}</D:getlastmodified>", PAST.0));
    }

    /// Names in a folder of the drive.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.at(folder)).expect("both doors work");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("both doors work").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Has the kernel know all that can be known of a file, and keeps it open.
    pub fn cached(&self, name: &str) -> File {
        fs::metadata(self.at(name)).expect("both doors work");
        fs::read(self.at(name)).expect("both doors work");
        self.names("");
        File::open(self.at(name)).expect("both doors work")
    }

    /// Both doors show these contents.
    pub fn assert_shows(&self, name: &str, expected: &[u8]) {
        let found = fs::metadata(self.at(name)).expect("both doors work");
        assert_eq!(found.len(), expected.len() as u64, "{name}");
        assert!(fs::read(self.at(name)).expect("both doors work") == expected, "{name} shows other bytes");
        assert!(self.get(name) == expected, "the share shows other bytes of {name}");
    }

    /// Whether the drive shows no such name any more.
    #[must_use]
    pub fn is_gone(&self, name: &str) -> bool {
        let kind = |result: std::io::Result<()>| result.expect_err("it is gone").kind();
        assert_eq!(kind(File::open(self.at(name)).map(|_| ())), ErrorKind::NotFound);
        !self.names("").contains(&name.to_owned())
            && kind(fs::symlink_metadata(self.at(name)).map(|_| ())) == ErrorKind::NotFound
    }
}

/// What a file that was opened before holds.
#[must_use]
pub fn held(file: &File) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(file.metadata().expect("both doors work").len()).expect("both doors work")];
    file.read_exact_at(&mut bytes, 0).expect("both doors work");
    bytes
}
