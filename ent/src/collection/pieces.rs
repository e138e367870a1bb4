//! Records and their versions.

use cartable_fs::Space;
use cartable_share::Access;
use serde::{Deserialize, Serialize};

use super::{Collection, KeepError};
use crate::record::{AccountId, Origin, Piece, Platform, SourceId, Uai};
use crate::view::{Kept, Unit, units};

/// Between the parts of a key: a character that no name has.
pub(super) const BETWEEN: u8 = 0x1f;

/// Who a record is collected for.
#[derive(Debug, Clone)]
pub(super) struct Whose {
    /// The kind of platform.
    pub platform: Platform,
    /// The account.
    pub account: AccountId,
    /// The school's number, where the account says it.
    pub uai: Option<Uai>,
    /// When, in seconds since 1970.
    pub now: i64,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    New,
    Changed,
    Same,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    record: crate::record::Record,
    origin: Origin,
}

impl Collection {
    /// Keeps a record, as a new version where it differs from what is known. `sources` is called before that with the raw answers that it
    /// refers to.
    pub(super) fn keep_piece(
        &self,
        whose: &Whose,
        piece: Piece,
        sources: &mut dyn FnMut(SourceId, &str) -> Result<(), KeepError>,
    ) -> Result<Became, KeepError> {
        let damaged = |_| KeepError::Damaged("a record");
        let text = serde_json::to_string(&piece.record).map_err(damaged)?;
        let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
        let key = key(&whose.account, piece.record.kind(), &piece.key);
        let known = self.space.kept(&self.access, "piece", &key)?;
        let before = known.as_ref().map(|kept| read(&kept.data)).transpose()?;
        // An answer that was read in part may have told the fact and not where it belongs.
        let is_same = |before: &Kept| {
            let origin = &before.origin;
            origin.hash == hash
                && (origin.year, &origin.school, &origin.pupil) == (piece.year, &piece.school, &piece.pupil)
        };
        if before.as_ref().is_some_and(is_same) {
            return Ok(Became::Same);
        }
        sources(piece.source, &text)?;
        let Piece { key: natural, year, school, pupil, record, source, dropped } = piece;
        let origin = Origin {
            platform: whose.platform,
            account: whose.account.clone(),
            uai: whose.uai.clone(),
            school,
            pupil,
            year,
            fetched: whose.now,
            key: natural,
            hash,
            source,
            dropped,
        };
        let kept = Kept { record, origin };
        let mut shown = units(&kept);
        shown.extend(before.iter().flat_map(units));
        for unit in &shown {
            self.space.keep(&self.change, "stale", &unit_key(unit)?, 1, &[])?;
        }
        for unit in &shown {
            self.space.keep(&self.change, "member", &member_key(unit, &key)?, 1, &[])?;
        }
        let version = known.as_ref().map_or(0, |kept| kept.version) + 1;
        let Kept { record, origin } = kept;
        let stored = serde_json::to_vec(&Stored { record, origin }).map_err(damaged)?;
        self.space.keep(&self.change, "piece", &key, version, &stored)?;
        Ok(if before.is_some() { Became::Changed } else { Became::New })
    }

    /// The records that a unit shows, in their latest versions.
    pub(super) fn members(&self, unit: &Unit) -> Result<Vec<Kept>, KeepError> {
        let prefix = member_key(unit, &[])?;
        let mut keys = Vec::new();
        self.space.kept_under(&self.access, "member", &prefix, |key| {
            keys.push(key[prefix.len()..].to_vec());
            true
        })?;
        let mut found = Vec::new();
        for key in keys {
            // A crash may have left a member whose record was not written.
            if let Some(kept) = self.space.kept(&self.access, "piece", &key)? {
                found.push(read(&kept.data)?);
            }
        }
        Ok(found)
    }

    /// All states that a record had, the first one first: `kind` and `natural` are those of [`crate::record::Record::kind`] and of
    /// [`Origin::key`]. None for a record that is not known.
    ///
    /// # Errors
    /// Those of reading.
    pub fn versions(&self, account: &AccountId, kind: &str, natural: &str) -> Result<Vec<Kept>, KeepError> {
        let kept = self.space.kept_versions(&self.access, "piece", &key(account, kind, natural))?;
        kept.iter().map(|kept| read(&kept.data)).collect()
    }

    /// Calls `each` with all records of an account, in their latest versions.
    ///
    /// # Errors
    /// Those of reading.
    pub fn each_piece(&self, account: &AccountId, mut each: impl FnMut(Kept)) -> Result<(), KeepError> {
        let mut prefix = account.0.as_bytes().to_vec();
        prefix.push(BETWEEN);
        let mut keys = Vec::new();
        self.space.kept_under(&self.access, "piece", &prefix, |key| {
            keys.push(key.to_vec());
            true
        })?;
        for key in keys {
            if let Some(kept) = self.space.kept(&self.access, "piece", &key)? {
                each(read(&kept.data)?);
            }
        }
        Ok(())
    }
}

/// Calls `each` with the latest version of all records of these kinds, by account and key. One that is damaged is passed over: `check`
/// tells of it.
///
/// # Errors
/// Those of reading.
pub(crate) fn each_of(
    space: &Space,
    access: &Access,
    kinds: &[&str],
    mut each: impl FnMut(Kept),
) -> Result<(), KeepError> {
    let mut found = Vec::new();
    space.kept_of(access, "piece", |kept| {
        let kind = kept.key.split(|byte| *byte == BETWEEN).nth(1).unwrap_or_default();
        if kinds.iter().any(|wanted| wanted.as_bytes() == kind) {
            found.push(kept.data);
        }
        true
    })?;
    // The space is free for others meanwhile.
    found.iter().filter_map(|data| read(data).ok()).for_each(&mut each);
    Ok(())
}

fn read(data: &[u8]) -> Result<Kept, KeepError> {
    let Stored { record, origin } = serde_json::from_slice(data).map_err(|_| KeepError::Damaged("a record"))?;
    Ok(Kept { record, origin })
}

fn key(account: &AccountId, kind: &str, natural: &str) -> Vec<u8> {
    [account.0.as_bytes(), &[BETWEEN], kind.as_bytes(), &[BETWEEN], natural.as_bytes()].concat()
}

/// A unit as a key.
pub(super) fn unit_key(unit: &Unit) -> Result<Vec<u8>, KeepError> {
    serde_json::to_vec(unit).map_err(|_| KeepError::Damaged("a unit"))
}

fn member_key(unit: &Unit, piece: &[u8]) -> Result<Vec<u8>, KeepError> {
    let mut key = unit_key(unit)?;
    key.push(BETWEEN);
    key.extend_from_slice(piece);
    Ok(key)
}
