//! What is done through WebDAV is seen on the drive at once, whatever the kernel had cached.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};

use cartable_tests::both::{Both, PAST, bytes, held, path};
use cartable_tests::child::Program;
use cartable_tests::dav::inside;
use cartable_tests::http::Body;

#[test]
fn new_contents_are_shown_and_who_has_the_old_open_keeps_them() {
    let both = Both::default();
    // Inline, in one chunk, in many.
    for size in [100, 40_000, 3_000_000] {
        let old = bytes(size, 1);
        for new in [bytes(size / 3, 2), bytes(size * 2, 3), bytes(size, 4), Vec::new()] {
            fs::write(both.at("file"), &old).unwrap();
            let open = both.cached("file");
            both.put("file", &new);
            both.assert_shows("file", &new);
            assert!(held(&open) == old, "who has the old contents open keeps them");
            both.send("PUT", "file", &[], Body::Chunked(&old, 8192));
            both.assert_shows("file", &old);
        }
    }
}

/// What was replaced is kept for who has it open, and not any longer.
#[test]
fn what_was_replaced_goes() {
    let both = Both::default();
    let nodes = || both.served.space().check(&both.served.access(), &mut |_| {}).unwrap().nodes;
    both.put("file", b"first");
    let open = both.cached("file");
    for n in 0..30 {
        both.put("file", &bytes(10_000, n));
        drop(both.cached("file"));
    }
    assert!(held(&open) == b"first");
    drop(open);
    let gone = std::iter::repeat_with(|| std::thread::sleep(std::time::Duration::from_millis(50)))
        .take(100)
        .any(|()| nodes() == 2);
    assert!(gone, "{} nodes are left", nodes());
}

#[test]
fn parts_of_a_file_are_shown() {
    let both = Both::default();
    let mut expected = bytes(500_000, 1);
    both.put("file", &expected);
    let open = both.cached("file");
    let kind = ("Content-Type", "application/x-sabredav-partialupdate");
    both.send("PATCH", "file", &[kind, ("X-Update-Range", "bytes=1000-1004")], Body::Sized(b"12345"));
    expected[1000..1005].copy_from_slice(b"12345");
    both.assert_shows("file", &expected);
    both.send("PATCH", "file", &[kind, ("X-Update-Range", "append")], Body::Sized(b"the end"));
    expected.extend_from_slice(b"the end");
    both.assert_shows("file", &expected);
    both.send("PUT", "file", &[("Content-Range", "bytes 600000-600002/*")], Body::Sized(b"far"));
    expected.resize(600_000, 0);
    expected.extend_from_slice(b"far");
    both.assert_shows("file", &expected);
    both.send("PUT", "file", &[("Content-Range", "bytes 10-11/12")], Body::Sized(b"!!"));
    expected.truncate(10);
    expected.extend_from_slice(b"!!");
    both.assert_shows("file", &expected);
    assert!(held(&open) == bytes(500_000, 1));
}

#[test]
fn times_alone_are_shown() {
    let both = Both::default();
    both.put("file", b"content");
    let open = both.cached("file");
    let etag = both.etag("file");
    both.set_time("file");
    assert_eq!(fs::metadata(both.at("file")).unwrap().mtime(), PAST.1);
    assert_eq!(both.etag("file"), etag, "the contents are the same");
    both.assert_shows("file", b"content");
    assert!(held(&open) == b"content");
    both.cached("file");
    both.send("PUT", "file", &[("X-OC-Mtime", "1234567890")], Body::Sized(b"content"));
    assert_eq!(fs::metadata(both.at("file")).unwrap().mtime(), 1_234_567_890);
    let seen = both.dav.find(&path("file")).unwrap().text;
    assert_eq!(inside(&seen, "getlastmodified").unwrap(), "Fri, 13 Feb 2009 23:31:30 GMT");
}

/// A file whose time is set is still the one that a program writes to.
#[test]
fn times_are_set_under_a_program_that_writes() {
    let both = Both::default();
    fs::write(both.at("file"), b"first").unwrap();
    let open = OpenOptions::new().read(true).write(true).open(both.at("file")).unwrap();
    open.write_all_at(b" second", 5).unwrap();
    both.set_time("file");
    both.assert_shows("file", b"first second");
    open.write_all_at(b" third", 12).unwrap();
    drop(open);
    both.assert_shows("file", b"first second third");
}

#[test]
fn all_names_of_a_file_show_what_becomes_of_it() {
    let both = Both::default();
    let links = |name: &str| fs::metadata(both.at(name)).unwrap().nlink();
    fs::create_dir(both.at("folder")).unwrap();
    fs::write(both.at("one"), b"first").unwrap();
    for name in ["two", "folder/three"] {
        fs::hard_link(both.at("one"), both.at(name)).unwrap();
    }
    for name in ["one", "two", "folder/three"] {
        both.cached(name);
    }
    both.put("two", b"second, longer");
    for name in ["one", "two", "folder/three"] {
        both.assert_shows(name, b"second, longer");
        assert_eq!(links(name), 3, "{name}");
    }
    both.set_time("folder/three");
    assert_eq!(fs::metadata(both.at("one")).unwrap().mtime(), PAST.1);
    both.dav.delete(&path("two")).unwrap();
    assert_eq!(links("one"), 2);
    both.put("other", b"other");
    both.cached("other");
    both.dav.carry("MOVE", &path("other"), &path("one"), true).unwrap();
    both.assert_shows("one", b"other");
    both.assert_shows("folder/three", b"second, longer");
    assert_eq!((links("one"), links("folder/three")), (1, 1));
    both.dav.carry("COPY", &path("one"), &path("folder/three"), true).unwrap();
    both.assert_shows("folder/three", b"other");
    assert_eq!(links("folder/three"), 1);
    fs::hard_link(both.at("one"), both.at("folder/one")).unwrap();
    both.dav.carry("MOVE", &path("folder/one"), &path("one"), true).unwrap();
    assert_eq!(both.names("folder"), ["three"]);
    assert_eq!(links("one"), 1);
    assert_ne!(fs::metadata(both.at("one")).unwrap().ino(), fs::metadata(both.at("folder/three")).unwrap().ino());
}

/// Pages that a program changed belong to the file that it mapped, and to no other.
#[test]
fn a_dirty_mapping_and_a_put_do_not_mix() {
    let both = Both::default();
    let (old, new) = (bytes(100_000, 1), bytes(90_000, 2));
    both.put("file", &old);
    let mut program = Program::start(&both.served.drive());
    program.line("file = open('file', 'r+b')");
    program.line("map = mmap.mmap(file.fileno(), 0)");
    program.line("file.close()");
    program.line("map[5000:5003] = b'old'");
    let mut mapped = old.clone();
    mapped[5000..5003].copy_from_slice(b"old");
    assert!(both.get("file") == mapped, "what a mapping holds is handed over before it is sent");
    program.line("map[70000:70003] = b'old'");
    both.put("file", &new);
    both.assert_shows("file", &new);
    program.line("map[60000:60003] = b'old'");
    program.line("map.flush()");
    both.assert_shows("file", &new);
    assert_eq!(program.line("bytes(map[70000:70003]) + bytes(map[60000:60003])"), "b'oldold'");
    program.line("map.close()");
    both.assert_shows("file", &new);
}

#[test]
fn what_is_deleted_is_gone_and_what_comes_is_there() {
    let both = Both::default();
    both.put("file", b"first");
    let open = both.cached("file");
    both.dav.delete(&path("file")).unwrap();
    assert!(both.is_gone("file"));
    assert!(held(&open) == b"first");
    both.put("file", b"second");
    assert_eq!(both.names(""), ["file"]);
    both.assert_shows("file", b"second");
    both.send("MKCOL", "folder", &[], Body::None);
    assert_eq!(both.names(""), ["file", "folder"]);
    for name in ["folder/a", "folder/b"] {
        both.put(name, name.as_bytes());
        both.cached(name);
    }
    assert_eq!(both.names("folder"), ["a", "b"]);
    let open = File::open(both.at("folder/b")).unwrap();
    both.dav.delete(&path("folder")).unwrap();
    assert!(both.is_gone("folder"));
    assert!(File::open(both.at("folder/a")).is_err());
    assert!(held(&open) == b"folder/b");
}

#[test]
fn what_moves_leaves_one_place_and_is_at_the_other() {
    let both = Both::default();
    let (one, other) = (bytes(50_000, 1), bytes(80_000, 2));
    both.put("one", &one);
    both.put("other", &other);
    let (open_one, open_other) = (both.cached("one"), both.cached("other"));
    both.dav.carry("MOVE", &path("one"), &path("other"), true).unwrap();
    assert!(both.is_gone("one"));
    both.assert_shows("other", &one);
    assert!(held(&open_one) == one && held(&open_other) == other);
    both.send("MKCOL", "folder", &[], Body::None);
    both.put("folder/inside", b"inside");
    both.cached("folder/inside");
    both.dav.carry("MOVE", &path("other"), &path("folder"), true).unwrap();
    both.assert_shows("folder", &one);
    assert!(both.is_gone("other"));
}

#[test]
fn a_copy_is_there() {
    let both = Both::default();
    both.send("MKCOL", "from", &[], Body::None);
    both.send("MKCOL", "from/deep", &[], Body::None);
    for (name, size) in [("from/small", 10), ("from/deep/large", 2_000_000)] {
        both.put(name, &bytes(size, 1));
        both.cached(name);
    }
    both.put("to", b"in the way");
    both.cached("to");
    both.dav.carry("COPY", &path("from"), &path("to"), true).unwrap();
    both.assert_shows("to/small", &bytes(10, 1));
    both.assert_shows("to/deep/large", &bytes(2_000_000, 1));
    // They are two: what becomes of one leaves the other.
    fs::write(both.at("to/deep/large"), b"changed").unwrap();
    both.assert_shows("from/deep/large", &bytes(2_000_000, 1));
}

#[test]
fn a_program_stays_in_its_folder_when_it_moves() {
    let both = Both::default();
    both.send("MKCOL", "a", &[], Body::None);
    both.send("MKCOL", "a/work", &[], Body::None);
    both.put("a/work/file", b"first");
    let mut program = Program::start(&both.at("a/work"));
    program.line("open('file').read()");
    both.send("MKCOL", "b", &[], Body::None);
    both.dav.carry("MOVE", &path("a/work"), &path("b/moved"), true).unwrap();
    assert!(File::open(both.at("a/work/file")).is_err());
    program.line("open('new', 'w').write('made after')");
    program.line("open('file', 'a').write(' second')");
    assert_eq!(program.line("sorted(os.listdir('.'))"), "['file', 'new']");
    both.assert_shows("b/moved/new", b"made after");
    both.assert_shows("b/moved/file", b"first second");
    assert_eq!(program.line("os.getcwd()"), both.at("b/moved").to_str().unwrap());
    both.dav.carry("MOVE", &path("b"), &path("a"), true).unwrap();
    both.assert_shows("a/moved/new", b"made after");
    program.line("open('new', 'a').write(', twice')");
    both.assert_shows("a/moved/new", b"made after, twice");
}

/// As on any disk: who works in a folder that is removed can leave nothing in it.
#[test]
fn a_folder_that_was_removed_takes_nothing_in() {
    let both = Both::default();
    both.send("MKCOL", "top", &[], Body::None);
    both.send("MKCOL", "top/inner", &[], Body::None);
    let mut program = Program::start(&both.at("top/inner"));
    program.line("os.listdir('.')");
    both.dav.delete(&path("top")).unwrap();
    assert!(program.try_line("open('lost', 'w')").unwrap_err().contains("FileNotFoundError"));
}

/// A folder that a program has open and reads again from its start shows what came and went.
#[test]
fn an_open_folder_that_is_read_again_shows_what_came() {
    let both = Both::default();
    both.send("MKCOL", "folder", &[], Body::None);
    both.put("folder/a", b"");
    let mut folder = rustix::fs::Dir::read_from(File::open(both.at("folder")).unwrap()).unwrap();
    let names = |folder: &mut rustix::fs::Dir| {
        folder.rewind();
        let names = folder.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    };
    assert_eq!(names(&mut folder), ["a"]);
    assert_eq!(names(&mut folder), ["a"]);
    both.put("folder/b", b"");
    assert_eq!(names(&mut folder), ["a", "b"]);
    both.dav.delete(&path("folder/a")).unwrap();
    assert_eq!(names(&mut folder), ["b"]);
    both.dav.carry("MOVE", &path("folder/b"), &path("folder/c"), true).unwrap();
    assert_eq!(names(&mut folder), ["c"]);
}
