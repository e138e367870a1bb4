//! Many at once on both doors: nobody waits for ever, nothing is half there, and both show the same in the end.
//!
//! `CARTABLE_SECONDS` says how long each goes on; a bag that is open for three minutes ends the test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cartable_tests::both::{Both, path};
use cartable_tests::dav::Dav;
use cartable_tests::doors::same;
use cartable_tests::http::{Body, Client};

/// Who only reads leaves the processors to others for so long.
const BREATH: Duration = Duration::from_millis(1);

fn seconds(default: u64) -> Duration {
    let seconds = std::env::var("CARTABLE_SECONDS").ok().and_then(|n| n.parse().ok());
    Duration::from_secs(seconds.unwrap_or(default))
}

/// Numbers that are random enough.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn name(&mut self) -> String {
        let (folder, file) = (self.below(4), self.below(6));
        if folder == 0 { format!("f{file}") } else { format!("d{folder}/f{file}") }
    }
}

/// The one letter that all bytes are; none for an empty file.
fn letter(bytes: &[u8]) -> Option<u8> {
    let first = bytes.first().copied();
    assert!(bytes.iter().all(|byte| Some(*byte) == first), "a mixture of two contents");
    first
}

/// A file that is saved through the share is there for all readers, always, and never in part.
#[test]
fn a_file_that_is_saved_again_and_again_is_always_whole() {
    let both = Both::default();
    let sizes = [1, 3_000, 70_000, 400_000];
    both.put("file", b"a");
    let end = Instant::now() + seconds(3);
    std::thread::scope(|scope| {
        for writer in 0..2_u8 {
            let client = both.served.client();
            scope.spawn(move || {
                let dav = Dav::new(client);
                for n in (0..4_u8).cycle() {
                    if Instant::now() > end {
                        return;
                    }
                    let bytes = vec![b'a' + writer * 4 + n; sizes[usize::from(n)]];
                    let status = dav.send("PUT", &path("file"), &[], Body::Sized(&bytes)).status;
                    assert!(status < 300, "{status}");
                }
            });
        }
        for _ in 0..2 {
            let (client, drive) = (both.served.client(), both.at("file"));
            scope.spawn(move || {
                let dav = Dav::new(client);
                while Instant::now() < end {
                    let answer = dav.send("GET", &path("file"), &[], Body::None);
                    assert_eq!(answer.status, 200);
                    assert!(sizes.contains(&answer.body.len()), "{}", answer.body.len());
                    letter(&answer.body);
                    assert_eq!(dav.send("PROPFIND", &path("file"), &[("Depth", "0")], Body::None).status, 207);
                    std::thread::sleep(BREATH);
                }
            });
            scope.spawn(move || {
                while Instant::now() < end {
                    let bytes = fs::read(&drive).unwrap();
                    assert!(sizes.contains(&bytes.len()), "{}", bytes.len());
                    letter(&bytes);
                    assert!(sizes.contains(&usize::try_from(fs::metadata(&drive).unwrap().len()).unwrap()));
                    std::thread::sleep(BREATH);
                }
            });
        }
    });
}

/// A small file that a program writes to all the time can be read all the same.
#[test]
fn a_file_that_never_stands_still_is_read() {
    let both = Both::default();
    fs::write(both.at("file"), b"").unwrap();
    let end = Instant::now() + seconds(2);
    std::thread::scope(|scope| {
        let at = both.at("file");
        scope.spawn(move || {
            let open = OpenOptions::new().write(true).open(at).unwrap();
            while Instant::now() < end {
                open.write_all_at(&[b'x'; 100_000], 0).unwrap();
                open.sync_all().unwrap();
            }
        });
        while Instant::now() < end {
            assert_eq!(both.dav.send("GET", &path("file"), &[], Body::None).status, 200);
        }
    });
}

/// Whoever sends a file in parts at the same time is told which part was not taken, and sends it again.
#[test]
fn parts_that_come_at_once_are_all_there() {
    const PART: usize = 10_000;
    let both = Both::default();
    both.put("file", &vec![0; 4 * 12 * PART]);
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let client = both.served.client();
            scope.spawn(move || {
                let dav = Dav::new(client);
                for n in 0..12 {
                    let at = (n * 4 + thread) * PART;
                    let range = format!("bytes {at}-{}/*", at + PART - 1);
                    let bytes = vec![u8::try_from(n * 4 + thread + 1).unwrap(); PART];
                    let send =
                        || dav.send("PUT", &path("file"), &[("Content-Range", &range)], Body::Sized(&bytes)).status;
                    let status = std::iter::repeat_with(send).take(1000).find(|status| *status != 409);
                    assert_eq!(status, Some(204));
                }
            });
        }
    });
    let bytes = both.get("file");
    for (n, part) in bytes.chunks(PART).enumerate() {
        assert!(part.iter().all(|byte| usize::from(*byte) == n + 1), "part {n} was lost");
    }
}

/// The share goes on when the drive is unmounted under it.
#[test]
fn the_drive_may_go_while_the_share_is_in_use() {
    let mut both = Both::default();
    both.put("file", b"");
    both.cached("file");
    let clients = [both.served.client(), both.served.client()];
    let end = Instant::now() + Duration::from_millis(600);
    std::thread::scope(|scope| {
        for client in clients {
            scope.spawn(move || {
                let dav = Dav::new(client);
                for n in (0..250_u8).cycle() {
                    if Instant::now() > end {
                        return;
                    }
                    assert!(dav.send("PUT", &path("file"), &[], Body::Sized(&[n; 100])).status < 300);
                    assert_eq!(dav.send("GET", &path("file"), &[], Body::None).status, 200);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        both.served.unmount();
    });
    both.dav.hang_up();
    assert!(both.served.is_clean());
}

/// What a program does on the drive; what fails for a reason that a program must live with is of no matter.
fn on_drive(root: &std::path::Path, dice: &mut Dice) -> std::io::Result<()> {
    let at = |dice: &mut Dice| -> PathBuf { root.join(dice.name()) };
    let file = at(dice);
    match dice.below(12) {
        0 | 1 => fs::write(file, vec![b'm'; usize::try_from(dice.below(200_000)).unwrap()]),
        2 => OpenOptions::new().append(true).open(file)?.write_all(&[b'p'; 5_000]),
        3 | 4 => {
            let mut bytes = Vec::new();
            fs::File::open(file)?.read_to_end(&mut bytes).map(|_| ())
        }
        5 => fs::rename(file, at(dice)),
        6 => fs::remove_file(file),
        7 => fs::hard_link(file, at(dice)),
        8 => OpenOptions::new().write(true).open(file)?.set_len(dice.below(100_000)),
        9 => {
            let folder = root.join(format!("d{}", 1 + dice.below(3)));
            match dice.below(4) {
                0 => fs::remove_dir(folder),
                1 => fs::rename(folder, root.join(format!("d{}", 1 + dice.below(3)))),
                _ => fs::create_dir(folder),
            }
        }
        10 => {
            for entry in fs::read_dir(file.parent().unwrap())? {
                entry?.metadata()?;
            }
            Ok(())
        }
        _ => {
            let mut open = OpenOptions::new().read(true).write(true).open(file)?;
            open.write_all(b"kept open")?;
            std::thread::sleep(Duration::from_millis(dice.below(20)));
            open.write_all(b" for a while")?;
            open.sync_all()
        }
    }
}

/// What a client of the share does. What changes while it is sent may break off.
fn through_share(client: &mut Client, dice: &mut Dice) {
    let (name, other) = (format!("/{}", dice.name()), format!("/{}", dice.name()));
    let folder = format!("/d{}", 1 + dice.below(3));
    let (over, depth) = ([("Destination", other.as_str())], [("Depth", "1")]);
    let bytes = vec![b's'; usize::try_from(dice.below(200_000)).unwrap()];
    let time = "<D:propertyupdate xmlns:D=\"DAV:\"><D:set><D:prop>\
        <D:getlastmodified>Sun, 09 Sep 2001 01:46:40 GMT</D:getlastmodified></D:prop></D:set></D:propertyupdate>";
    let answer = match dice.below(12) {
        0 | 1 => client.try_send("PUT", &name, &[], Body::Sized(&bytes)),
        2 => client.try_send("PUT", &name, &[], Body::Chunked(&bytes, 30_000)),
        3 | 4 => client.try_send("GET", &name, &[], Body::None),
        5 => client.try_send("MOVE", &name, &over, Body::None),
        6 => client.try_send("COPY", &name, &over, Body::None),
        7 => client.try_send("DELETE", &name, &[], Body::None),
        8 => client.try_send("PROPFIND", &folder, &depth, Body::None),
        9 => client.try_send("PROPPATCH", &name, &[], Body::Sized(time.as_bytes())),
        10 => {
            let headers = [("Content-Type", "application/x-sabredav-partialupdate"), ("X-Update-Range", "append")];
            client.try_send("PATCH", &name, &headers, Body::Sized(b"appended"))
        }
        _ => match dice.below(4) {
            0 => client.try_send("DELETE", &folder, &[], Body::None),
            1 => client.try_send("COPY", &folder, &[("Destination", "/d1")], Body::None),
            _ => client.try_send("MKCOL", &folder, &[], Body::None),
        },
    };
    match answer {
        Ok(answer) => assert!(answer.status < 500 || answer.status == 503, "{name}: {}", answer.status),
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{name}: {error}");
        }
    }
}

#[test]
fn nobody_on_either_door_waits_for_ever() {
    let mut both = Both::default();
    let end = Instant::now() + seconds(6);
    std::thread::scope(|scope| {
        for n in 1..=4 {
            let (root, mut client) = (both.served.drive(), both.served.client());
            scope.spawn(move || {
                let mut dice = Dice(n * 0x9e37_79b9);
                while Instant::now() < end {
                    if let Err(error) = on_drive(&root, &mut dice) {
                        assert_ne!(error.raw_os_error(), Some(5), "the drive is broken");
                    }
                }
            });
            scope.spawn(move || {
                let mut dice = Dice(n * 0x85eb_ca6b);
                while Instant::now() < end {
                    through_share(&mut client, &mut dice);
                }
            });
        }
    });
    let _ = same(&both.dav, &both.served.drive());
    both.dav.hang_up();
    assert!(both.served.is_clean());
}
