//! Names of the files of a bag, how they are written, and what may be cleared away.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use cartable_crypto::{Header, SpaceId};
use cartable_store::durable;
use rustix::fs::OFlags;

use super::BagError;
use crate::error::FsError;

/// The folder of a bag.
pub(super) struct Files {
    folder: PathBuf,
    /// How many more durable steps succeed, in tests of crashes.
    #[cfg(test)]
    pub(super) steps_left: std::sync::Arc<std::sync::atomic::AtomicI64>,
}

impl Files {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            #[cfg(test)]
            steps_left: super::tests::steps_left(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn header(&self) -> PathBuf {
        self.folder.join(HEADER)
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.folder.join(LOCK)
    }

    pub(super) fn keyring(&self, version: u64) -> PathBuf {
        self.folder.join(format!("{KEYRING}{version}"))
    }

    pub(super) fn space(&self, id: &SpaceId) -> PathBuf {
        self.folder.join(SPACES).join(id.to_string())
    }

    pub(super) fn database(&self, id: &SpaceId, epoch: u32) -> PathBuf {
        self.space(id).join(format!("{DATABASE}{epoch}{DATABASE_END}"))
    }

    /// The log that SQLite keeps beside a database.
    pub(super) fn log(&self, database: &Path) -> PathBuf {
        beside(database, LOG_END)
    }

    /// Moves a rollback journal of a database out of the way. We never leave one, and SQLite would play one that somebody
    /// planted back into the database before it looks at anything else: old pages are authentic.
    pub(super) fn refuse_journal(&self, database: &Path) -> Result<(), BagError> {
        self.move_aside(&beside(database, JOURNAL_END))
    }

    pub(super) fn read_header(&self) -> Result<Vec<u8>, BagError> {
        let path = self.header();
        match read_bounded(&path, Header::MAX_BYTES) {
            Ok(bytes) => Ok(bytes),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(BagError::NotABag { folder: self.folder.clone() })
            }
            Err(error) => Err(unreadable(path, error)),
        }
    }

    pub(super) fn read_keyring(&self, version: u64) -> Result<Vec<u8>, BagError> {
        let path = self.keyring(version);
        match read_bounded(&path, MAX_KEYRING_BYTES) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BagError::Missing { path }),
            Err(error) => Err(unreadable(path, error)),
        }
    }

    /// Makes the bag's folder, for its owner only.
    pub(super) fn make_folder(&self) -> Result<(), BagError> {
        if self.folder.symlink_metadata().is_ok_and(|_| !self.folder.is_dir()) {
            return Err(BagError::NotEmpty { folder: self.folder.clone() });
        }
        make_private(&self.folder)?;
        // It may have been there, open to others.
        let private = fs::set_permissions(&self.folder, PermissionsExt::from_mode(0o700));
        private.map_err(BagError::io("closing to others", &self.folder))
    }

    /// Makes the folder that the spaces' folders lie in.
    pub(super) fn make_spaces_folder(&self) -> Result<(), BagError> {
        make_private(&self.folder.join(SPACES))
    }

    /// Makes a space that was just made durable: its names, from its folder up to the bag's own.
    pub(super) fn sync_new_space(&self, id: &SpaceId) -> Result<(), BagError> {
        let space = self.space(id);
        self.step("syncing", &space)?;
        let spaces = self.folder.join(SPACES);
        let above = self.folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        for folder in [Some(space.as_path()), Some(&spaces), Some(&self.folder), above].into_iter().flatten() {
            durable::sync_dir(folder).map_err(BagError::io("syncing", folder))?;
        }
        Ok(())
    }

    /// Writes a whole file durably: all of it is there afterwards, or the one before.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), BagError> {
        self.step("writing", path)?;
        durable::write(path, bytes).map_err(BagError::io("writing", path))
    }

    /// Checks that the folder holds nothing but what an interrupted creation may have left.
    pub(super) fn check_unfinished(&self) -> Result<Vec<String>, BagError> {
        let names = self.names()?;
        let ours =
            |name: &String| name == LOCK || name == SPACES || name.starts_with(KEYRING) || name == HEADER_BEING_WRITTEN;
        if !names.iter().all(ours) || names.iter().any(|name| name == HEADER) {
            return Err(BagError::NotEmpty { folder: self.folder.clone() });
        }
        // A bag that lost its header may still get it back from a copy: what was written to is never cleared.
        let used = names.iter().any(|name| name.starts_with(KEYRING) && *name != format!("{KEYRING}1"))
            || holds_files(&self.folder.join(SPACES), 4);
        if used { Err(BagError::NotEmpty { folder: self.folder.clone() }) } else { Ok(names) }
    }

    /// Clears what an interrupted creation left. The lock is held.
    pub(super) fn clear_unfinished(&self) -> Result<(), BagError> {
        let names = self.check_unfinished()?;
        for name in names.iter().filter(|name| *name != LOCK) {
            let path = self.folder.join(name);
            let removed = if name == SPACES { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(BagError::io("clearing", path))?;
        }
        Ok(())
    }

    /// Removes what earlier versions of keys left: other keyrings, databases of other epochs. Only for a header that is known to
    /// be the newest; whatever can't be removed waits for the next opening.
    pub(super) fn tidy(&self, header: &Header) {
        let keyring = self.keyring(header.version());
        for name in self.names().unwrap_or_default() {
            let path = self.folder.join(&name);
            let of_keyring = name.strip_prefix(KEYRING).map(|end| end.strip_suffix(BEING_WRITTEN).unwrap_or(end));
            let stale = of_keyring.is_some_and(|version| version.parse::<u64>().is_ok()) && path != keyring;
            if stale && keyring.exists() {
                let _ = self.remove(&path);
            }
        }
        for (space, epoch) in header.spaces() {
            if self.database(space, *epoch).exists() {
                self.tidy_space(space, *epoch);
            }
        }
    }

    fn tidy_space(&self, space: &SpaceId, current: u32) {
        for name in names(&self.space(space)).unwrap_or_default() {
            let epoch = name.strip_prefix(DATABASE).and_then(|rest| rest.split_once(DATABASE_END));
            let epoch = epoch.and_then(|(epoch, _)| epoch.parse::<u32>().ok());
            if epoch.is_some_and(|epoch| epoch != current) {
                let _ = self.remove(&self.space(space).join(name));
            }
        }
    }

    /// Moves what stands at `path` out of the way, into `quarantine/`.
    pub(super) fn move_aside(&self, path: &Path) -> Result<(), BagError> {
        if fs::symlink_metadata(path).is_err() {
            return Ok(());
        }
        self.step("moving", path)?;
        let folder = self.folder.join(QUARANTINE);
        make_private(&folder)?;
        let name = format!("{}.{}", path.file_name().unwrap_or_default().display(), SpaceId::random());
        fs::rename(path, folder.join(name)).map_err(BagError::io("moving", path))?;
        durable::sync_dir(&folder).map_err(BagError::io("syncing", folder))
    }

    /// Makes the file that a database is copied into: SQLite attaches what is there and makes nothing.
    pub(super) fn make_empty(&self, path: &Path) -> Result<(), BagError> {
        use std::os::unix::fs::OpenOptionsExt;
        self.step("making", path)?;
        let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        made.map(drop).map_err(BagError::io("making", path))
    }

    /// Returns the hash of a database that nobody has open; none when it is missing or has a log that was not closed.
    pub(super) fn hash_database(&self, id: &SpaceId, epoch: u32) -> Result<Option<[u8; 32]>, BagError> {
        let path = self.database(id, epoch);
        if fs::metadata(self.log(&path)).is_ok_and(|log| log.len() > 0) {
            return Ok(None);
        }
        let mut file = match open_regular(fs::OpenOptions::new().read(true), &path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, error)),
        };
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match io::Read::read(&mut file, &mut buffer).map_err(BagError::io("reading", &path))? {
                0 => return Ok(Some(*hasher.finalize().as_bytes())),
                count => hasher.update(&buffer[..count]),
            };
        }
    }

    /// Makes a finished database durable: its file and its name.
    pub(super) fn sync_database(&self, path: &Path) -> Result<(), BagError> {
        self.step("syncing", path)?;
        let file = fs::File::open(path).map_err(BagError::io("opening", path))?;
        file.sync_all().map_err(BagError::io("syncing", path))?;
        let folder = path.parent().unwrap_or(&self.folder);
        durable::sync_dir(folder).map_err(BagError::io("syncing", folder))
    }

    /// A place where tests end the process, so to speak.
    #[cfg_attr(not(test), expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests fail here"))]
    pub(super) fn step(&self, act: &'static str, path: &Path) -> Result<(), BagError> {
        #[cfg(test)]
        if self.steps_left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) <= 0 {
            return Err(BagError::io(act, path)(io::Error::other("the test ends here")));
        }
        let _ = (act, path);
        Ok(())
    }

    /// Removes a file.
    pub(super) fn remove(&self, path: &Path) -> Result<(), BagError> {
        self.step("removing", path)?;
        fs::remove_file(path).map_err(BagError::io("removing", path))
    }

    fn names(&self) -> Result<Vec<String>, BagError> {
        names(&self.folder).map_err(BagError::io("listing", &self.folder))
    }
}

/// Whether there are files so many folders down or deeper: packs lie there, and nothing that a creation makes.
fn holds_files(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds_files(&entry.path(), depth.saturating_sub(1)),
        _ => depth <= 1,
    })
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    database.with_file_name(name)
}

/// What can't be one of our files, whatever it is, was put there by somebody.
fn unreadable(path: PathBuf, error: io::Error) -> BagError {
    const LOOP: i32 = 40; // ELOOP: a link where none is followed
    let not_ours =
        matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge | io::ErrorKind::IsADirectory);
    if not_ours || error.raw_os_error() == Some(LOOP) {
        return FsError::Damaged(format!("{} is not a file of a bag", path.display())).into();
    }
    BagError::io("reading", path)(error)
}

/// Names in a folder. One that is not UTF-8 is not ours, and is answered as a name that is not ours either.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    fs::read_dir(folder)?.map(name).collect()
}

/// Makes a folder that only its owner may enter, unless it is there.
pub(super) fn make_private(path: &Path) -> Result<(), BagError> {
    durable::make_private_folder(path).map_err(BagError::io("making", path))
}

/// Reads a file of at most `bytes`. What a host may have put there instead (a link, a pipe that nobody writes) is refused.
pub(super) fn read_bounded(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let file = open_regular(fs::OpenOptions::new().read(true), path)?;
    let mut content = Vec::new();
    file.take(bytes as u64 + 1).read_to_end(&mut content)?;
    if content.len() > bytes {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any of its kind"));
    }
    Ok(content)
}

/// Opens a file, following no link and waiting for nobody.
pub(super) fn open_regular(options: &mut fs::OpenOptions, path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"));
    }
    Ok(file)
}

const HEADER: &str = "bag.json";
const HEADER_BEING_WRITTEN: &str = "bag.json.new";
const BEING_WRITTEN: &str = ".new";
const KEYRING: &str = "keyring.";
const LOCK: &str = "lock";
const SPACES: &str = "spaces";
const QUARANTINE: &str = "quarantine";
const DATABASE: &str = "space.";
const DATABASE_END: &str = ".db";
const LOG_END: &str = "-wal";
const JOURNAL_END: &str = "-journal";
const MAX_KEYRING_BYTES: usize = 64 << 20;
