//! Repair: what the index lost is read from the packs again, and damaged packs are set aside.
//!
//! Packs that the index does not know are taken in, and all records of all packs are read. Every chunk that the index or
//! an extent names is opened where the index says; if that fails, wherever a record of the same number, or of the same
//! content, lies. Numbers are never given twice, so two records of one number hold the same bytes, if under different
//! keys after a resealing; where they do not (an older state was put back), nothing is guessed. Healthy chunks of packs that also hold damaged ones are appended
//! elsewhere; all of it is committed, and only then is a damaged pack set aside, never deleted. A crash before leaves
//! what was there; a crash after leaves a pack that the next repair takes in and sets aside again.

use std::collections::{BTreeSet, HashMap, HashSet};

use cartable_crypto::{ChunkRef, RecordCipher, SpaceKeys};
use cartable_share::{Access, Change};
use cartable_store::{KnownPack, PackNumber, Place, Record, Scan, index};

use super::chunks::{self, Wanted};
use super::{Paths, Progress, Report, Severity};
use crate::error::Result;
use crate::space::{Shared, Space};

/// What the packs themselves say.
#[derive(Default)]
struct Found {
    by_id: HashMap<i64, Vec<(PackNumber, Record)>>,
    by_content: HashMap<[u8; 32], Vec<Place>>,
}

/// What is to be written into the index.
#[derive(Default)]
struct Healed {
    rebuilt: Vec<Wanted>,
    moved: Vec<(i64, Place)>,
    lost: HashSet<i64>,
    /// Chunks that open, where they open.
    sound: Vec<Wanted>,
    damaged_packs: BTreeSet<PackNumber>,
}

impl Space {
    /// Rebuilds from the packs what the chunk index lost, sets damaged packs aside, and checks everything afterwards.
    /// `epochs` are the keys of all epochs, to read the record headers of older packs.
    ///
    /// # Errors
    /// As [`Space::check`]. What could not be saved is damage in the report, with the paths of the files touched.
    pub fn repair(
        &self,
        access: &Access,
        _change: &Change,
        epochs: &[SpaceKeys],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report> {
        let _alone = self.shared.upkeep.lock();
        self.sync_all(access)?;
        let mut done = Report::default();
        self.shared.repair(epochs, &mut done, progress)?;
        let mut report = self.shared.check(progress)?;
        done.findings.append(&mut report.findings);
        report.findings = done.findings;
        Ok(report)
    }
}

impl Shared {
    fn repair(&self, epochs: &[SpaceKeys], report: &mut Report, progress: &mut dyn FnMut(Progress)) -> Result<()> {
        // What is appended from now on lies in a new pack, which this repair leaves alone.
        self.close_packs()?;
        self.commit_rows()?;
        let (indexed, needed, known) = {
            let tree = self.tree_of_now()?;
            let (indexed, _) = chunks::indexed(&tree.db)?;
            (indexed, needed(&tree.db)?, index::packs(&tree.db)?)
        };
        if let Some(last) = indexed.iter().map(|chunk| chunk.place.pack).max() {
            self.packs.skip_numbers(last);
        }
        let adopted = self.adopt_strays(epochs, report)?;
        let found = self.scan_all(&known, &adopted, epochs);
        let healed = self.heal(indexed, &needed, &found, progress);
        self.save_healed(&healed, &adopted, report)?;
        self.set_aside(&healed, report)
    }

    /// Takes in packs that the index does not know and whose records open.
    fn adopt_strays(&self, epochs: &[SpaceKeys], report: &mut Report) -> Result<Vec<KnownPack>> {
        let own = self.keys();
        let (strays, _) = self.packs.strays()?;
        let mut adopted = Vec::new();
        for name in strays {
            match Scan::read(self.packs.backend(), &name, |epoch| cipher_of(&own, epochs, epoch)) {
                Ok(scan) if !scan.records.is_empty() => {
                    let number = self.packs.adopt(name, scan.epoch, scan.bytes);
                    adopted.push(KnownPack { number, name, epoch: scan.epoch, bytes: scan.bytes, closed: true });
                }
                Ok(_) => {}
                Err(error) => report.add(Severity::Note, format!("pack {name}: {error}"), Vec::new()),
            }
        }
        Ok(adopted)
    }

    fn scan_all(&self, known: &[KnownPack], adopted: &[KnownPack], epochs: &[SpaceKeys]) -> Found {
        let own = self.keys();
        let mut found = Found::default();
        for pack in known.iter().chain(adopted) {
            // A pack that can't be read at all has no chunk to offer; the check that follows tells of it.
            let Ok(scan) = Scan::read(self.packs.backend(), &pack.name, |epoch| cipher_of(&own, epochs, epoch)) else {
                continue;
            };
            for record in scan.records {
                let place = Place { pack: pack.number, offset: record.offset, plain_bytes: record.plain_bytes };
                found.by_content.entry(*record.reference.hash()).or_default().push(place);
                found.by_id.entry(record.id).or_default().push((pack.number, record));
            }
        }
        found
    }

    fn heal(
        &self,
        indexed: Vec<Wanted>,
        needed: &HashSet<i64>,
        found: &Found,
        progress: &mut dyn FnMut(Progress),
    ) -> Healed {
        let mut healed = Healed::default();
        let mut bad = HashSet::new();
        chunks::read_all(self, &indexed, progress, |chunk, _| {
            bad.insert(chunk.id);
        });
        let have: HashSet<i64> = indexed.iter().map(|chunk| chunk.id).collect();
        for chunk in indexed {
            if !bad.contains(&chunk.id) {
                healed.sound.push(chunk);
                continue;
            }
            healed.damaged_packs.insert(chunk.place.pack);
            match self.elsewhere(&chunk, found) {
                Some(place) => {
                    healed.moved.push((chunk.id, place));
                    healed.sound.push(Wanted { place, ..chunk });
                }
                None => {
                    healed.lost.insert(chunk.id);
                }
            }
        }
        for id in needed.difference(&have) {
            match self.rebuilt(*id, found) {
                Some(chunk) => {
                    healed.sound.push(copy(&chunk));
                    healed.rebuilt.push(chunk);
                }
                None => {
                    healed.lost.insert(*id);
                }
            }
        }
        healed
    }

    /// Another place where a chunk of the index lies whole: same number, or same content.
    fn elsewhere(&self, chunk: &Wanted, found: &Found) -> Option<Place> {
        let places = found.by_content.get(chunk.reference.hash())?;
        places.iter().copied().find(|place| {
            place.plain_bytes == chunk.place.plain_bytes
                && chunks::open(self, &Wanted { place: *place, ..copy(chunk) }).is_ok()
        })
    }

    /// A chunk that the index lost, from its record; `None` when there is none that opens, or when records disagree.
    fn rebuilt(&self, id: i64, found: &Found) -> Option<Wanted> {
        let records = found.by_id.get(&id)?;
        let (_, first) = records.first()?;
        if records.iter().any(|(_, other)| other.reference.hash() != first.reference.hash()) {
            return None;
        }
        records
            .iter()
            .map(|(pack, record)| Wanted {
                id,
                place: Place { pack: *pack, offset: record.offset, plain_bytes: record.plain_bytes },
                reference: ChunkRef::from_bytes(&record.reference.to_bytes()),
            })
            .find(|chunk| chunks::open(self, chunk).is_ok())
    }

    fn save_healed(&self, healed: &Healed, adopted: &[KnownPack], report: &mut Report) -> Result<()> {
        let mut tree = self.tree.lock();
        tree.begin()?;
        let used: HashSet<PackNumber> = healed.sound.iter().map(|chunk| chunk.place.pack).collect();
        let written = (|| -> Result<()> {
            for pack in self.packs.take_new() {
                index::insert_pack(&tree.db, &pack)?;
            }
            for chunk in &healed.rebuilt {
                index::insert(&tree.db, chunk.id, chunk.place, &chunk.reference, false)?;
            }
            for (id, place) in &healed.moved {
                index::relocate(&tree.db, *id, *place)?;
            }
            // Equal content must not be found by the hash of what is lost; what is sound may be found again.
            tree.db.execute("DELETE FROM dedup WHERE chunk NOT IN (SELECT id FROM chunks)", [])?;
            for id in &healed.lost {
                index::forget_hash(&tree.db, *id)?;
            }
            let emptied = !tree.db.prepare("SELECT 1 FROM dedup LIMIT 1")?.exists([])?;
            let findable = if emptied { &healed.sound } else { &healed.rebuilt };
            for chunk in findable {
                if self.is_of_this_epoch(chunk) {
                    index::remember_hash(&tree.db, chunk.id, &chunk.reference)?;
                }
            }
            Ok(())
        })();
        self.stop_on_failure(written)?;
        let told = |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}"));
        let taken_in = adopted.iter().filter(|pack| used.contains(&pack.number)).count();
        let done = [
            told(taken_in, "packs were taken into the index again"),
            told(healed.rebuilt.len(), "chunks were put into the index again"),
            told(healed.moved.len(), "chunks were found whole elsewhere"),
        ];
        for what in done.into_iter().flatten() {
            report.add(Severity::Repaired, what, Vec::new());
        }
        if !healed.lost.is_empty() {
            let paths = Paths::load(&tree.db)?.of_chunks(&tree.db, &healed.lost)?;
            let severity = if paths.is_empty() { Severity::Note } else { Severity::Damage };
            report.add(severity, format!("{} chunks are lost", healed.lost.len()), paths);
        }
        drop(tree);
        self.commit_rows()
    }

    /// Whether equal content written now would get the same key: older content stays under older keys.
    fn is_of_this_epoch(&self, chunk: &Wanted) -> bool {
        chunks::open(self, chunk)
            .is_ok_and(|plain| self.keys().chunks.reference(&plain).to_bytes() == chunk.reference.to_bytes())
    }

    /// Moves what is sound out of damaged packs and sets these aside.
    fn set_aside(&self, healed: &Healed, report: &mut Report) -> Result<()> {
        let known: HashMap<PackNumber, _> = self.packs.known().into_iter().collect();
        let damaged: Vec<PackNumber> =
            healed.damaged_packs.iter().copied().filter(|number| known.contains_key(number)).collect();
        if damaged.is_empty() {
            return Ok(());
        }
        let moving: Vec<&Wanted> = healed.sound.iter().filter(|chunk| damaged.contains(&chunk.place.pack)).collect();
        self.move_chunks(&moving)?;
        for number in damaged {
            // Without the object there is nothing to set aside.
            if self.packs.bytes(number).is_ok() {
                self.packs.quarantine(number)?;
            }
            let what = format!("pack {} is damaged and was set aside in quarantine", known[&number]);
            report.add(Severity::Note, what, Vec::new());
            let mut tree = self.tree.lock();
            tree.begin()?;
            index::remove_pack(&tree.db, number)?;
        }
        self.commit_rows()
    }
}

fn cipher_of<'a>(own: &'a SpaceKeys, epochs: &'a [SpaceKeys], epoch: u32) -> Option<&'a RecordCipher> {
    let older = || epochs.iter().find(|keys| keys.epoch == epoch).map(|keys| &keys.records);
    if own.epoch == epoch { Some(&own.records) } else { older() }
}

/// All chunks that extents name.
fn needed(db: &rusqlite::Connection) -> Result<HashSet<i64>> {
    let mut query = db.prepare("SELECT DISTINCT chunk FROM extents WHERE chunk >= 0")?;
    let ids = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

fn copy(chunk: &Wanted) -> Wanted {
    Wanted { reference: ChunkRef::from_bytes(&chunk.reference.to_bytes()), ..*chunk }
}
