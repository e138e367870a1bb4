//! Files that come, grow, change and go in a watched folder.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::sync::mpsc::Sender;
use std::thread;

use super::*;

const REST: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(20);

/// Watches a folder while `act` happens in it; `act` hears the names of files that came to rest.
fn watched(folder: &Path, act: impl FnOnce(&Receiver<String>)) {
    let stop = AtomicBool::new(false);
    let (tell, told): (Sender<String>, _) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let tell = tell;
            watch(folder, REST, &stop, |path| {
                let _ = tell.send(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            });
        });
        act(&told);
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn files_are_told_of_once_when_they_rest() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("old.xml"), "1").unwrap();
    fs::write(at("new.xml.crdownload"), "1").unwrap();
    fs::create_dir(at("sub")).unwrap();
    watched(folder.path(), |told| {
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "old.xml");
        fs::rename(at("new.xml.crdownload"), at("new.xml")).unwrap();
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "new.xml");
        fs::write(at("sub").join("deep.ics"), "1").unwrap();
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "deep.ics");
        fs::write(at("old.xml"), "other").unwrap();
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "old.xml");
        assert!(told.recv_timeout(REST * 3).is_err(), "nothing is told twice");
    });
}

#[test]
fn a_file_that_grows_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    watched(folder.path(), |told| {
        let mut file = fs::File::create(folder.path().join("grows.mbz")).unwrap();
        let begun = Instant::now();
        // A pause of the machine may make a rest of a pause: then that is no failure of ours.
        let mut longest = Duration::ZERO;
        for _ in 0..20 {
            let before = Instant::now();
            file.write_all(&[0; 1000]).unwrap();
            thread::sleep(REST / 6);
            longest = longest.max(before.elapsed());
        }
        let grown = begun.elapsed();
        assert!(told.try_recv().is_err() || longest > REST / 2, "told of after {grown:?}");
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "grows.mbz");
    });
}

#[test]
fn a_folder_that_is_not_there_is_waited_for_too() {
    let folder = tempfile::tempdir().unwrap();
    watched(&folder.path().join("none"), |told| assert!(told.recv_timeout(REST).is_err()));
}
