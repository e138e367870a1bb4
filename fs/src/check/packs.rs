//! Checks packs: their lengths, what their own record headers say, and objects that the index does not know.

use std::collections::{HashMap, HashSet};

use cartable_store::{KnownPack, Packs, Scan};

use super::chunks::Wanted;
use super::{Paths, Report, Severity};
use crate::error::Result;
use crate::space::Shared;

/// Chunks of the index by the pack they are said to lie in.
type ByPack<'a> = HashMap<u32, Vec<&'a Wanted>>;

/// Checks the packs of the index. Returns chunks whose record headers say something else than the index.
pub(super) fn known(
    shared: &Shared,
    known: &[KnownPack],
    wanted: &[Wanted],
    report: &mut Report,
) -> Result<HashSet<i64>> {
    let mut by_pack: ByPack<'_> = HashMap::new();
    for chunk in wanted {
        by_pack.entry(chunk.place.pack).or_default().push(chunk);
    }
    let (keys, writing) = (shared.keys(), shared.packs.open_pack());
    let mut differing = HashSet::new();
    report.packs = known.len() as u64;
    for pack in known {
        let chunks = by_pack.remove(&pack.number).unwrap_or_default();
        let severity = if chunks.is_empty() { Severity::Note } else { Severity::Damage };
        let bytes = match shared.packs.bytes(pack.number) {
            Ok(bytes) => bytes,
            Err(error) => {
                report.add(severity, format!("pack {} can't be read: {error}", pack.name), Vec::new());
                continue;
            }
        };
        if pack.closed && bytes != pack.bytes {
            let what = format!("pack {} has {bytes} bytes instead of {}", pack.name, pack.bytes);
            report.add(Severity::Note, what, Vec::new());
        }
        if pack.epoch != keys.epoch || writing == Some(pack.number) {
            continue;
        }
        match Scan::read(shared.packs.backend(), &pack.name, |_| Some(&keys.records)) {
            Ok(scan) => {
                if let Some(at) = scan.torn_at {
                    let severity = if pack.closed { Severity::Damage } else { Severity::Note };
                    report.add(
                        severity,
                        format!("pack {} has no readable records from byte {at} on", pack.name),
                        Vec::new(),
                    );
                }
                differing.extend(differences(&scan, &chunks));
            }
            Err(error) => report.add(severity, format!("pack {}: {error}", pack.name), Vec::new()),
        }
    }
    for (number, chunks) in by_pack {
        let what = format!("pack number {number}, in which {} chunks lie, is not in the index", chunks.len());
        report.add(Severity::Damage, what, Vec::new());
    }
    Ok(differing)
}

/// Chunks that stand before the torn tail and of which the pack says something else than the index.
fn differences(scan: &Scan, chunks: &[&Wanted]) -> Vec<i64> {
    let records: HashMap<u64, _> = scan.records.iter().map(|record| (record.offset, record)).collect();
    let end = scan.torn_at.unwrap_or(u64::MAX);
    let agrees = |chunk: &Wanted| {
        records.get(&chunk.place.offset).is_some_and(|record| {
            record.id == chunk.id
                && record.plain_bytes == chunk.place.plain_bytes
                && record.reference.to_bytes() == chunk.reference.to_bytes()
        })
    };
    chunks.iter().filter(|chunk| chunk.place.offset < end && !agrees(chunk)).map(|chunk| chunk.id).collect()
}

/// Tells of objects that the index does not know.
pub(super) fn strays(packs: &Packs, report: &mut Report) -> Result<()> {
    let (strays, others) = packs.strays()?;
    if !strays.is_empty() {
        let what = format!("{} packs are not in the index: left by a crash, or by an older state", strays.len());
        report.add(Severity::Note, what, Vec::new());
    }
    for other in others {
        report.add(Severity::Note, format!("{other} lies among the packs and is none"), Vec::new());
    }
    Ok(())
}

/// Paths of the files that name chunks of `ids`.
pub(super) fn touched(shared: &Shared, ids: &HashSet<i64>) -> Result<Vec<String>> {
    let tree = shared.tree.lock();
    Paths::load(&tree.db)?.of_chunks(&tree.db, ids)
}
