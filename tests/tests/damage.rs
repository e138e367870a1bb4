//! Every kind of stored file, damaged in every way: the right bytes or an error and a report, never wrong bytes, never a
//! panic.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cartable_fs::bag::{BagError, Suite};
use cartable_tests::desk::{Content, Desk, Device, check, files, read, write};

const NAMES: [&str; 4] = ["small", "medium", "large", "kept"];
const MARK: &[u8] = b"nobody must find these words";

/// Bytes that repeat nowhere and can't be compressed into each other.
fn content(name: &str, version: u8) -> Vec<u8> {
    let bytes = match name {
        "small" => 3_000,
        "medium" => 90_000,
        _ => 1_500_000,
    };
    let version = if name == "kept" { 0 } else { version };
    let mut state = u32::from(version) * 7919 + name.len() as u32;
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

/// A bag of two versions: a copy of the older one, one of the newer, and one of another bag.
struct Case {
    desk: Desk,
    older: PathBuf,
    newer: PathBuf,
    other: PathBuf,
    _other: Desk,
}

impl Case {
    fn new(suite: Suite) -> Self {
        let fill = |desk: &Desk, version| {
            desk.work(|bag, space| NAMES.iter().for_each(|name| write(bag, space, name, &content(name, version))));
        };
        let (desk, other) = (Desk::with_bag(suite), Desk::with_bag(suite));
        fill(&desk, 1);
        let older = desk.copy("older");
        fill(&desk, 2);
        let newer = desk.copy("newer");
        fill(&other, 3);
        Self { desk, older, newer, other: other.bag(), _other: other }
    }

    /// Opens the bag as it lies there and reads all of it: wrong bytes fail the test.
    fn judge(&self, device: Device, what: &str) -> bool {
        let (bag, space) = match self.desk.open(device) {
            Ok(open) => open,
            Err(_) => return false,
        };
        let found: Vec<Content> = NAMES.iter().map(|name| read(&bag, &space, name)).collect();
        let mut whole = true;
        for (name, found) in NAMES.iter().zip(&found) {
            let Some(found) = found else {
                whole = false;
                continue;
            };
            let known = found == &content(name, 2) || device == Device::Other && found == &content(name, 1);
            assert!(known, "{what}: {name} has wrong bytes on the device {device:?}");
        }
        let clean = check(&bag, &space).is_ok_and(|report| report.is_clean());
        assert!(whole || !clean, "{what}: bytes are missing and check does not say so");
        whole && clean
    }
}

type Damage = fn(&[u8], &[u8], &[u8]) -> Option<Vec<u8>>;

/// Each takes the bytes of the file, of its older version, and of another of its kind.
const DAMAGES: [(&str, Damage); 12] = [
    ("first bit", |bytes, _, _| flipped(bytes, 0)),
    ("a bit in the first page", |bytes, _, _| flipped(bytes, bytes.len().min(4096) / 2)),
    ("a bit at a third", |bytes, _, _| flipped(bytes, bytes.len() / 3)),
    ("a bit in the middle", |bytes, _, _| flipped(bytes, bytes.len() / 2)),
    ("last bit", |bytes, _, _| flipped(bytes, bytes.len().checked_sub(1)?)),
    ("emptied", |_, _, _| Some(Vec::new())),
    ("half", |bytes, _, _| Some(bytes[..bytes.len() / 2].to_vec())),
    ("a byte less", |bytes, _, _| Some(bytes[..bytes.len().checked_sub(1)?].to_vec())),
    ("a byte more", |bytes, _, _| Some([bytes, b"x"].concat())),
    ("doubled", |bytes, _, _| Some([bytes, bytes].concat())),
    ("of before", |_, older, _| (!older.is_empty()).then(|| older.to_vec())),
    ("of another", |_, _, other| (!other.is_empty()).then(|| other.to_vec())),
];

fn flipped(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    *bytes.get_mut(at)? ^= 1;
    Some(bytes)
}

/// What kind a file of a bag is: its path without what is random.
fn kind(path: &Path) -> String {
    let plain = |part: &str| if part.len() == 32 || part.len() == 2 { "*".to_owned() } else { part.to_owned() };
    path.iter().map(|part| plain(part.to_str().unwrap())).collect::<Vec<_>>().join("/")
}

/// The bytes of the same file in an older copy, and those of the first file of its kind elsewhere.
fn relatives(case: &Case, path: &Path) -> (Vec<u8>, Vec<u8>) {
    let older = fs::read(case.older.join(path)).unwrap_or_default();
    let of_kind = |root: &Path| files(root).into_iter().filter(|other| kind(other) == kind(path)).collect::<Vec<_>>();
    let own = of_kind(&case.newer).into_iter().find(|other| other != path).map(|other| case.newer.join(other));
    let foreign = of_kind(&case.other).into_iter().next().map(|other| case.other.join(other));
    let other = own.or(foreign).map(|path| fs::read(path).unwrap()).unwrap_or_default();
    (older, other)
}

fn every_damage(suite: Suite) {
    let case = Case::new(suite);
    let mut seen = std::collections::BTreeSet::new();
    let mut refused = 0;
    for path in files(&case.newer) {
        if matches!(kind(&path).as_str(), "lock" | "spaces/*/reserve") {
            continue; // No data: one names a process, the other holds room.
        }
        seen.insert(kind(&path));
        let bytes = fs::read(case.newer.join(&path)).unwrap();
        let (older, other) = relatives(&case, &path);
        for device in [Device::Own, Device::Other] {
            for (name, damage) in DAMAGES {
                let Some(damaged) = damage(&bytes, &older, &other).filter(|damaged| *damaged != bytes) else {
                    continue;
                };
                case.desk.forget();
                case.desk.put_back(&case.newer);
                fs::write(case.desk.bag().join(&path), damaged).unwrap();
                refused += u32::from(!case.judge(device, &format!("{name}, {}", kind(&path))));
            }
            case.desk.forget();
            case.desk.put_back(&case.newer);
            fs::remove_file(case.desk.bag().join(&path)).unwrap();
            assert!(!case.judge(device, &format!("removed, {}", kind(&path))));
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
    assert!(refused > 50, "{refused}");
}

#[test]
fn damaged_files_give_right_bytes_or_an_error() {
    every_damage(Suite::ChaCha20Poly1305);
}

#[test]
fn an_older_copy_of_the_bag_is_noticed() {
    let case = Case::new(Suite::Aes256Gcm);
    case.desk.put_back(&case.older);
    assert!(matches!(case.desk.open(Device::Own), Err(BagError::OlderCopy(_))));
    assert!(case.desk.open(Device::Other).is_ok(), "who never saw the newer one can't know");
}

/// Nothing of names and contents is in the bag's files, as it is or as text of its bytes; all but the public header is noise.
#[test]
fn nothing_of_what_is_kept_shows() {
    let desk = Desk::with_bag(Suite::ChaCha20Poly1305);
    let name = String::from_utf8(MARK.to_vec()).unwrap();
    let long = MARK.repeat(20_000);
    desk.work(|bag, space| {
        write(bag, space, &name, MARK);
        write(bag, space, "long", &long);
    });
    let hidden = [MARK.to_vec(), MARK.iter().flat_map(|byte| [*byte, 0]).collect(), hex(MARK)];
    for path in files(&desk.bag()) {
        let bytes = fs::read(desk.bag().join(&path)).unwrap();
        for mark in &hidden {
            assert!(!bytes.windows(mark.len()).any(|window| window == &mark[..]), "{}", path.display());
        }
        if bytes.len() > 20_000 && kind(&path) != "spaces/*/reserve" {
            assert!(is_noise(&bytes[32..]), "{} can be told from noise", path.display());
        }
    }
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// Chi-square of the bytes' counts, with room for six standard deviations.
fn is_noise(bytes: &[u8]) -> bool {
    let mut counts = [0f64; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1.0);
    let expected = bytes.len() as f64 / 256.0;
    let chi: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
    (chi - 255.0).abs() < 6.0 * (2.0 * 255.0f64).sqrt()
}

/// Equal files in two spaces share no block; ten files and many differ in volume only.
#[test]
fn spaces_and_counts_do_not_show() {
    let (one, two) = (Desk::with_bag(Suite::ChaCha20Poly1305), Desk::with_bag(Suite::ChaCha20Poly1305));
    let blocks = |desk: &Desk| -> std::collections::HashSet<Vec<u8>> {
        let packs = files(&desk.bag()).into_iter().filter(|path| kind(path).contains("packs/"));
        packs
            .flat_map(|path| {
                fs::read(desk.bag().join(path)).unwrap()[32..].chunks(16).map(<[u8]>::to_vec).collect::<Vec<_>>()
            })
            .collect()
    };
    one.work(|bag, space| write(bag, space, "same", &content("large", 1)));
    two.work(|bag, space| {
        (0..400).for_each(|n| write(bag, space, &format!("file {n}"), &content("large", 1)[..5_000 + n]))
    });
    two.work(|bag, space| write(bag, space, "same", &content("large", 1)));
    assert!(blocks(&one).is_disjoint(&blocks(&two)));
    let shape =
        |desk: &Desk| files(&desk.bag()).iter().map(|path| kind(path)).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(shape(&one), shape(&two));
    for desk in [&one, &two] {
        for path in files(&desk.bag()).into_iter().filter(|path| kind(path).contains("packs/")) {
            let bytes = fs::metadata(desk.bag().join(&path)).unwrap().len();
            assert!(bytes >= 65_536 && bytes.is_power_of_two(), "{bytes}");
        }
    }
}

/// The index is a copy of what the packs say: without it, it is written again from them.
#[test]
fn an_emptied_index_is_rebuilt_from_the_packs() {
    let case = Case::new(Suite::ChaCha20Poly1305);
    let (key, database) = case.desk.work(|bag, space| {
        (bag.space_keys(&bag.home().unwrap()).unwrap().database.pragma(), space.database().to_path_buf())
    });
    let db = rusqlite::Connection::open(database).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"{}\"; DELETE FROM chunks; DELETE FROM dedup;", key.as_str())).unwrap();
    db.close().unwrap();
    assert!(!case.judge(Device::Other, "index emptied"));
    let (bag, space) = case.desk.open(Device::Other).unwrap();
    let access = bag.access().unwrap();
    let epochs = bag.space_keys_of_all_epochs(&bag.home().unwrap()).unwrap();
    let report = space.repair(&access, &access.change().unwrap(), &epochs, &mut |_| {}).unwrap();
    assert!(
        report.findings.iter().all(|finding| finding.severity != cartable_fs::check::Severity::Damage),
        "{report:?}"
    );
    for name in NAMES {
        assert!(read(&bag, &space, name) == Some(content(name, 2)), "{name}");
    }
    assert!(check(&bag, &space).unwrap().is_clean());
}
