//! What calendars and address books hold at one moment, and what they held before, for clients that ask what changed (RFC 6578).
//!
//! It is read again when its source says that it changed, and gone when the bag is closed. States from before are remembered as names and
//! entity tags, the last few of them; a client that knows none of these begins anew.

use std::collections::VecDeque;
use std::sync::Arc;

use cartable_fs::bag::{Bag, BagError};
use parking_lot::Mutex;

use super::{Agenda, Collection, Object};

/// The most states of one opening of the bag that are remembered.
const STATES: usize = 16;
/// The most names that all of them may hold.
const NAMES: usize = 200_000;
/// The most objects of one collection; what is beyond is not shown.
const OBJECTS: usize = 100_000;

/// All collections, as they are.
#[derive(Debug)]
pub(crate) struct Snapshot {
    state: Vec<u8>,
    pub(super) collections: Vec<Shown>,
}

/// A collection, its objects by name.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) collection: Collection,
    /// Of each object its entity tag, with its quotes.
    etags: Vec<String>,
    /// Names the state that it is in: the same for the same objects, whenever it was read.
    pub(super) tag: String,
}

/// What a collection held before.
#[derive(Debug)]
struct Past {
    id: String,
    tag: String,
    /// Names and entity tags, by name.
    objects: Vec<(String, String)>,
}

/// What changed in a collection.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    /// Which of its objects are new, or other than they were.
    pub(super) new: Vec<usize>,
    /// The names of those that went.
    pub(super) gone: Vec<String>,
}

/// Keeps what was read, as long as a bag is open.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    now: Option<Arc<Snapshot>>,
    /// The latest last.
    past: VecDeque<Past>,
}

impl Cache {
    /// What `agenda` holds. Who comes while it is read waits for it.
    ///
    /// # Errors
    /// Those of [`Agenda`].
    pub(crate) fn snapshot(&self, agenda: &dyn Agenda, bag: &Bag) -> Result<Arc<Snapshot>, BagError> {
        let mut inner = self.0.lock();
        // Before it is read: what changes meanwhile makes another state, and it is read again.
        let state = agenda.state(bag)?;
        if let Some(now) = inner.now.as_ref().filter(|now| now.state == state) {
            return Ok(Arc::clone(now));
        }
        let snapshot = Arc::new(Snapshot::new(state, agenda.collections(bag)?));
        if let Some(before) = inner.now.replace(Arc::clone(&snapshot)) {
            for shown in &before.collections {
                if snapshot.find(&shown.collection.id).is_none_or(|now| now.tag != shown.tag) {
                    inner.remember(shown);
                }
            }
        }
        Ok(snapshot)
    }

    /// What changed in a collection since the state of that tag; none where that is not remembered.
    pub(super) fn changes(&self, now: &Shown, since: &str) -> Option<Changes> {
        if now.tag == since {
            return Some(Changes { new: Vec::new(), gone: Vec::new() });
        }
        let inner = self.0.lock();
        let past = inner.past.iter().rev().find(|past| past.id == now.collection.id && past.tag == since)?;
        let before = |name: &str| {
            let at = past.objects.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
            past.objects.get(at).map(|(_, etag)| etag.as_str())
        };
        let new = now.objects().enumerate().filter(|(_, (object, etag))| before(&object.name) != Some(*etag));
        let gone = past.objects.iter().filter(|(name, _)| now.find(name).is_none());
        Some(Changes { new: new.map(|(at, _)| at).collect(), gone: gone.map(|(name, _)| name.clone()).collect() })
    }
}

impl Inner {
    fn remember(&mut self, shown: &Shown) {
        let objects = shown.objects().map(|(object, etag)| (object.name.clone(), etag.to_owned())).collect();
        self.past.push_back(Past { id: shown.collection.id.clone(), tag: shown.tag.clone(), objects });
        let names = |past: &VecDeque<Past>| past.iter().map(|past| past.objects.len()).sum::<usize>();
        while self.past.len() > STATES || names(&self.past) > NAMES {
            self.past.pop_front();
        }
    }
}

impl Snapshot {
    pub(super) fn new(state: Vec<u8>, mut collections: Vec<Collection>) -> Self {
        collections.retain(|collection| is_plain(&collection.id));
        collections.sort_by(|one, other| one.id.cmp(&other.id));
        collections.dedup_by(|one, other| one.id == other.id);
        Self { state, collections: collections.into_iter().map(Shown::new).collect() }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Shown> {
        self.collections.iter().find(|shown| shown.collection.id == id)
    }
}

impl Shown {
    fn new(mut collection: Collection) -> Self {
        let objects = &mut collection.objects;
        objects.retain(|object| is_plain(&object.name));
        objects.sort_by(|one, other| one.name.cmp(&other.name));
        objects.dedup_by(|one, other| one.name == other.name);
        objects.truncate(OBJECTS);
        let mut all = blake3::Hasher::new();
        let mut etags = Vec::with_capacity(objects.len());
        for object in objects.iter() {
            let hash = blake3::hash(object.data.as_bytes());
            all.update(object.name.as_bytes()).update(&[0]).update(hash.as_bytes());
            etags.push(format!("\"{}\"", &hash.to_hex()[..32]));
        }
        Self { tag: all.finalize().to_hex()[..32].to_owned(), etags, collection }
    }

    /// All objects with their entity tags, by name.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&Object, &str)> {
        self.collection.objects.iter().zip(self.etags.iter().map(String::as_str))
    }

    /// An object and its entity tag.
    pub(super) fn at(&self, index: usize) -> Option<(&Object, &str)> {
        Some((self.collection.objects.get(index)?, self.etags.get(index)?))
    }

    /// The object of that name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.collection.objects.binary_search_by(|object| object.name.as_str().cmp(name)).ok()
    }
}

/// Whether a name can stand in a path as it is.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (1..=200).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}
