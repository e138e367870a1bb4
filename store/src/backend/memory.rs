//! Objects in memory: for tests of what lies above.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Append, Backend};
use crate::error::{Error, Result};

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Objects in memory.
#[derive(Default)]
pub struct MemoryBackend {
    objects: Objects,
    aside: Objects,
}

struct Growing {
    name: String,
    objects: Objects,
}

impl MemoryBackend {
    /// Changes an object's bytes in place, as damage does.
    pub fn alter(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(bytes) = self.objects.lock().get_mut(name) {
            change(bytes);
        }
    }
}

fn missing(act: &'static str, name: &str) -> Error {
    Error::io(act, name)(io::Error::from(io::ErrorKind::NotFound))
}

impl Backend for MemoryBackend {
    fn create(&self, name: &str) -> Result<Arc<dyn Append>> {
        let mut objects = self.objects.lock();
        if objects.contains_key(name) {
            return Err(Error::io("making", name)(io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        objects.insert(name.to_owned(), Vec::new());
        Ok(Arc::new(Growing { name: name.to_owned(), objects: Arc::clone(&self.objects) }))
    }

    fn read_at(&self, name: &str, offset: u64, out: &mut [u8]) -> Result<()> {
        let objects = self.objects.lock();
        let bytes = objects.get(name).ok_or_else(|| missing("reading", name))?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let found = start.checked_add(out.len()).and_then(|end| bytes.get(start..end));
        let found = found.ok_or_else(|| Error::io("reading", name)(io::Error::from(io::ErrorKind::UnexpectedEof)))?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn bytes(&self, name: &str) -> Result<u64> {
        self.objects.lock().get(name).map(|bytes| bytes.len() as u64).ok_or_else(|| missing("looking at", name))
    }

    fn list(&self) -> Result<Vec<String>> {
        Ok(self.objects.lock().keys().cloned().collect())
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.objects.lock().remove(name);
        Ok(())
    }

    fn quarantine(&self, name: &str) -> Result<()> {
        let bytes = self.objects.lock().remove(name).ok_or_else(|| missing("setting aside", name))?;
        self.aside.lock().insert(name.to_owned(), bytes);
        Ok(())
    }
}

impl Append for Growing {
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let mut objects = self.objects.lock();
        let object = objects.get_mut(&self.name).ok_or_else(|| missing("writing", &self.name))?;
        object.truncate(usize::try_from(offset).unwrap_or(usize::MAX));
        object.extend_from_slice(bytes);
        Ok(())
    }

    fn cut_back(&self, offset: u64) -> Result<()> {
        let mut objects = self.objects.lock();
        let object = objects.get_mut(&self.name).ok_or_else(|| missing("cutting back", &self.name))?;
        object.truncate(usize::try_from(offset).unwrap_or(usize::MAX));
        Ok(())
    }

    fn sync(&self) -> Result<()> {
        Ok(())
    }
}
