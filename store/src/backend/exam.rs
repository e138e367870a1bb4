//! The exam that every backend passes: what the trait promises, asked of each in the same words.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use super::{Backend, DiskBackend, MemoryBackend, Recording};
use crate::error::Error;

/// Asks a backend that holds nothing yet.
fn examine(backend: &dyn Backend) {
    assert!(backend.list().unwrap().is_empty());
    let (a, b) = ("aa/first", "bb/second");
    for missing in [a, b] {
        assert!(matches!(backend.read_at(missing, 0, &mut [0; 1]), Err(Error::Io { .. })));
        assert!(matches!(backend.bytes(missing), Err(Error::Io { .. })));
        backend.delete(missing).unwrap();
        assert!(matches!(backend.quarantine(missing), Err(Error::Io { .. })));
    }

    // It grows through its handle, and is read while it does.
    let first = backend.create(a).unwrap();
    assert_eq!(backend.bytes(a).unwrap(), 0);
    first.write(0, b"one two").unwrap();
    first.sync().unwrap();
    first.write(7, b" three").unwrap();
    let mut out = [0; 5];
    backend.read_at(a, 8, &mut out).unwrap();
    assert_eq!(&out, b"three");
    assert_eq!(backend.bytes(a).unwrap(), 13);
    backend.read_at(a, 13, &mut []).unwrap();
    assert!(matches!(backend.read_at(a, 9, &mut [0; 5]), Err(Error::Io { .. })), "past the end");
    assert!(matches!(backend.read_at(a, u64::MAX / 2, &mut [0; 1]), Err(Error::Io { .. })));

    // A name is given once.
    assert!(matches!(backend.create(a), Err(Error::Io { .. })));
    assert_eq!(backend.bytes(a).unwrap(), 13);

    // A failed append is cut back, and the next one takes its place.
    first.cut_back(7).unwrap();
    first.write(7, b"!").unwrap();
    first.sync().unwrap();
    let mut out = [0; 8];
    backend.read_at(a, 0, &mut out).unwrap();
    assert_eq!(&out, b"one two!");

    // Listed in order, whatever the order in which they were made.
    let second = backend.create(b).unwrap();
    second.write(0, &[7; 100_000]).unwrap();
    backend.create("ab/third").unwrap();
    assert_eq!(backend.list().unwrap(), [a, "ab/third", b]);

    // Gone is gone, and the name is free; set aside is out of the way.
    backend.delete(a).unwrap();
    backend.delete(a).unwrap();
    assert!(backend.read_at(a, 0, &mut [0; 1]).is_err());
    backend.create(a).unwrap();
    assert_eq!(backend.bytes(a).unwrap(), 0);
    backend.quarantine(b).unwrap();
    assert!(backend.read_at(b, 0, &mut [0; 1]).is_err());
    assert_eq!(backend.list().unwrap(), [a, "ab/third"]);
}

/// Many threads read one object while another grows.
fn examine_threads(backend: &dyn Backend) {
    let still = backend.create("aa/still").unwrap();
    still.write(0, &(0..=255).collect::<Vec<u8>>()).unwrap();
    let growing = backend.create("aa/growing").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for at in 0..250_u64 {
                    let mut out = [0; 4];
                    backend.read_at("aa/still", at, &mut out).unwrap();
                    assert_eq!(u64::from(out[0]), at);
                }
            });
        }
        for n in 0..500_u64 {
            growing.write(n * 3, b"abc").unwrap();
        }
    });
    assert_eq!(backend.bytes("aa/growing").unwrap(), 1500);
}

#[test]
fn the_disk_passes() {
    for exam in [examine as fn(&dyn Backend), examine_threads] {
        let folder = tempfile::tempdir().unwrap();
        exam(&DiskBackend::open(folder.path()).unwrap());
    }
}

#[test]
fn memory_passes() {
    for exam in [examine as fn(&dyn Backend), examine_threads] {
        exam(&MemoryBackend::default());
    }
}

#[test]
fn a_recorded_backend_passes_and_is_counted() {
    for exam in [examine as fn(&dyn Backend), examine_threads] {
        exam(&Recording::new(MemoryBackend::default()));
    }
    let backend = Recording::new(MemoryBackend::default());
    let object = backend.create("aa/one").unwrap();
    object.write(0, b"bytes").unwrap();
    object.sync().unwrap();
    backend.read_at("aa/one", 0, &mut [0; 5]).unwrap();
    assert_eq!(backend.counts(), (1, 1, 1));
    backend.fail_after(1);
    let failed = object.write(5, b"more").unwrap_err();
    assert!(failed.is_full());
    assert_eq!(backend.bytes("aa/one").unwrap(), 7, "half of it was written");
    object.cut_back(5).unwrap();
    backend.fail_after(0);
    object.write(5, b"more").unwrap();
}
