//! A bag in a folder of its own, and files to drop into it.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cartable_ent::account::Account;
use cartable_ent::collect::How;
use cartable_ent::collection::Collection;
use cartable_ent::format::pix::CODES;
use cartable_ent::inbox::{FOLDER, Taken, sweep};
use cartable_ent::platform::http::Manners;
use cartable_ent::record::{Platform, SourceId};
use cartable_ent::view::{Kept, Lang};
use cartable_fs::bag::{Bag, Code, Secret, SpaceId, StateFolder, Suite};
use cartable_fs::{Attr, Caller, Kind, Name, NodeId, SetAttr, Space, WriteTimes};
use cartable_share::{Access, Change};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

pub(crate) const LSU: &[u8] = include_bytes!("../data/lsu-class.xml");
pub(crate) const REST: Duration = Duration::from_secs(5);
/// A day in November 2026, in seconds since 1970.
const NOW: i64 = 1_794_900_000;

pub(crate) fn how() -> How {
    How { lang: Lang::Fr, now: NOW, manners: Manners::default() }
}

/// As [`how`], at a time so many seconds from the clock's.
pub(crate) fn how_in(seconds: u64) -> How {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + seconds;
    How { now: i64::try_from(now).unwrap(), ..how() }
}

pub(crate) struct World {
    pub(crate) bag: Bag,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = Arc::new(StateFolder::open(&folder.path().join("state")).unwrap());
        let owner = Secret::Recovery(Code::random());
        let bag = Bag::create(&folder.path().join("bag"), Suite::ChaCha20Poly1305, &[&owner], &state, 1).unwrap();
        Self { bag, folder }
    }

    pub(crate) fn home(&self) -> Arc<Space> {
        self.bag.open_home().unwrap()
    }

    pub(crate) fn access(&self) -> Access {
        self.bag.access().unwrap()
    }

    pub(crate) fn change(&self) -> Change {
        self.access().change().unwrap()
    }

    /// What lies at a path below home.
    pub(crate) fn find(&self, path: &str) -> Option<Attr> {
        let mut at = self.home().attr(&self.access(), NodeId::ROOT).unwrap();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = self.home().find(&self.access(), at.id, Name::new(name.as_bytes()).unwrap()).ok()?;
        }
        Some(at)
    }

    /// The names in a folder of home, sorted.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let entries = self.home().entries(&self.access(), self.find(path).unwrap().id).unwrap();
        let mut names: Vec<_> =
            entries.into_iter().map(|(name, _)| String::from_utf8_lossy(&name).into_owned()).collect();
        names.sort();
        names
    }

    /// Puts a file into the inbox, or new contents into one that is there.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> NodeId {
        let path = format!("{FOLDER}/{name}");
        let (folders, own) = path.rsplit_once('/').unwrap();
        let own = Name::new(own.as_bytes()).unwrap();
        let caller = Caller { uid: 0, gid: 0, umask: 0 };
        let id = match self.find(&path) {
            Some(there) => there.id,
            None => {
                let mut at = NodeId::ROOT;
                for folder in folders.split('/') {
                    let folder = Name::new(folder.as_bytes()).unwrap();
                    at = match self.home().find(&self.access(), at, folder) {
                        Ok(there) => there.id,
                        Err(_) => self.home().make_folder(&self.change(), at, folder, 0o755, caller).unwrap().id,
                    };
                }
                let made = self.home().make_node(&self.change(), at, own, 0o644, 0, caller).unwrap();
                self.home().unpin(made.id, 1);
                made.id
            }
        };
        self.resize(id, 0);
        self.home().write(&self.change(), id, 0, bytes, WriteTimes::Now, false).unwrap();
        id
    }

    pub(crate) fn resize(&self, id: NodeId, size: u64) {
        let set = SetAttr { size: Some(size), ..SetAttr::default() };
        self.home().set_attr(&self.change(), id, &set).unwrap();
    }

    /// What is in a file of the inbox.
    pub(crate) fn text(&self, name: &str) -> String {
        let attr = self.find(&format!("{FOLDER}/{name}")).unwrap_or_else(|| panic!("{name} is not there"));
        assert_eq!(attr.kind, Kind::File);
        let mut bytes = vec![0; usize::try_from(attr.size).unwrap()];
        let read = self.home().read(&self.access(), attr.id, 0, &mut bytes).unwrap();
        bytes.truncate(read);
        String::from_utf8(bytes).unwrap()
    }

    /// A round when everything came to rest.
    pub(crate) fn sweep(&self) -> Vec<Taken> {
        sweep(&self.bag, &how_in(3600), REST).unwrap()
    }

    pub(crate) fn has_collection(&self) -> bool {
        Collection::open(&self.bag).unwrap().is_some()
    }

    fn collection(&self) -> Collection {
        Collection::open(&self.bag).unwrap().unwrap()
    }

    pub(crate) fn account(&self) -> Account {
        let all = Account::all(&self.home(), &self.access()).unwrap();
        all.into_iter().find(|account| account.platform == Platform::Inbox).unwrap()
    }

    pub(crate) fn records(&self) -> Vec<Kept> {
        let mut records = Vec::new();
        self.collection().each_piece(&self.account().name, |kept| records.push(kept)).unwrap();
        records
    }

    /// How many values of a kind the space of what is collected has.
    pub(crate) fn rows(&self, kind: &str) -> usize {
        let id = self.home().kept(&self.access(), "setting", b"collected space").unwrap().unwrap().data;
        let space = self.bag.open_space(&SpaceId::from_bytes(id.try_into().unwrap())).unwrap();
        let mut count = 0;
        let count_one = |_: &[u8]| {
            count += 1;
            true
        };
        space.kept_under(&self.access(), kind, &[], count_one).unwrap();
        count
    }

    pub(crate) fn source(&self, id: SourceId) -> Vec<u8> {
        self.collection().source(id).unwrap()
    }
}

/// Results of Pix of two people.
pub(crate) fn pix_results() -> String {
    let levels = CODES.map(|_| "3").join(";");
    let line = |number, first, last| format!("{number};{first};{last};14/03/2026;412;{levels}\n");
    let headings = format!("Num\u{E9}ro de certification;Pr\u{E9}nom;Nom;Date;Nombre de Pix;{}\n", CODES.join(";"));
    headings + &line("11", "Zo\u{E9}", "Test") + &line("12", "Ali", "Essai")
}

/// A gzipped tar of these files.
pub(crate) fn tar_gz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for (name, bytes) in files {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        encoder.write_all(&header).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.write_all(&vec![0; bytes.len().next_multiple_of(512) - bytes.len()]).unwrap();
    }
    encoder.write_all(&[0; 1024]).unwrap();
    encoder.finish().unwrap()
}

/// A backup of a Moodle course.
pub(crate) fn backup() -> Vec<u8> {
    let questions = include_bytes!("../quiz/backup-questions.xml");
    let files = include_bytes!("../quiz/backup-files.xml");
    tar_gz(&[("moodle_backup.xml", b"<x/>"), ("questions.xml", questions), ("files.xml", files)])
}
