//! Checking a space: the database's pages, the tree's rows, and every byte of every chunk.
//!
//! The rows are checked under the tree's lock as they stand in memory; chunks are read without it. Nothing is changed.
//! What the database itself fails to answer is a finding, so that one damaged page does not hide the rest.

pub(crate) mod chunks;
mod packs;
mod paths;
mod repair;
mod report;
mod tree;

use cartable_share::Access;
use cartable_store::index;
use rusqlite::Connection;

pub use report::{Finding, Progress, Report, Severity};

pub(crate) use paths::Paths;

use crate::error::{FsError, Result};
use crate::space::{Shared, Space};

impl Space {
    /// Makes everything durable and checks all that is stored. The drive may be in use meanwhile.
    ///
    /// # Errors
    /// What keeps the check itself from going on: [`FsError::Stopped`] and [`FsError::Io`]. What it finds is in the
    /// report.
    pub fn check(&self, access: &Access, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        let _alone = self.shared.upkeep.lock();
        self.sync_all(access)?;
        self.shared.check(progress)
    }
}

impl Shared {
    fn check(&self, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        let mut report = Report::default();
        let Some((wanted, known)) = self.check_rows(&mut report)? else { return Ok(report) };
        let differing = packs::known(self, &known, &wanted, &mut report)?;
        if !differing.is_empty() {
            let what = format!("the packs say something else of {} chunks than the index", differing.len());
            report.add(Severity::Damage, what, packs::touched(self, &differing)?);
        }
        packs::strays(&self.packs, &mut report)?;
        let mut bad = Vec::new();
        report.bytes_read = chunks::read_all(self, &wanted, progress, |chunk, error| {
            bad.push((chunk.id, told(&error)));
        });
        if !bad.is_empty() {
            let tree = self.tree.lock();
            let paths = Paths::load(&tree.db)?;
            self.unfindable.lock().extend(bad.iter().map(|(id, _)| *id));
            let touching = paths.by_chunk(&tree.db, &bad.iter().map(|(id, _)| *id).collect())?;
            for (id, error) in bad {
                let touched = touching.get(&id).cloned().unwrap_or_default();
                let severity = if touched.is_empty() { Severity::Note } else { Severity::Damage };
                report.add(severity, error, touched);
            }
        }
        Ok(report)
    }

    /// Checks the database. `None` when it does not even tell its chunks.
    fn check_rows(&self, report: &mut Report) -> Result<Option<(Vec<chunks::Wanted>, Vec<cartable_store::KnownPack>)>> {
        let mut tree = self.tree_of_now()?;
        if !tree.in_batch && !self.reading {
            tree.checkpoint("PASSIVE")?;
        }
        let db = &tree.db;
        for pragma in ["cipher_integrity_check", "integrity_check"] {
            if let Some(problems) = noted(report, said(db, pragma))? {
                for problem in problems {
                    report.add(Severity::Damage, format!("the database: {problem}"), Vec::new());
                }
            }
        }
        if let Some(paths) = noted(report, Paths::load(db))? {
            let rows = tree::nodes(db, &paths, report).and_then(|()| tree::extents(db, &paths, report));
            noted(report, rows)?;
        }
        let known = noted(report, index::packs(db).map_err(FsError::from))?;
        let chunks = noted(report, chunks::indexed(db))?;
        let (Some(known), Some((wanted, senseless))) = (known, chunks) else { return Ok(None) };
        report.chunks = (wanted.len() + senseless.len()) as u64;
        for id in senseless {
            report.add(Severity::Damage, format!("the row of chunk {id} makes no sense"), Vec::new());
        }
        Ok(Some((wanted, known)))
    }
}

impl Space {
    /// Reads all pages of the database and checks that they agree with each other.
    ///
    /// # Errors
    /// [`FsError::Damaged`] when they do not.
    pub(crate) fn quick_check(&self) -> Result<()> {
        match said(&self.shared.tree.lock().db, "quick_check")?.first() {
            Some(problem) => Err(FsError::Damaged(format!("the database: {problem}"))),
            None => Ok(()),
        }
    }
}

/// Lines that an integrity check says, without its "ok".
fn said(db: &Connection, pragma: &str) -> Result<Vec<String>> {
    let mut query = db.prepare(&format!("PRAGMA {pragma}"))?;
    let lines = query.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// The cause of an error, where the error itself only names the layer.
fn told(error: &FsError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Makes a finding of what the database fails to answer.
fn noted<T>(report: &mut Report, result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(FsError::Database(error)) => {
            report.add(Severity::Damage, format!("the database: {error}"), Vec::new());
            Ok(None)
        }
        Err(FsError::Damaged(what)) => {
            report.add(Severity::Damage, what, Vec::new());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
