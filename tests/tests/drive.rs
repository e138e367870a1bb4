//! What is done on the drive is seen in WebDAV once a file is closed or synced, and contents even before.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use cartable_tests::both::{Both, PAST, bytes, path};
use cartable_tests::child::Program;
use cartable_tests::dav::{Dav, inside};
use cartable_tests::http::Body;
use rustix::fs::{CWD, FallocateFlags, RenameFlags, XattrFlags, fallocate, getxattr, removexattr, setxattr};

/// Tags that were seen, and of which contents: none may ever stand for two.
#[derive(Default)]
struct Tags(HashMap<String, Vec<u8>>);

impl Tags {
    /// The tag of a file. Panics when it was that of other contents.
    fn of(&mut self, both: &Both, name: &str) -> String {
        let (contents, tag) = (fs::read(both.at(name)).unwrap(), both.etag(name));
        assert!(both.get(name) == contents, "{name} differs between the drive and the share");
        let known = self.0.entry(tag.clone()).or_insert_with(|| contents.clone());
        assert!(*known == contents, "one tag for two contents of {name}");
        tag
    }
}

fn writable(both: &Both, name: &str) -> File {
    OpenOptions::new().read(true).write(true).open(both.at(name)).unwrap()
}

fn size(both: &Both, name: &str) -> String {
    inside(&both.dav.find(&path(name)).unwrap().text, "getcontentlength").unwrap()
}

fn modified(both: &Both, name: &str) -> String {
    inside(&both.dav.find(&path(name)).unwrap().text, "getlastmodified").unwrap()
}

#[test]
fn a_file_is_seen_when_it_is_closed_or_synced() {
    let both = Both::default();
    for length in [10, 40_000, 3_000_000] {
        fs::write(both.at("file"), bytes(length, 1)).unwrap();
        assert_eq!(size(&both, "file"), length.to_string());
        let before = both.etag("file");
        let open = writable(&both, "file");
        open.write_all_at(&bytes(length, 2), 5).unwrap();
        open.sync_all().unwrap();
        assert_eq!(size(&both, "file"), (length + 5).to_string());
        assert_ne!(both.etag("file"), before);
        open.set_len(4).unwrap();
        open.sync_all().unwrap();
        assert_eq!((size(&both, "file"), both.get("file")), ("4".to_owned(), bytes(length, 1)[..4].to_vec()));
        open.write_all_at(b"!", 1).unwrap();
        drop(open);
        assert_eq!(both.get("file")[..2], [1, b'!']);
    }
}

/// Programs keep files open for long: what they wrote is handed over before it is sent, copied, or changed in part.
#[test]
fn what_an_open_file_holds_back_is_handed_over() {
    let both = Both::default();
    let mut expected = bytes(2_500_000, 1);
    fs::write(both.at("file"), &expected).unwrap();
    let open = writable(&both, "file");
    for round in 0..4_u8 {
        let at = usize::from(round) * 700_000;
        let piece = bytes(90_000, 10 + round);
        expected.resize(expected.len().max(at + piece.len()), 0);
        expected[at..at + piece.len()].copy_from_slice(&piece);
        open.write_all_at(&piece, at as u64).unwrap();
        match round {
            0 => assert!(both.get("file") == expected),
            1 => {
                both.dav.carry("COPY", &path("file"), &path("copy"), true).unwrap();
                assert!(both.get("copy") == expected);
            }
            2 => {
                let range = format!("bytes={at}-{}", at + 9);
                let part = both.send("GET", "file", &[("Range", &range)], Body::None);
                assert_eq!((part.status, part.body), (206, piece[..10].to_vec()));
            }
            _ => {
                let headers =
                    [("Content-Type", "application/x-sabredav-partialupdate"), ("X-Update-Range", "bytes=0-2")];
                both.send("PATCH", "file", &headers, Body::Sized(b"new"));
                expected[..3].copy_from_slice(b"new");
                both.assert_shows("file", &expected);
            }
        }
    }
}

/// Who asks again with the time of what it has must not be told that this is still so.
#[test]
fn a_file_that_is_being_written_is_never_said_to_be_unchanged() {
    let both = Both::default();
    both.put("file", b"first");
    both.set_time("file");
    let open = writable(&both, "file");
    open.write_all_at(b"other", 0).unwrap();
    let answer = both.dav.send("GET", &path("file"), &[("If-Modified-Since", PAST.0)], Body::None);
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"other"[..]));
}

#[test]
fn a_tag_changes_when_contents_do_and_only_then() {
    let mut both = Both::default();
    let mut tags = Tags::default();
    fs::write(both.at("file"), bytes(200_000, 1)).unwrap();
    fs::write(both.at("other"), bytes(200_000, 9)).unwrap();
    let file = || writable(&both, "file");
    let keeps: [(&str, &dyn Fn()); 9] = [
        ("reading", &|| drop(fs::read(both.at("file")).unwrap())),
        ("opening for writing", &|| file().sync_all().unwrap()),
        ("permissions", &|| fs::set_permissions(both.at("file"), fs::Permissions::from_mode(0o640)).unwrap()),
        ("times", &|| file().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(5)).unwrap()),
        ("an attribute", &|| setxattr(both.at("file"), "user.mark", b"1", XattrFlags::empty()).unwrap()),
        ("no attribute", &|| removexattr(both.at("file"), "user.mark").unwrap()),
        ("a second name", &|| fs::hard_link(both.at("file"), both.at("second")).unwrap()),
        ("its own size", &|| file().set_len(200_000).unwrap()),
        ("being moved away and back", &|| {
            fs::rename(both.at("file"), both.at("moved")).unwrap();
            fs::rename(both.at("moved"), both.at("file")).unwrap();
        }),
    ];
    let mut tag = tags.of(&both, "file");
    for (what, act) in keeps {
        act();
        assert_eq!(tags.of(&both, "file"), tag, "{what} changed the tag");
    }
    assert_eq!(both.etag("second"), tag);
    let changes: [(&str, &dyn Fn()); 8] = [
        ("one byte", &|| file().write_all_at(b"x", 1000).unwrap()),
        ("appending", &|| file().write_all_at(b"x", 200_000).unwrap()),
        ("growing", &|| file().set_len(300_000).unwrap()),
        ("shrinking", &|| file().set_len(100_000).unwrap()),
        ("a hole", &|| {
            fallocate(file(), FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, 0, 50_000).unwrap();
        }),
        ("a part of another", &|| {
            let other = File::open(both.at("other")).unwrap();
            rustix::fs::copy_file_range(&other, Some(&mut 0), file(), Some(&mut 70_000), 9_000).unwrap();
        }),
        ("a mapping", &|| {
            let mut program = Program::start(&both.served.drive());
            program.line("file = open('file', 'r+b')");
            program.line("map = mmap.mmap(file.fileno(), 0)");
            program.line("map[3:6] = b'map'");
            program.line("map.close()");
        }),
        ("nothing at all", &|| fs::write(both.at("file"), b"").unwrap()),
    ];
    for (what, act) in changes {
        act();
        let now = tags.of(&both, "file");
        assert_ne!(now, tag, "{what} left the tag");
        assert_eq!(both.etag("second"), now);
        tag = now;
    }
    fs::write(both.at("file"), b"the last").unwrap();
    tag = tags.of(&both, "file");
    both.dav.hang_up();
    both.served.reopen();
    both.dav = Dav::new(both.served.client());
    assert_eq!(tags.of(&both, "file"), tag, "opening the bag again changed the tag");
}

#[test]
fn times_are_those_of_the_drive() {
    let both = Both::default();
    fs::write(both.at("file"), b"content").unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(PAST.1).unwrap());
    writable(&both, "file").set_modified(time).unwrap();
    assert_eq!(modified(&both, "file"), PAST.0);
    writable(&both, "file").write_all_at(b"other", 0).unwrap();
    assert_ne!(modified(&both, "file"), PAST.0);
    assert_eq!(fs::metadata(both.at("file")).unwrap().modified().unwrap(), {
        let open = writable(&both, "file");
        open.sync_all().unwrap();
        open.metadata().unwrap().modified().unwrap()
    });
}

#[test]
fn names_are_those_of_the_drive() {
    let both = Both::default();
    let listed = |folder: &str| {
        let folder = if folder.is_empty() { Vec::new() } else { path(folder) };
        let entries = both.dav.list(&folder).unwrap().into_iter();
        entries.map(|one| one.path.last().unwrap().clone()).collect::<Vec<_>>()
    };
    fs::create_dir(both.at("folder")).unwrap();
    fs::write(both.at("folder/a"), b"a").unwrap();
    assert_eq!(listed("folder"), ["a"]);
    fs::rename(both.at("folder/a"), both.at("b")).unwrap();
    assert_eq!((listed("folder"), listed("")), (vec![], vec!["b".to_owned(), "folder".to_owned()]));
    fs::rename(both.at("folder"), both.at("moved")).unwrap();
    fs::write(both.at("moved/c"), b"c").unwrap();
    assert!(both.dav.find(&path("folder")).is_none());
    assert_eq!(both.get("moved/c"), b"c");
    let exchanged = rustix::fs::renameat_with(CWD, both.at("moved"), CWD, both.at("b"), RenameFlags::EXCHANGE);
    exchanged.unwrap();
    assert_eq!((both.get("b/c"), both.get("moved")), (b"c".to_vec(), b"a".to_vec()));
    std::os::unix::fs::symlink("moved", both.at("link")).unwrap();
    assert_eq!(listed(""), ["b", "moved"], "links are for the drive");
    assert!(both.dav.find(&path("link")).is_none());
    let status =
        |method: &str, headers: &[(&str, &str)]| both.dav.send(method, &path("link"), headers, Body::None).status;
    assert_eq!((status("PUT", &[]), status("GET", &[]), status("MKCOL", &[])), (403, 404, 405));
    fs::remove_file(both.at("b/c")).unwrap();
    fs::remove_dir(both.at("b")).unwrap();
    assert!(both.dav.find(&path("b")).is_none());
}

/// `{namespace}name` of WebDAV is `user.{namespace}name` of the drive.
#[test]
fn properties_are_attributes() {
    let both = Both::default();
    let attribute = "user.{urn:test}color";
    both.put("file", b"content");
    both.cached("file");
    let found = |name: &str| {
        let body = "<D:propfind xmlns:D=\"DAV:\" xmlns:t=\"urn:test\"><D:prop><t:color/></D:prop></D:propfind>";
        let answer = both.send("PROPFIND", name, &[("Depth", "0")], Body::Sized(body.as_bytes())).text();
        assert_eq!(answer.contains("404 Not Found"), !answer.contains("200 OK"), "{answer}");
        answer.contains("200 OK").then_some(answer)
    };
    let on_drive = |name: &str| {
        let mut value = [0; 256];
        getxattr(both.at(name), attribute, &mut value)
            .map(|length| String::from_utf8_lossy(&value[..length]).into_owned())
    };
    assert!(found("file").is_none());
    setxattr(both.at("file"), attribute, b"red & blue", XattrFlags::empty()).unwrap();
    setxattr(both.at("file"), "user.plain", b"kept", XattrFlags::empty()).unwrap();
    assert!(found("file").unwrap().contains("red &amp; blue"));
    both.proppatch("file", "<t:color xmlns:t=\"urn:test\">green</t:color>");
    assert_eq!(on_drive("file").unwrap(), "green");
    both.put("file", b"other content");
    assert_eq!(on_drive("file").unwrap(), "green", "new contents keep it");
    assert_eq!(getxattr(both.at("file"), "user.plain", &mut [0; 8]).unwrap(), 4);
    both.set_time("file");
    assert_eq!(on_drive("file").unwrap(), "green");
    both.dav.carry("COPY", &path("file"), &path("copy"), true).unwrap();
    assert_eq!(on_drive("copy").unwrap(), "green");
    both.dav.carry("MOVE", &path("copy"), &path("moved"), true).unwrap();
    assert_eq!(on_drive("moved").unwrap(), "green");
    both.proppatch("file", "<t:color xmlns:t=\"urn:test\"><t:deep>er</t:deep></t:color>");
    assert!(on_drive("file").unwrap().starts_with('<'));
    assert!(found("file").unwrap().contains("er</"));
    removexattr(both.at("file"), attribute).unwrap();
    assert!(found("file").is_none());
    let body = "<D:propertyupdate xmlns:D=\"DAV:\" xmlns:t=\"urn:test\"><D:remove><D:prop><t:color/></D:prop></D:remove></D:propertyupdate>";
    both.send("PROPPATCH", "moved", &[], Body::Sized(body.as_bytes()));
    assert_eq!(on_drive("moved").unwrap_err(), rustix::io::Errno::NODATA);
}
