//! The packs of a space: appending sealed chunks, syncing them, reading them.
//!
//! A pack is written by one opening of the space and never again: one left open by a crash is read and, when mostly
//! dead, rewritten, but not appended to. A failed append is cut back, so a torn record stands only at the end of a
//! pack whose writer died.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cartable_crypto::{ChunkCipher, ChunkRef, SpaceKeys, sealed_bytes, span};
use parking_lot::{Mutex, RwLock};

use crate::backend::{Append, Backend};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::pack::{FILE_HEADER_BYTES, Header, PACK_BYTES, PackName, RECORD_HEADER_BYTES, file_header, padded_bytes};

/// Number of a pack: its row in the index.
pub type PackNumber = u32;

/// Where a chunk lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In which pack.
    pub pack: PackNumber,
    /// Where its sealed body begins, in bytes from the start of the pack.
    pub offset: u64,
    /// Its length before sealing, in bytes.
    pub plain_bytes: u32,
}

/// A pack as the index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPack {
    /// Its number.
    pub number: PackNumber,
    /// Its name.
    pub name: PackName,
    /// Epoch of the keys that sealed its record headers.
    pub epoch: u32,
    /// Its length in bytes, once closed.
    pub bytes: u64,
    /// Whether it was closed and padded.
    pub closed: bool,
}

/// The packs of one space. Many threads may append and read.
pub struct Packs {
    backend: Arc<dyn Backend>,
    names: RwLock<HashMap<PackNumber, PackName>>,
    writing: Mutex<Writing>,
    /// The number that the next pack gets, and what the index does not know yet: apart, since an append holds `writing` while
    /// it writes.
    next: AtomicU32,
    new: Mutex<Vec<KnownPack>>,
    /// Held while packs are synced: whoever comes second finds the first's work done. Whether a sync failed: the system
    /// reports what it could not write once, drops it, and answers the next sync as if all were well.
    syncing: Mutex<bool>,
}

struct Writing {
    /// Those of the current epoch: they seal the record headers.
    keys: Arc<SpaceKeys>,
    open: Option<OpenPack>,
    unsynced: Vec<Arc<dyn Append>>,
    /// A pack was closed since the last sync.
    closed_unsynced: bool,
    header: Vec<u8>,
}

struct OpenPack {
    known: KnownPack,
    end: u64,
    file: Arc<dyn Append>,
    dirty: bool,
}

thread_local! {
    static SEALED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Packs {
    /// Opens the packs that the index knows. The first append starts a new pack. No pack gets a number below `next`: rows of
    /// chunks may still name packs that are gone.
    pub fn open(backend: Arc<dyn Backend>, keys: Arc<SpaceKeys>, known: &[KnownPack], next: PackNumber) -> Self {
        let next = known.iter().map(|pack| pack.number + 1).max().unwrap_or(1).max(next);
        Self {
            backend,
            names: RwLock::new(known.iter().map(|pack| (pack.number, pack.name)).collect()),
            writing: Mutex::new(Writing {
                keys,
                open: None,
                unsynced: Vec::new(),
                closed_unsynced: false,
                header: Vec::new(),
            }),
            next: AtomicU32::new(next),
            new: Mutex::default(),
            syncing: Mutex::new(false),
        }
    }

    /// The number that the next pack gets.
    #[must_use]
    pub fn next_number(&self) -> PackNumber {
        self.next.load(Ordering::Relaxed)
    }

    /// Appends the chunks of a batch, whose bodies are sealed, and returns where each lies. They are durable after a later
    /// [`Packs::sync`].
    ///
    /// # Errors
    /// [`Error::Io`]; what was appended then is named by nobody.
    pub fn append(&self, batch: &mut Batch) -> Result<Vec<Place>> {
        let mut writing = self.writing.lock();
        let writing = &mut *writing;
        let mut places = Vec::with_capacity(batch.records().len());
        while let Some(first) = batch.records().get(places.len()) {
            let start = first.start;
            self.make_room(writing, first.bytes() as u64)?;
            let Some(open) = &mut writing.open else { return Err(Error::UnknownPack(0)) };
            let end = place(batch, open, &writing.keys, &mut places, &mut writing.header);
            if !open.dirty {
                open.dirty = true;
                writing.unsynced.push(Arc::clone(&open.file));
            }
            let bytes = batch.bytes(start..start + index(end - open.end));
            if let Err(error) = open.file.write(open.end, bytes) {
                if open.file.cut_back(open.end).is_err() {
                    // What lies past the end can't be dropped: the pack ends here, and a scan drops its torn tail.
                    writing.open = None;
                }
                return Err(error);
            }
            open.end = end;
        }
        Ok(places)
    }

    /// Makes durable all that was appended before the call. No lock that an append or a read needs is held meanwhile.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::NotDurable`] from then on.
    pub fn sync(&self) -> Result<()> {
        let mut failed = self.syncing.lock();
        if *failed {
            return Err(Error::NotDurable);
        }
        let unsynced = {
            let mut writing = self.writing.lock();
            if let Some(open) = &mut writing.open {
                open.dirty = false;
            }
            writing.closed_unsynced = false;
            std::mem::take(&mut writing.unsynced)
        };
        let result = unsynced.iter().try_for_each(|file| file.sync());
        *failed = result.is_err();
        result
    }

    /// Whether a pack was closed since the last sync: one begun now leaves less to wait for later.
    #[must_use]
    pub fn has_closed_unsynced(&self) -> bool {
        self.writing.lock().closed_unsynced
    }

    /// Takes the packs made or closed since the last call, for the caller to write into the index together with the
    /// chunks that lie in them.
    pub fn take_new(&self) -> Vec<KnownPack> {
        std::mem::take(&mut self.new.lock())
    }

    /// Opens `range` of a chunk's bytes into `out`, which is as long: only the segments that it touches are read.
    ///
    /// # Errors
    /// [`Error::Damaged`] when they are not what was sealed: `out` holds nothing of use then. [`Error::Io`] and
    /// [`Error::UnknownPack`].
    pub fn read(
        &self,
        cipher: &ChunkCipher,
        reference: &ChunkRef,
        place: Place,
        range: Range<u32>,
        out: &mut [u8],
    ) -> Result<()> {
        let name = self.name(place.pack)?;
        let sealed_range = span(place.plain_bytes, range.clone());
        SEALED.with_borrow_mut(|sealed| {
            sealed.resize((sealed_range.end - sealed_range.start) as usize, 0);
            self.backend.read_at(&name.object(), place.offset + u64::from(sealed_range.start), sealed)?;
            cipher.open(reference, place.plain_bytes, range, sealed, out).map_err(|source| Error::Damaged {
                pack: name.to_string(),
                offset: place.offset,
                source,
            })
        })
    }

    /// Opens a whole chunk and compares its hash.
    ///
    /// # Errors
    /// As [`Packs::read`].
    pub fn read_verified(&self, cipher: &ChunkCipher, reference: &ChunkRef, place: Place) -> Result<Vec<u8>> {
        let name = self.name(place.pack)?;
        let mut sealed = vec![0; sealed_bytes(place.plain_bytes) as usize];
        self.backend.read_at(&name.object(), place.offset, &mut sealed)?;
        cipher.open_verified(reference, place.plain_bytes, &mut sealed).map_err(|source| Error::Damaged {
            pack: name.to_string(),
            offset: place.offset,
            source,
        })
    }

    /// Reads the sealed body of a chunk as it is into `out`, which is as long: to move it.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::UnknownPack`].
    pub fn read_sealed(&self, place: Place, out: &mut [u8]) -> Result<()> {
        self.backend.read_at(&self.name(place.pack)?.object(), place.offset, out)
    }

    /// Closes the open pack: pads it to one of a few sizes and syncs it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn close(&self) -> Result<()> {
        self.close_open(&mut self.writing.lock())?;
        self.sync()
    }

    /// Closes the open pack; what is appended from now on lies in packs of a new epoch.
    ///
    /// # Errors
    /// [`Error::Io`]: the keys are as before.
    pub fn rekey(&self, keys: Arc<SpaceKeys>) -> Result<()> {
        let mut writing = self.writing.lock();
        self.close_open(&mut writing)?;
        writing.keys = keys;
        Ok(())
    }

    /// Where the packs are kept.
    #[must_use]
    pub fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// The number of the pack that is being written.
    #[must_use]
    pub fn open_pack(&self) -> Option<PackNumber> {
        self.writing.lock().open.as_ref().map(|open| open.known.number)
    }

    /// Removes a pack that no chunk of the index lies in any more.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::UnknownPack`].
    pub fn remove(&self, number: PackNumber) -> Result<()> {
        self.let_go(number, |backend, object| backend.delete(object))
    }

    /// Sets a damaged pack aside: its chunks are missing from now on, but nothing is lost.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::UnknownPack`].
    pub fn quarantine(&self, number: PackNumber) -> Result<()> {
        self.let_go(number, |backend, object| backend.quarantine(object))
    }

    /// Readers must not find the name of a pack whose object is going away.
    fn let_go(&self, number: PackNumber, act: impl FnOnce(&dyn Backend, &str) -> Result<()>) -> Result<()> {
        let name = self.names.write().remove(&number).ok_or(Error::UnknownPack(number))?;
        let done = act(&*self.backend, &name.object());
        if done.is_err() {
            self.names.write().insert(number, name);
        }
        done
    }

    /// The length of a pack in bytes, as the backend has it.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::UnknownPack`].
    pub fn bytes(&self, number: PackNumber) -> Result<u64> {
        self.backend.bytes(&self.name(number)?.object())
    }

    /// Objects of the backend that the index does not know: packs, and names of what is none.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn strays(&self) -> Result<(Vec<PackName>, Vec<String>)> {
        let objects = self.backend.list()?;
        let known: std::collections::HashSet<PackName> = self.names.read().values().copied().collect();
        let (mut packs, mut others) = (Vec::new(), Vec::new());
        for object in objects {
            match PackName::of_object(&object) {
                Some(name) if known.contains(&name) => {}
                Some(name) => packs.push(name),
                None => others.push(object),
            }
        }
        Ok((packs, others))
    }

    /// Gives no pack a number up to `last`: chunks may still name packs that the index lost.
    pub fn skip_numbers(&self, last: PackNumber) {
        self.next.fetch_max(last.saturating_add(1), Ordering::Relaxed);
    }

    /// Takes in a pack that lies in the backend and that the index did not know.
    #[must_use]
    pub fn adopt(&self, name: PackName, epoch: u32, bytes: u64) -> PackNumber {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.new.lock().push(KnownPack { number, name, epoch, bytes, closed: true });
        self.names.write().insert(number, name);
        number
    }

    pub(crate) fn name(&self, number: PackNumber) -> Result<PackName> {
        self.names.read().get(&number).copied().ok_or(Error::UnknownPack(number))
    }

    /// The packs that the index knows.
    #[must_use]
    pub fn known(&self) -> Vec<(PackNumber, PackName)> {
        self.names.read().iter().map(|(number, name)| (*number, *name)).collect()
    }

    fn make_room(&self, writing: &mut Writing, record_bytes: u64) -> Result<()> {
        if let Some(open) = &writing.open {
            if fits(open.end, record_bytes) {
                return Ok(());
            }
            self.close_open(writing)?;
        }
        let name = PackName::random()?;
        let file = self.backend.create(&name.object())?;
        if let Err(error) = file.write(0, &file_header(&name, writing.keys.epoch)) {
            // An empty pack is no harm, but it would stay for ever.
            self.backend.delete(&name.object())?;
            return Err(error);
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let known = KnownPack { number, name, epoch: writing.keys.epoch, bytes: 0, closed: false };
        self.new.lock().push(known);
        self.names.write().insert(known.number, name);
        writing.open = Some(OpenPack { known, end: FILE_HEADER_BYTES as u64, file, dirty: false });
        Ok(())
    }

    /// Pads the open pack. Without room for the padding it stays as long as it is.
    fn close_open(&self, writing: &mut Writing) -> Result<()> {
        let Some(open) = writing.open.take() else { return Ok(()) };
        let header_bytes = RECORD_HEADER_BYTES as u64;
        let bytes = padded_bytes(open.end + header_bytes);
        let padding = u32::try_from(bytes - open.end - header_bytes).unwrap_or(0);
        let mut record = Vec::new();
        Header::Padding { bytes: padding }.seal(&writing.keys.records, &open.known.name, open.end, &mut record);
        record.resize(record.len() + padding as usize, 0);
        fill_with_noise(&mut record[RECORD_HEADER_BYTES..])?;
        let end = match open.file.write(open.end, &record) {
            Ok(()) => bytes,
            Err(error) if error.is_full() => {
                open.file.cut_back(open.end)?;
                open.end
            }
            Err(error) => return Err(error),
        };
        if !open.dirty {
            writing.unsynced.push(open.file);
        }
        writing.closed_unsynced = true;
        self.new.lock().push(KnownPack { bytes: end, closed: true, ..open.known });
        Ok(())
    }
}

/// Gives a place to the first record without one and to those after it that fit into the open pack. Returns where
/// the pack will end.
fn place(batch: &mut Batch, open: &OpenPack, keys: &SpaceKeys, places: &mut Vec<Place>, header: &mut Vec<u8>) -> u64 {
    let mut end = open.end;
    while let Some(record) = batch.records().get(places.len()) {
        let bytes = record.bytes() as u64;
        if end > open.end && !fits(end, bytes) {
            break;
        }
        let reference = ChunkRef::from_bytes(&record.reference.to_bytes());
        let (start, plain_bytes) = (record.start, record.plain_bytes);
        header.clear();
        Header::Chunk { id: record.id, plain_bytes, reference }.seal(&keys.records, &open.known.name, end, header);
        batch.put_header(start, header);
        places.push(Place { pack: open.known.number, offset: end + RECORD_HEADER_BYTES as u64, plain_bytes });
        end += bytes;
    }
    end
}

/// Whether a record fits into a pack that ends at `end`, with the header of its padding.
fn fits(end: u64, record_bytes: u64) -> bool {
    end + record_bytes + RECORD_HEADER_BYTES as u64 <= PACK_BYTES
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Fills `out` with bytes that can't be told from sealed ones.
fn fill_with_noise(out: &mut [u8]) -> Result<()> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(Error::Randomness)?;
    blake3::Hasher::new_keyed(&seed).finalize_xof().fill(out);
    Ok(())
}
