//! The workloads. They run in this order: later ones use what earlier ones wrote.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cartable_benches::numbers::{Numbers, random};
use cartable_benches::turn::{Outcome, expect, warm_memory};

const BIG_BYTES: usize = 256 << 20;
const BLOCK_BYTES: usize = 1 << 20;
const REST: Duration = Duration::from_secs(1);
const PAGE_BYTES: usize = 4096;
const RANDOM_READS: usize = 4000;
const RANDOM_WRITES: usize = 8000;
const SMALL_FILES: usize = 5000;
const SMALL_FOLDERS: usize = 50;
const TREE_FILES: usize = 1500;
const TREE_FOLDERS: usize = 75;
const TREE_BYTES: usize = 54 << 20;
const SYNCED_FILES: usize = 300;
const COMMITS: usize = 200;
const SAVES: usize = 2000;
const SAVED_NAMES: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    Write,
    Read,
    RandomRead,
    RandomWrite,
    Create,
    Walk,
    ReadSmall,
    Untar,
    Grep,
    Synced,
    Sqlite,
    Save,
    Remove,
}

/// A drive to work on.
pub(crate) struct Work {
    folder: PathBuf,
    tar: PathBuf,
    seed: u64,
}

impl Workload {
    pub(crate) const ALL: [Self; 13] = [
        Self::Write,
        Self::Read,
        Self::RandomRead,
        Self::RandomWrite,
        Self::Create,
        Self::Walk,
        Self::ReadSmall,
        Self::Untar,
        Self::Grep,
        Self::Synced,
        Self::Sqlite,
        Self::Save,
        Self::Remove,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::RandomRead => "random-read",
            Self::RandomWrite => "random-write",
            Self::Create => "create",
            Self::Walk => "walk",
            Self::ReadSmall => "read-small",
            Self::Untar => "untar",
            Self::Grep => "grep",
            Self::Synced => "synced",
            Self::Sqlite => "sqlite",
            Self::Save => "save",
            Self::Remove => "remove",
        }
    }

    /// Runs the workload and returns the seconds it took.
    pub(crate) fn run(self, work: &Work) -> Outcome<f64> {
        // What one workload left to be done behind its back is not charged to the next.
        rustix::fs::sync();
        sleep(REST);
        if matches!(self, Self::Read | Self::RandomRead | Self::Walk | Self::ReadSmall | Self::Grep) {
            drop_caches()?;
        }
        match self {
            Self::Write => work.write(),
            Self::Read => work.read(),
            Self::RandomRead => work.random_read(),
            Self::RandomWrite => work.random_write(),
            Self::Create => work.create(),
            Self::Walk => work.walk(),
            Self::ReadSmall => work.read_small(),
            Self::Untar => work.untar(),
            Self::Grep => work.grep(),
            Self::Synced => work.synced(),
            Self::Sqlite => work.sqlite(),
            Self::Save => work.save(),
            Self::Remove => work.remove(),
        }
    }
}

impl Work {
    /// Prepares what is read from elsewhere. Another `seed` gives other bytes, so that nothing is found again.
    pub(crate) fn new(folder: &Path, seed: u64) -> Outcome<Self> {
        let tar = folder.parent().unwrap_or(folder).with_extension("tar");
        let work = Self { folder: folder.to_owned(), tar, seed };
        work.make_tar()?;
        Ok(work)
    }

    /// 256 MiB in pieces of 1 MiB, then fsync.
    fn write(&self) -> Outcome<f64> {
        let bytes = random(self.seed, BIG_BYTES);
        warm_memory();
        let start = Instant::now();
        let mut file = File::create(self.big())?;
        for block in bytes.chunks(BLOCK_BYTES) {
            file.write_all(block)?;
        }
        file.sync_all()?;
        drop(file);
        Ok(start.elapsed().as_secs_f64())
    }

    fn read(&self) -> Outcome<f64> {
        let mut block = vec![0; BLOCK_BYTES];
        let start = Instant::now();
        let mut file = File::open(self.big())?;
        while file.read(&mut block)? > 0 {}
        Ok(start.elapsed().as_secs_f64())
    }

    fn random_read(&self) -> Outcome<f64> {
        let mut numbers = Numbers(self.seed);
        let mut page = [0; PAGE_BYTES];
        let start = Instant::now();
        let file = File::open(self.big())?;
        for _ in 0..RANDOM_READS {
            file.read_exact_at(&mut page, some_page(&mut numbers))?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn random_write(&self) -> Outcome<f64> {
        let mut numbers = Numbers(self.seed + 1000);
        let bytes = random(self.seed + 1001, RANDOM_WRITES * PAGE_BYTES);
        let start = Instant::now();
        let file = OpenOptions::new().write(true).open(self.big())?;
        for page in bytes.chunks(PAGE_BYTES) {
            file.write_all_at(page, some_page(&mut numbers))?;
        }
        file.sync_all()?;
        drop(file);
        Ok(start.elapsed().as_secs_f64())
    }

    fn create(&self) -> Outcome<f64> {
        let bytes = random(self.seed + 2000, SMALL_FILES * PAGE_BYTES);
        let start = Instant::now();
        for folder in 0..SMALL_FOLDERS {
            fs::create_dir_all(self.small().join(folder.to_string()))?;
        }
        for (n, page) in bytes.chunks(PAGE_BYTES).enumerate() {
            fs::write(self.small().join(format!("{}/{n}", n % SMALL_FOLDERS)), page)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn walk(&self) -> Outcome<f64> {
        let start = Instant::now();
        let mut bytes = 0;
        for folder in fs::read_dir(self.small())? {
            for file in fs::read_dir(folder?.path())? {
                bytes += file?.metadata()?.len();
            }
        }
        let time = start.elapsed().as_secs_f64();
        expect(bytes == (SMALL_FILES * PAGE_BYTES) as u64, "sizes of the small files")?;
        Ok(time)
    }

    fn read_small(&self) -> Outcome<f64> {
        let start = Instant::now();
        let mut bytes = 0;
        for n in 0..SMALL_FILES {
            bytes += fs::read(self.small().join(format!("{}/{n}", n % SMALL_FOLDERS)))?.len();
        }
        let time = start.elapsed().as_secs_f64();
        expect(bytes == SMALL_FILES * PAGE_BYTES, "contents of the small files")?;
        Ok(time)
    }

    fn untar(&self) -> Outcome<f64> {
        fs::create_dir(self.tree())?;
        time(Command::new("tar").arg("-xf").arg(&self.tar).arg("-C").arg(self.tree()))
    }

    fn grep(&self) -> Outcome<f64> {
        // Exit code 1: not found, which is what is looked for.
        let mut grep = Command::new("grep");
        grep.args(["-r", "-F", "-c", "no such words"]).arg(self.tree()).stdout(Stdio::null());
        let start = Instant::now();
        let code = grep.status()?.code();
        expect(code == Some(1), "grep")?;
        Ok(start.elapsed().as_secs_f64())
    }

    fn synced(&self) -> Outcome<f64> {
        let bytes = random(self.seed + 3000, SYNCED_FILES * PAGE_BYTES);
        let folder = self.folder.join("synced");
        fs::create_dir(&folder)?;
        let start = Instant::now();
        for (n, page) in bytes.chunks(PAGE_BYTES).enumerate() {
            let mut file = File::create(folder.join(n.to_string()))?;
            file.write_all(page)?;
            file.sync_all()?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn sqlite(&self) -> Outcome<f64> {
        let db = rusqlite::Connection::open(self.folder.join("sqlite.db"))?;
        db.execute_batch("PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)")?;
        let bytes = random(self.seed + 4000, COMMITS * 100);
        let start = Instant::now();
        for body in bytes.chunks(100) {
            db.execute("INSERT INTO t (body) VALUES (?1)", [body])?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    /// As editors save: a new file beside, then renamed over.
    fn save(&self) -> Outcome<f64> {
        let bytes = random(self.seed + 5000, SAVES * PAGE_BYTES);
        let folder = self.folder.join("save");
        fs::create_dir(&folder)?;
        let start = Instant::now();
        for (n, page) in bytes.chunks(PAGE_BYTES).enumerate() {
            let new = folder.join("new");
            fs::write(&new, page)?;
            fs::rename(&new, folder.join((n % SAVED_NAMES).to_string()))?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn remove(&self) -> Outcome<f64> {
        let all: Vec<PathBuf> = fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<_>>()?;
        time(Command::new("rm").arg("-rf").args(all))
    }

    fn big(&self) -> PathBuf {
        self.folder.join("big")
    }

    fn small(&self) -> PathBuf {
        self.folder.join("small")
    }

    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// A tree of text, most files small, few large, as a tar file on the disk.
    fn make_tar(&self) -> Outcome<()> {
        let source = self.tar.with_extension("source");
        fs::create_dir_all(&source)?;
        let mut numbers = Numbers(self.seed + 6000);
        let weights: Vec<u64> = (0..TREE_FILES).map(|_| 1 + (1 << (numbers.draw() % 11))).collect();
        let sum: u64 = weights.iter().sum();
        for (n, weight) in weights.iter().enumerate() {
            let folder = source.join(format!("folder-{}", n % TREE_FOLDERS));
            fs::create_dir_all(&folder)?;
            let bytes = usize::try_from(TREE_BYTES as u64 * weight / sum)?;
            fs::write(folder.join(format!("file-{n}.txt")), text(&mut numbers, bytes))?;
        }
        time(Command::new("tar").arg("-cf").arg(&self.tar).arg("-C").arg(&source).arg("."))?;
        fs::remove_dir_all(&source)?;
        Ok(())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.tar);
    }
}

/// Where a random page of the big file starts.
fn some_page(numbers: &mut Numbers) -> u64 {
    numbers.draw() % (BIG_BYTES / PAGE_BYTES) as u64 * PAGE_BYTES as u64
}

fn text(numbers: &mut Numbers, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 16);
    while out.len() < bytes {
        let number = numbers.draw();
        out.extend_from_slice(format!("{:x}", number >> (number % 48)).as_bytes());
        out.push(if number.is_multiple_of(11) { b'\n' } else { b' ' });
    }
    out.truncate(bytes);
    out
}

fn time(command: &mut Command) -> Outcome<f64> {
    let start = Instant::now();
    let status = command.status()?;
    let seconds = start.elapsed().as_secs_f64();
    expect(status.success(), "a command")?;
    Ok(seconds)
}

/// Writes back and drops what the kernel keeps of files, names and attributes. Needs root.
fn drop_caches() -> Outcome<()> {
    rustix::fs::sync();
    fs::write("/proc/sys/vm/drop_caches", "3")?;
    Ok(())
}
