//! A share as a client of WebDAV sees it: what it lists, and the acts of the model that it can do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::http::{Answer, Body, Client};
use crate::model::{Act, Node, Path, pattern};
use crate::world::World;

/// A client that lists, reads and changes.
pub struct Dav {
    client: RefCell<Client>,
}

/// A resource as an answer with many parts shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub path: Path,
    /// Whether it is a folder.
    pub folder: bool,
    /// There is no such resource any more.
    pub gone: bool,
    /// Its entity tag.
    pub etag: String,
    /// Its part of the answer.
    pub text: String,
}

/// What is asked of each resource.
pub const PROPS: &str = "<D:prop><D:resourcetype/><D:getetag/><D:getcontentlength/><D:getlastmodified/></D:prop>";

impl Dav {
    /// Speaks to a share.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client: RefCell::new(client) }
    }

    /// Ends the connection.
    pub fn hang_up(&self) {
        self.client.borrow_mut().hang_up();
    }

    /// Sends a request.
    pub fn send(&self, method: &str, path: &[String], headers: &[(&str, &str)], body: Body<'_>) -> Answer {
        self.client.borrow_mut().send(method, &href(path), headers, body)
    }

    /// Sends a request that is done, or fails for a reason that a client must live with. Panics when the share is broken.
    fn done(&self, method: &str, path: &[String], headers: &[(&str, &str)], body: Body<'_>) -> Option<Answer> {
        let answer = self.send(method, path, headers, body);
        assert!(answer.status < 500, "{method} {path:?} {headers:?}: {}", answer.status);
        (answer.status < 300).then_some(answer)
    }

    /// What a path leads to.
    #[must_use]
    pub fn find(&self, path: &[String]) -> Option<Listed> {
        self.propfind(path, "0")?.into_iter().next()
    }

    /// What lies in a folder, by name.
    #[must_use]
    pub fn list(&self, path: &[String]) -> Option<Vec<Listed>> {
        let mut listed = self.propfind(path, "1")?;
        listed.retain(|one| one.path.len() > path.len());
        listed.sort_by(|a, b| a.path.cmp(&b.path));
        Some(listed)
    }

    fn propfind(&self, path: &[String], depth: &str) -> Option<Vec<Listed>> {
        let body = format!("<D:propfind xmlns:D=\"DAV:\">{PROPS}</D:propfind>");
        let answer = self.done("PROPFIND", path, &[("Depth", depth)], Body::Sized(body.as_bytes()))?;
        Some(listed(&answer.text()))
    }

    /// The contents of a file.
    #[must_use]
    pub fn read(&self, path: &[String]) -> Option<Vec<u8>> {
        let answer = self.done("GET", path, &[], Body::None)?;
        let listed = self.find(path).expect("what was read is there");
        assert_eq!(answer.header("etag"), Some(listed.etag.as_str()), "{path:?}");
        Some(answer.body)
    }

    /// Copies or moves, over whatever is there if `overwrite` says so.
    pub fn carry(&self, method: &str, from: &[String], to: &[String], overwrite: bool) -> Option<()> {
        let headers = [("Destination", href(to)), ("Overwrite", if overwrite { "T" } else { "F" }.to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.done(method, from, &headers, Body::None).map(|_| ())
    }

    /// Removes whatever is there.
    pub fn delete(&self, path: &[String]) -> Option<()> {
        self.done("DELETE", path, &[], Body::None).map(|_| ())
    }

    /// Whether WebDAV has a way to do it, and means the same by it as rename(2), unlink(2) and the like. A second name of a
    /// file, holes and exchanged names are unknown to it.
    #[must_use]
    pub fn has(act: &Act) -> bool {
        use Act::{CopyRange, Exchange, Link, Punch, Symlink};
        !matches!(act, Symlink(..) | Link(..) | Exchange(..) | Punch(..) | CopyRange(..))
    }

    /// rename(2) refuses more than MOVE does.
    fn rename(&self, from: &Path, to: &Path) -> Option<()> {
        let (moved, target) = (self.find(from)?, self.find(to));
        if from == to {
            return Some(());
        }
        let refused = target.is_some_and(|target| {
            target.folder != moved.folder || target.folder && self.list(to).is_some_and(|inside| !inside.is_empty())
        });
        if refused { None } else { self.carry("MOVE", from, to, true) }
    }

    /// Writes into a file that is there: in one of the three ways there are.
    fn write(&self, path: &Path, offset: u64, bytes: &[u8], seed: u8) -> Option<()> {
        let end = offset + bytes.len() as u64;
        if bytes.is_empty() {
            return self.file(path).map(|_| ());
        }
        match seed % 3 {
            0 => {
                let range = format!("bytes {offset}-{}/*", end - 1);
                self.put(path, &[("Content-Range", &range)], Body::Sized(bytes))
            }
            1 => {
                let range = format!("bytes={offset}-{}", end - 1);
                let headers =
                    [("X-Update-Range", range.as_str()), ("Content-Type", "application/x-sabredav-partialupdate")];
                self.done("PATCH", path, &headers, Body::Chunked(bytes, 50_000)).map(|_| ())
            }
            _ => {
                self.file(path)?;
                let mut whole = self.read(path)?;
                let (start, end) = (usize::try_from(offset).ok()?, usize::try_from(end).ok()?);
                whole.resize(whole.len().max(end), 0);
                whole[start..end].copy_from_slice(bytes);
                let body = if seed.is_multiple_of(2) { Body::Sized(&whole) } else { Body::Chunked(&whole, 100_000) };
                self.put(path, &[], body)
            }
        }
    }

    /// A range that ends where the file does says how long it is.
    fn truncate(&self, path: &Path, size: u64) -> Option<()> {
        let Some(last) = size.checked_sub(1) else { return self.put(path, &[], Body::Sized(b"")) };
        self.file(path)?;
        let byte = self.read(path)?.get(usize::try_from(last).ok()?).copied().unwrap_or(0);
        let range = format!("bytes {last}-{last}/{size}");
        self.put(path, &[("Content-Range", &range)], Body::Sized(&[byte]))
    }

    fn put(&self, path: &Path, headers: &[(&str, &str)], body: Body<'_>) -> Option<()> {
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("If-Match", "*")]).collect();
        self.done("PUT", path, &headers, body).map(|_| ())
    }

    fn file(&self, path: &Path) -> Option<Listed> {
        self.find(path).filter(|found| !found.folder)
    }

    fn walk(&self, path: &mut Path, tree: &mut Vec<(Path, Node)>) {
        tree.push((path.clone(), Node::Folder(BTreeMap::new())));
        for listed in self.list(path).expect("a folder can be listed") {
            if listed.folder {
                self.walk(&mut listed.path.clone(), tree);
            } else {
                let bytes = self.read(&listed.path).expect("what is listed can be read");
                tree.push((listed.path, Node::File(bytes)));
            }
        }
    }
}

impl World for Dav {
    fn act(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Create(path) => self.done("PUT", path, &[("If-None-Match", "*")], Body::Sized(b"")).map(|_| ()),
            Act::MakeFolder(path) => self.done("MKCOL", path, &[], Body::None).map(|_| ()),
            Act::Unlink(path) => {
                self.file(path)?;
                self.delete(path)
            }
            Act::RemoveFolder(path) => {
                let folder = self.find(path).filter(|found| found.folder)?;
                if self.list(&folder.path)?.is_empty() { self.delete(path) } else { None }
            }
            Act::Rename(from, to) => self.rename(from, to),
            Act::RenameNoReplace(from, to) => self.carry("MOVE", from, to, false),
            Act::Write(path, offset, length, seed) => {
                self.write(path, *offset, &pattern(*offset, *length, *seed), *seed)
            }
            Act::Truncate(path, size) => self.truncate(path, *size),
            // Whatever was answered is durable.
            Act::Sync(path) => self.find(path).map(|_| ()),
            Act::SyncAll | Act::Reopen => Some(()),
            _ => panic!("WebDAV can't do {act:?}"),
        }
    }

    fn tree(&self) -> Vec<(Path, Node)> {
        let mut tree = Vec::new();
        self.walk(&mut Vec::new(), &mut tree);
        tree
    }
}

/// The path of a request. Names of the tests need no escaping.
#[must_use]
pub fn href(path: &[String]) -> String {
    format!("/{}", path.join("/"))
}

/// The resources of an answer with many parts.
#[must_use]
pub fn listed(text: &str) -> Vec<Listed> {
    let one = |text: &str| {
        let href = inside(text, "href").expect("a response has an href");
        Listed {
            path: href.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            folder: text.contains("<D:collection/>"),
            gone: !text.contains("<D:propstat>") && text.contains("<D:status>HTTP/1.1 404 Not Found</D:status>"),
            etag: inside(text, "getetag").unwrap_or_default(),
            text: text.to_owned(),
        }
    };
    text.split("<D:response>").skip(1).map(|rest| one(rest.split("</D:response>").next().unwrap_or_default())).collect()
}

/// The text of the first element of this name.
#[must_use]
pub fn inside(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<D:{name}>"))?;
    rest.split_once(&format!("</D:{name}>")).map(|(value, _)| value.to_owned())
}
