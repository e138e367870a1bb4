//! Objects as files of a folder.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rustix::fs::OFlags;

use super::{Append, Backend};
use crate::durable;
use crate::error::{Error, Result};

/// Open files kept for reading.
const FILES_KEPT: usize = 128;
/// Where what is damaged is set aside, beside the folder of objects.
const QUARANTINE: &str = "quarantine";

/// Objects as files, `<a>/<b>` as file `b` in folder `a`.
pub struct DiskBackend {
    folder: PathBuf,
    files: Mutex<HashMap<String, Arc<File>>>,
}

struct Growing {
    name: String,
    path: PathBuf,
    file: File,
    named: AtomicBool,
}

impl DiskBackend {
    /// Opens the folder, which must be there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            let missing = io::Error::from(io::ErrorKind::NotFound);
            return Err(Error::io("opening", &folder.display().to_string())(missing));
        }
        Ok(Self { folder: folder.to_path_buf(), files: Mutex::new(HashMap::new()) })
    }

    /// Gives an object that is not written any more a second name, in another folder, durably. Where the disk knows no second names it
    /// is copied.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn link(&self, name: &str, to: &Self) -> Result<()> {
        let (from, target) = (self.folder.join(name), to.folder.join(name));
        let parent = target.parent().unwrap_or(&to.folder);
        durable::make_private_folder(parent).map_err(Error::io("making the folder of", name))?;
        match fs::hard_link(&from, &target) {
            // From an attempt that broke off: objects of one name are one object.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => {
                let half = target.with_extension("half");
                let copied = fs::copy(&from, &half).and_then(|_| File::open(&half)?.sync_all());
                copied.and_then(|()| fs::rename(&half, &target)).map_err(Error::io("copying", name))?;
            }
            Ok(()) => {}
        }
        for folder in target.ancestors().skip(1).take(2) {
            durable::sync_dir(folder).map_err(Error::io("syncing the folder of", name))?;
        }
        Ok(())
    }

    fn file(&self, name: &str) -> Result<Arc<File>> {
        let mut files = self.files.lock();
        if let Some(file) = files.get(name) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(open_regular(&self.folder.join(name)).map_err(Error::io("opening", name))?);
        if files.len() >= FILES_KEPT {
            files.clear();
        }
        files.insert(name.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

impl Backend for DiskBackend {
    fn create(&self, name: &str) -> Result<Arc<dyn Append>> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            durable::make_private_folder(parent).map_err(Error::io("making the folder of", name))?;
        }
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = made.map_err(Error::io("making", name))?;
        Ok(Arc::new(Growing { name: name.to_owned(), path, file, named: AtomicBool::new(false) }))
    }

    fn read_at(&self, name: &str, offset: u64, out: &mut [u8]) -> Result<()> {
        self.file(name)?.read_exact_at(out, offset).map_err(Error::io("reading", name))
    }

    fn bytes(&self, name: &str) -> Result<u64> {
        Ok(self.file(name)?.metadata().map_err(Error::io("looking at", name))?.len())
    }

    fn list(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for parent in entries(&self.folder)? {
            if !self.folder.join(&parent).is_dir() {
                continue;
            }
            names.extend(entries(&self.folder.join(&parent))?.into_iter().map(|name| format!("{parent}/{name}")));
        }
        names.sort();
        Ok(names)
    }

    fn delete(&self, name: &str) -> Result<()> {
        let removed = fs::remove_file(self.folder.join(name));
        // After it, so that no reader opens it again: a file that is held keeps its room.
        self.files.lock().remove(name);
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("removing", name)(error)),
            _ => Ok(()),
        }
    }

    fn quarantine(&self, name: &str) -> Result<()> {
        self.files.lock().remove(name);
        let aside = self.folder.with_file_name(QUARANTINE);
        durable::make_private_folder(&aside).map_err(Error::io("making the quarantine for", name))?;
        let target = aside.join(name.replace('/', "-"));
        fs::rename(self.folder.join(name), target).map_err(Error::io("setting aside", name))?;
        durable::sync_dir(&aside).map_err(Error::io("setting aside", name))
    }
}

impl Append for Growing {
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.file.write_all_at(bytes, offset).map_err(Error::io("writing", &self.name))
    }

    fn cut_back(&self, offset: u64) -> Result<()> {
        self.file.set_len(offset).map_err(Error::io("cutting back", &self.name))
    }

    fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(Error::io("syncing", &self.name))?;
        if !self.named.load(Ordering::Acquire) {
            for folder in self.path.ancestors().skip(1).take(2) {
                durable::sync_dir(folder).map_err(Error::io("syncing the folder of", &self.name))?;
            }
            self.named.store(true, Ordering::Release);
        }
        Ok(())
    }
}

/// Opens a file for reading, following no link and waiting for nobody: a host may have put what it likes there.
fn open_regular(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"))
    }
}

fn entries(folder: &Path) -> Result<Vec<String>> {
    let name = folder.display().to_string();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("listing", &name))? {
        let entry = entry.map_err(Error::io("listing", &name))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
