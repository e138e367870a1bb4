//! What of a bag must be the same: its records, and the files that show them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use cartable_ent::account::Account;
use cartable_ent::collection::Collection;
use cartable_ent::record::{Record, SourceId};
use cartable_ent::view::Kept;
use cartable_fs::bag::Bag;
use cartable_fs::{Kind, NodeId, Space};
use cartable_platforms::pronote;
use cartable_share::Access;

/// What a bag holds of platforms.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// Records in their latest versions, by account, kind and key.
    pub records: BTreeMap<String, String>,
    /// Files at home's top, by path.
    pub files: BTreeMap<String, File>,
}

/// A file of a view.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Its contents.
    pub bytes: Vec<u8>,
    /// When it was changed, in seconds since 1970.
    pub modified: i64,
    /// What it says of its origin, without the name of the raw answer.
    pub attributes: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Seen {
    /// Panics, with the names that differ, when another bag holds anything else.
    pub fn assert_same(&self, other: &Self, after: &str) {
        differ(&self.records, &other.records, after);
        differ(&self.files, &other.files, after);
    }
}

fn differ<V: PartialEq>(one: &BTreeMap<String, V>, other: &BTreeMap<String, V>, after: &str) {
    let lost: Vec<_> = one.keys().filter(|key| !other.contains_key(*key)).collect();
    let more: Vec<_> = other.keys().filter(|key| !one.contains_key(*key)).collect();
    let changed: Vec<_> = one.iter().filter(|(key, value)| other.get(*key).is_some_and(|it| it != *value)).collect();
    let changed: Vec<_> = changed.into_iter().map(|(key, _)| key).collect();
    assert!(
        lost.is_empty() && more.is_empty() && changed.is_empty(),
        "{after}:\nlost {lost:#?}\nmore {more:#?}\nchanged {changed:#?}"
    );
}

/// What an open bag holds of platforms. The raw answer that a record came from, and what was dropped
/// from that, are left out: platforms give a different one each time, as they do of a PDF that they make.
#[must_use]
pub fn seen(bag: &Bag) -> Seen {
    let collection = Collection::open(bag).expect("a collection opens").expect("something was collected");
    let (mut records, mut made) = (BTreeMap::new(), BTreeMap::new());
    for account in Account::all(collection.home(), collection.access()).expect("accounts are read") {
        let each = |kept: Kept| {
            let origin = &kept.origin;
            let name = format!("{}/{}/{}", origin.account.0, kept.record.kind(), origin.key);
            let record = of_no_generation(&collection, &kept, &mut made);
            let text =
                format!("{record:?} {:?} {:?} {:?} {}", origin.school, origin.year, origin.pupil, origin.fetched);
            assert!(records.insert(name, text).is_none(), "a record is there twice");
            collection.source(origin.source).expect("the raw answer is there");
        };
        collection.each_piece(&account.name, each).expect("records are read");
    }
    let (home, access) = (bag.open_home().expect("home opens"), bag.access().expect("an owner may edit"));
    let mut files = BTreeMap::new();
    for (folder, link) in home.links() {
        let top = home.entries(&access, NodeId::ROOT).expect("home is listed");
        let name = top.into_iter().find(|(_, attr)| attr.id == folder).expect("a link is at the top").0;
        let space = bag.open_space(&link.space).expect("a space opens");
        assert_eq!(halves(&space, &access), 0, "files that came whole leave no half");
        below(&space, &access, link.target, &String::from_utf8_lossy(&name), &mut files);
    }
    for file in files.values_mut() {
        file.bytes = pronote::of_no_generation(&file.bytes).unwrap_or_else(|| renamed(&file.bytes, &made));
    }
    Seen { records, files }
}

/// A record whose PDF is the same whenever it was made; `made` hears the name of its PDF and the hash of the record, each with the one
/// that stands for it.
fn of_no_generation(collection: &Collection, kept: &Kept, made: &mut BTreeMap<String, String>) -> Record {
    let mut record = kept.record.clone();
    if let Record::ReportCard(report) = &mut record
        && let Some(pdf) = &mut report.pdf
        && let Some(bytes) = pronote::of_no_generation(&collection.source(*pdf).expect("the PDF is there"))
    {
        let name = SourceId::of(&bytes);
        made.insert(pdf.text(), name.text());
        *pdf = name;
        let text = format!("{record:?}");
        made.insert(kept.origin.hash.clone(), SourceId::of(text.as_bytes()).text());
    }
    record
}

/// A file of a view with other names of PDFs in it.
fn renamed(file: &[u8], made: &BTreeMap<String, String>) -> Vec<u8> {
    match std::str::from_utf8(file) {
        Ok(text) => made.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)).into_bytes(),
        Err(_) => file.to_vec(),
    }
}

/// How many files lie in a space that did not come whole.
fn halves(space: &Arc<Space>, access: &Access) -> usize {
    let top = space.entries(access, NodeId::ROOT).expect("a space is listed");
    let folder = top.into_iter().find(|(name, _)| name == b".partial");
    folder.map_or(0, |(_, attr)| space.entries(access, attr.id).expect("a folder is listed").len())
}

fn below(space: &Arc<Space>, access: &Access, folder: NodeId, path: &str, files: &mut BTreeMap<String, File>) {
    for (name, attr) in space.entries(access, folder).expect("a folder is listed") {
        let path = format!("{path}/{}", String::from_utf8(name).expect("names are UTF-8"));
        if attr.kind == Kind::Folder {
            below(space, access, attr.id, &path, files);
            continue;
        }
        let attributes = space.xattrs(access, attr.id, b"user.").expect("attributes are read");
        let attributes = attributes.into_iter().filter(|(name, _)| !name.ends_with(b"source")).collect();
        let bytes = contents(space, access, attr.id, attr.size);
        files.insert(path, File { bytes, modified: attr.modified.seconds, attributes });
    }
}

fn contents(space: &Space, access: &Access, id: NodeId, size: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(size).expect("a small file")];
    let mut at = 0;
    while at < bytes.len() {
        let read = space.read(access, id, at as u64, &mut bytes[at..]).expect("a file is read");
        assert!(read > 0, "a file is as long as it says");
        at += read;
    }
    bytes
}

/// The first bytes of a word, by which it is looked for.
const START: usize = 8;

/// Which of these words, each of at least eight bytes, stand open in any file below a folder, or in its name.
#[must_use]
pub fn open_words(folder: &Path, words: &[String]) -> Vec<String> {
    let mut starts: HashMap<&[u8], Vec<&str>> = HashMap::new();
    for word in words {
        starts.entry(&word.as_bytes()[..START]).or_default().push(word);
    }
    let mut found = Vec::new();
    let mut firsts = vec![false; 1 << 16];
    for start in starts.keys() {
        firsts[usize::from(start[0]) << 8 | usize::from(start[1])] = true;
    }
    open_below(folder, &starts, &firsts, &mut found);
    found
}

fn open_below(folder: &Path, starts: &HashMap<&[u8], Vec<&str>>, firsts: &[bool], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder is listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            open_below(&path, starts, firsts, found);
            continue;
        }
        let mut bytes = path.to_string_lossy().into_owned().into_bytes();
        bytes.extend(std::fs::read(&path).expect("a file is read"));
        for (at, start) in bytes.windows(START).enumerate() {
            // Most places are passed over by two bytes alone.
            if !firsts[usize::from(start[0]) << 8 | usize::from(start[1])] {
                continue;
            }
            let words = starts.get(start).into_iter().flatten();
            let open = words.filter(|word| bytes[at..].starts_with(word.as_bytes()));
            found.extend(open.map(|word| format!("{word} in {}", path.display())));
        }
    }
}
