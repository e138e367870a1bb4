//! A pupil's whole school time in one account: how long it takes to collect it, again, and to list what came, and how much memory.
//!
//! Started by hand: `cargo test --release -p cartable-tests --test school_large -- --ignored --nocapture`; files of 200 MB together, or
//! of 5 GiB with `CARTABLE_LONG` set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cartable_ent::account::{Account, Counts};
use cartable_ent::collect::typed;
use cartable_ent::collection::{Collection, Run};
use cartable_ent::connector::{Connector, Failure, Sink};
use cartable_ent::record::{
    AccountId, CourseFile, Homework, Lesson, LessonContent, Mark, Piece, Platform, Record, SchoolYear, Score, SourceId,
    TimetableEntry, TimetableState, Turnin,
};
use cartable_fs::Spaces;
use cartable_fs::fuse::{Drive, MountOptions};
use cartable_tests::school::{DAY, Satchel, TODAY, close, is_long, know};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use zeroize::Zeroizing;

/// Records without files: marks, lessons, homework, and places in the week.
const RECORDS: u32 = 50_000;
const FILES: u32 = 20_000;
/// School years, and subjects in each.
const YEARS: u32 = 7;
const SUBJECTS: u32 = 12;
/// Records that come in one answer.
const ANSWER: u32 = 50;
/// Parts in which a file comes: as long as those of HTTP.
const PART_BYTES: usize = 16 << 10;

/// Most that the process may have in memory, in KiB.
const MOST_MEMORY: u64 = 200 << 10;
/// Longest that a folder may take to be listed the first time; a build for debugging takes about ten times as long.
const LONGEST_LISTING: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1000 } else { 100 });

/// A platform that gives as much as a whole school time holds.
struct Many {
    file_bytes: usize,
}

impl Connector for Many {
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        for first in (0..RECORDS).step_by(ANSWER as usize) {
            let source =
                sink.source(format!("answer {first} {}", "word ".repeat(400)).as_bytes(), "application/json")?;
            for number in first..first + ANSWER {
                sink.piece(piece(number, source, record(number)))?;
            }
        }
        for number in 0..FILES {
            let key = format!("file/{number}");
            let file = match sink.has_file(&key, "1")? {
                Some(file) => file,
                None => self.file(sink, &key, number)?,
            };
            let answer = number / ANSWER;
            let source = sink.source(format!("files {answer}").as_bytes(), "application/json")?;
            let record = CourseFile {
                subject: subject(number),
                path: vec![format!("Chapitre {}", number / (YEARS * SUBJECTS) / 10)],
                name: format!("document {number}.bin"),
                bytes: self.file_bytes as u64,
                media_type: None,
                modified: None,
                file,
            };
            sink.piece(piece(number, source, Record::CourseFile(record)))?;
        }
        Ok(())
    }
}

impl Many {
    /// Bytes that are new in each file, and cheap to make.
    fn file(&self, sink: &mut dyn Sink, key: &str, number: u32) -> Result<SourceId, Failure> {
        assert_eq!(sink.begin_file(key, "1")?, 0);
        let mut left = self.file_bytes;
        let mut part = vec![0; PART_BYTES];
        let mut state = u64::from(number) + 1;
        while left > 0 {
            let length = left.min(PART_BYTES);
            for eight in part.chunks_exact_mut(8) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                eight.copy_from_slice(&state.to_le_bytes());
            }
            sink.file_bytes(key, &part[..length])?;
            left -= length;
        }
        sink.finish_file(key)
    }
}

fn subject(number: u32) -> String {
    format!("Mati\u{e8}re {}", number / YEARS % SUBJECTS + 1)
}

fn year(number: u32) -> SchoolYear {
    SchoolYear(2019 + i16::try_from(number % YEARS).unwrap())
}

fn day(number: u32) -> Date {
    date(year(number).0, 9, 1) + (i64::from(number / YEARS / 6 % 270)).days()
}

fn piece(number: u32, source: SourceId, record: Record) -> Piece {
    let key = format!("{number}");
    Piece {
        key,
        year: Some(year(number)),
        school: Some("Coll\u{e8}ge".into()),
        pupil: None,
        record,
        source,
        dropped: Vec::new(),
    }
}

fn record(number: u32) -> Record {
    let (subject, day) = (subject(number), day(number));
    let hour = i8::try_from(8 + number % 9).unwrap();
    match number % 4 {
        0 => Record::Mark(Mark {
            subject,
            label: format!("Contr\u{f4}le {number}"),
            date: Some(day),
            score: Score::Value("14.5".into()),
            out_of: Some("20".into()),
            period: None,
            coefficient: None,
            class_average: None,
            class_min: None,
            class_max: None,
            comment: None,
            bonus: false,
            optional: false,
        }),
        1 => Record::Lesson(Lesson {
            subject,
            start: day.at(hour, 0, 0, 0),
            end: Some(day.at(hour + 1, 0, 0, 0)),
            teachers: vec!["Mme Exemple".into()],
            contents: vec![LessonContent {
                title: Some(format!("S\u{e9}ance {number}")),
                category: None,
                html: format!("<p>{}</p>", "Le cours du jour. ".repeat(20)),
                attachments: Vec::new(),
            }],
        }),
        2 => Record::Homework(Homework {
            subject,
            due: day,
            given: None,
            html: format!("<p>Exercices {number} et suivants</p>"),
            done: false,
            turnin: Turnin::None,
            attachments: Vec::new(),
            handed_in: Vec::new(),
        }),
        _ => Record::TimetableEntry(TimetableEntry {
            subject,
            start: day.at(hour, 0, 0, 0),
            end: day.at(hour + 1, 0, 0, 0),
            teachers: vec!["M. Exemple".into()],
            rooms: vec!["B12".into()],
            groups: Vec::new(),
            state: TimetableState::Planned,
            memo: None,
        }),
    }
}

fn account() -> Account {
    Account {
        name: AccountId("tout".into()),
        platform: Platform::Moodle,
        url: "https://exemple.invalid".into(),
        uai: None,
        // A password would be changed for a token at once, and there is no server.
        secret: typed(Platform::Moodle, None, Zeroizing::new("x".into())),
        added: TODAY,
        last: None,
        silent_until: 0,
    }
}

/// Collects, and shows what came: what was counted, how many files of views were written, and how long both took.
fn collect(satchel: &Satchel, file_bytes: usize, now: i64) -> (Counts, u64, Duration, Duration) {
    let bag = satchel.open();
    know(&bag, &account());
    let collection = Collection::open(&bag).unwrap().unwrap();
    let began = Instant::now();
    let mut tell = |_: &str, _: u64, _: u64| {};
    let mut run = Run::begin(&collection, account(), now, &mut tell);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Many { file_bytes }.collect(&mut run)).unwrap();
    let (_, counts) = run.end();
    let collected = began.elapsed();
    let began = Instant::now();
    let written = collection.show(&mut |_, _| {}).unwrap();
    let shown = began.elapsed();
    drop(collection);
    close(bag);
    (counts, written.written, collected, shown)
}

/// The most memory that this process had at any time, in KiB.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What listing folders took.
#[derive(Debug, Default)]
struct Lists {
    folders: u64,
    files: u64,
    longest: Duration,
    /// The folder that took longest, and how much lies in it.
    slowest: (PathBuf, usize),
}

/// Lists a folder and those below.
fn list(folder: &Path, lists: &mut Lists) {
    let began = Instant::now();
    let entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    let took = began.elapsed();
    lists.folders += 1;
    if took > lists.longest {
        (lists.longest, lists.slowest) = (took, (folder.to_owned(), entries.len()));
    }
    for entry in entries {
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), lists);
        } else {
            lists.files += 1;
        }
    }
}

fn list_cold(satchel: &Satchel) -> Lists {
    let drive = satchel.home().join("drive");
    fs::create_dir(&drive).unwrap();
    let bag = Arc::new(satchel.open());
    let (home, access) = (bag.open_home().unwrap(), bag.access().unwrap());
    let options = MountOptions { source: "large".into(), ..MountOptions::default() };
    let mut mounted = Drive::mount(Spaces::new(Arc::clone(&bag), home, access), &drive, &options).unwrap();
    let (mut unmounter, serving) = (mounted.unmounter(), std::thread::spawn(move || mounted.serve()));
    // The first look at the drive opens the space that the views are in, and compares it with what this device remembers of it.
    let began = Instant::now();
    let views: Vec<_> = fs::read_dir(&drive).unwrap().map(|entry| entry.unwrap().path()).collect();
    println!("the drive itself: {:?}", began.elapsed());
    let mut lists = Lists::default();
    views.iter().for_each(|view| list(view, &mut lists));
    unmounter.unmount().unwrap();
    serving.join().unwrap().unwrap();
    lists
}

#[test]
#[ignore = "takes minutes"]
fn a_whole_school_time_fits() {
    let all_bytes: usize = if is_long() { 5 << 30 } else { 200 << 20 };
    let file_bytes = all_bytes / FILES as usize;
    let satchel = Satchel::new();
    let (first, written, collected, shown) = collect(&satchel, file_bytes, TODAY);
    println!("first: {first:?}, {collected:?}; {written} files of views, {shown:?}; {} KiB", most_memory());
    assert_eq!((first.new, first.files), (u64::from(RECORDS + FILES), u64::from(FILES)));
    let (again, written, collected, shown) = collect(&satchel, file_bytes, TODAY + DAY);
    println!("again: {again:?}, {collected:?}; {written} files of views, {shown:?}; {} KiB", most_memory());
    assert_eq!((again.new, again.changed, again.files, written), (0, 0, 0, 0));
    let lists = list_cold(&satchel);
    println!("{lists:?}; {} KiB", most_memory());
    assert!(lists.longest < LONGEST_LISTING, "{lists:?}");
    assert!(most_memory() < MOST_MEMORY, "{} KiB", most_memory());
}
