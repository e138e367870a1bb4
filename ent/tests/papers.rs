//! Connectors of calendars and of Pix against servers on loopback, and files of the inbox from recognition to records.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "papers/calendar.rs"]
mod calendar;
#[path = "papers/inbox.rs"]
mod inbox;
#[path = "papers/pix.rs"]
mod pix;

use std::collections::BTreeMap;
use std::time::Duration;

use cartable_ent::connector::{Connector, Failure, Secret, Sink};
use cartable_ent::platform::http::Manners;
use cartable_ent::record::{Piece, SourceId};

fn manners() -> Manners {
    Manners { gap: Duration::ZERO, patience: Duration::from_secs(20), ..Manners::default() }
}

fn collect(connector: &mut impl Connector, kept: &mut Kept) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(connector.collect(kept))
}

/// What connectors of papers hand over: no files come in parts, and no secret changes.
#[derive(Default)]
struct Kept {
    sources: Vec<Vec<u8>>,
    pieces: Vec<Piece>,
    notes: BTreeMap<String, String>,
    /// How many pieces are taken before the disk is full.
    room: Option<usize>,
}

impl Sink for Kept {
    fn source(&mut self, bytes: &[u8], _: &str) -> Result<SourceId, Failure> {
        self.sources.push(bytes.to_vec());
        Ok(SourceId::of(bytes))
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Failure> {
        assert!(self.sources.iter().any(|source| SourceId::of(source) == piece.source), "{}", piece.key);
        if self.room.is_some_and(|room| self.pieces.len() >= room) {
            return Err(Failure::Keep("full".into()));
        }
        self.pieces.push(piece);
        Ok(())
    }

    fn has_file(&mut self, _: &str, _: &str) -> Result<Option<SourceId>, Failure> {
        unreachable!()
    }

    fn begin_file(&mut self, _: &str, _: &str) -> Result<u64, Failure> {
        unreachable!()
    }

    fn file_bytes(&mut self, _: &str, _: &[u8]) -> Result<(), Failure> {
        unreachable!()
    }

    fn restart_file(&mut self, _: &str) -> Result<(), Failure> {
        unreachable!()
    }

    fn finish_file(&mut self, _: &str) -> Result<SourceId, Failure> {
        unreachable!()
    }

    fn save_secret(&mut self, _: &Secret) -> Result<(), Failure> {
        unreachable!()
    }

    fn noted(&mut self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.notes.get(name).cloned())
    }

    fn note(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.notes.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn progress(&mut self, _: &str, _: u64, _: u64) {}
}
