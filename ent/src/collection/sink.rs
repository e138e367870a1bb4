//! One run of a connector: what it hands over is kept as it comes.

use std::collections::BTreeMap;

use super::coming::Coming;
use super::pieces::{BETWEEN, Became, Whose};
use super::{Collection, KeepError};
use crate::account::{Account, Counts};
use crate::connector::{Failure, Secret, Sink};
use crate::record::{AccountId, Piece, SourceId};

/// Raw answers that wait in memory for a record that is new, in bytes: most say what is known.
const WAITING_BYTES: usize = 64 << 20;

/// Takes what the connector of an account collects.
pub struct Run<'a> {
    collection: &'a Collection,
    account: Account,
    /// Whether the account is not known yet: the first secret that is saved makes it known.
    is_new: bool,
    whose: Whose,
    waiting: BTreeMap<SourceId, Vec<u8>>,
    waiting_bytes: usize,
    coming: Option<Coming>,
    counts: Counts,
    tell: &'a mut (dyn FnMut(&str, u64, u64) + Send),
}

impl<'a> Run<'a> {
    /// Begins to collect for an account at `now`, in seconds since 1970; `tell` hears how far it is.
    pub fn begin(
        collection: &'a Collection,
        account: Account,
        now: i64,
        tell: &'a mut (dyn FnMut(&str, u64, u64) + Send),
    ) -> Self {
        let whose = Whose { platform: account.platform, account: account.name.clone(), uai: account.uai.clone(), now };
        let (waiting, counts) = (BTreeMap::new(), Counts::default());
        Self { collection, account, is_new: false, whose, waiting, waiting_bytes: 0, coming: None, counts, tell }
    }

    /// As [`Run::begin`], for an account that is known from the first secret on that is saved.
    pub(crate) fn first(
        collection: &'a Collection,
        account: Account,
        now: i64,
        tell: &'a mut (dyn FnMut(&str, u64, u64) + Send),
    ) -> Self {
        Self { is_new: true, ..Self::begin(collection, account, now, tell) }
    }

    /// What was kept, and the account as it is now.
    #[must_use]
    pub fn end(mut self) -> (Account, Counts) {
        if let Some(mut coming) = self.coming.take() {
            // What can't be written is asked for again.
            let _ = coming.put_away(self.collection);
        }
        (self.account, self.counts)
    }

    /// The file of that key, which was begun.
    fn coming(&mut self, key: &str) -> Result<&mut Coming, Failure> {
        let key = self.key(key);
        self.coming.as_mut().filter(|coming| coming.is(&key)).ok_or_else(|| Failure::Keep("no file was begun".into()))
    }

    fn key(&self, name: &str) -> Vec<u8> {
        key(&self.account.name, name)
    }
}

fn key(account: &AccountId, name: &str) -> Vec<u8> {
    [account.0.as_bytes(), &[BETWEEN], name.as_bytes()].concat()
}

impl Collection {
    /// What a connector noted for an account under a name.
    pub(crate) fn noted(&self, account: &AccountId, name: &str) -> Result<Option<String>, KeepError> {
        let kept = self.space.kept(&self.access, "note", &key(account, name))?;
        Ok(kept.and_then(|kept| String::from_utf8(kept.data).ok()))
    }

    /// Notes something for an account under a name.
    pub(super) fn keep_note(&self, account: &AccountId, name: &str, value: &str) -> Result<(), KeepError> {
        Ok(self.space.keep(&self.change, "note", &key(account, name), 1, value.as_bytes())?)
    }
}

impl Sink for Run<'_> {
    fn source(&mut self, bytes: &[u8], _media_type: &str) -> Result<SourceId, Failure> {
        let id = SourceId::of(bytes);
        if self.waiting.contains_key(&id) {
            return Ok(id);
        }
        if self.waiting_bytes + bytes.len() > WAITING_BYTES {
            for (id, bytes) in std::mem::take(&mut self.waiting) {
                self.collection.keep_source(id, &bytes).map_err(failed)?;
            }
            self.waiting_bytes = 0;
        }
        self.waiting_bytes += bytes.len();
        self.waiting.insert(id, bytes.to_vec());
        Ok(id)
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Failure> {
        let (collection, waiting) = (self.collection, &mut self.waiting);
        let waiting_bytes = &mut self.waiting_bytes;
        let mut keep = |source: SourceId, text: &str| {
            // The answer itself, and files that the record names.
            for id in std::iter::once(source).chain(named_in(text)) {
                if let Some(bytes) = waiting.remove(&id) {
                    *waiting_bytes -= bytes.len();
                    collection.keep_source(id, &bytes)?;
                }
            }
            Ok(())
        };
        match collection.keep_piece(&self.whose, piece, &mut keep).map_err(failed)? {
            Became::New => self.counts.new += 1,
            Became::Changed => self.counts.changed += 1,
            Became::Same => self.counts.same += 1,
        }
        Ok(())
    }

    fn has_file(&mut self, key: &str, version: &str) -> Result<Option<SourceId>, Failure> {
        self.collection.whole_file(&self.key(key), version).map_err(failed)
    }

    fn begin_file(&mut self, key: &str, version: &str) -> Result<u64, Failure> {
        if let Some(mut before) = self.coming.take() {
            before.put_away(self.collection).map_err(failed)?;
        }
        let (coming, bytes) = Coming::begin(self.collection, self.key(key), version).map_err(failed)?;
        self.coming = Some(coming);
        Ok(bytes)
    }

    fn file_bytes(&mut self, key: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.counts.bytes += bytes.len() as u64;
        let collection = self.collection;
        self.coming(key)?.take(collection, bytes).map_err(failed)
    }

    fn restart_file(&mut self, key: &str) -> Result<(), Failure> {
        let collection = self.collection;
        self.coming(key)?.restart(collection).map_err(failed)
    }

    fn finish_file(&mut self, key: &str) -> Result<SourceId, Failure> {
        self.coming(key)?;
        self.counts.files += 1;
        let coming = self.coming.take().ok_or_else(|| Failure::Keep("no file was begun".into()))?;
        coming.finish(self.collection).map_err(failed)
    }

    fn save_secret(&mut self, secret: &Secret) -> Result<(), Failure> {
        self.account.secret = secret.clone();
        let saved = match std::mem::take(&mut self.is_new) {
            true => self.collection.save(&self.account),
            false => self.collection.update(&self.account),
        };
        saved.map_err(failed)
    }

    fn noted(&mut self, name: &str) -> Result<Option<String>, Failure> {
        self.collection.noted(&self.account.name, name).map_err(failed)
    }

    fn note(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        if self.noted(name)?.as_deref() == Some(value) {
            return Ok(());
        }
        self.collection.keep_note(&self.account.name, name, value).map_err(failed)
    }

    fn progress(&mut self, what: &str, done: u64, total: u64) {
        (self.tell)(what, done, total);
    }
}

/// The files that a record may name: runs of 64 hexadecimal digits in quotes.
fn named_in(text: &str) -> impl Iterator<Item = SourceId> {
    text.split('"').filter_map(SourceId::parse)
}

fn failed(error: KeepError) -> Failure {
    Failure::Keep(error.to_string())
}
