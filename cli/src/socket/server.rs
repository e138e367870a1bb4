//! The side that answers, in the process behind a drive.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cartable_fs::bag::Bag;
use cartable_fs::check::Progress;
use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::{REQUEST_BYTES, place, word_of};
use crate::exit::Failure;
use crate::passphrase::Word;
use crate::work::{self, Reply, Request};

/// How often progress is told.
const PROGRESS_TIME: Duration = Duration::from_millis(100);

/// Answers until it is ended.
pub(crate) struct Listener {
    path: PathBuf,
    answering: Arc<Answering>,
    thread: JoinHandle<()>,
}

struct Answering {
    bag: Arc<Bag>,
    drive: Word,
    ending: AtomicBool,
    /// Held by what changes the bag: the end waits for it.
    changing: Mutex<()>,
    /// Who wants to hear how it ended.
    farewells: Mutex<Vec<UnixStream>>,
}

/// Those who want to hear how it ended.
pub(crate) struct Farewells(Vec<UnixStream>);

impl Farewells {
    /// Tells them.
    pub(crate) fn tell(&self, ended: &Result<(), Failure>) {
        let reply = ended.clone().map_or_else(Reply::Failed, |()| Reply::Done);
        self.0.iter().for_each(|stream| say(stream, &reply));
    }
}

impl Listener {
    /// Listens for a bag that is open here, with a drive at `drive`.
    pub(crate) fn start(bag: Arc<Bag>, drive: &Path) -> Result<Self, Failure> {
        let path = place(bag.folder())?;
        let drive = word_of(drive);
        let failed = |error: io::Error| Failure::io("listening at", &path, &error);
        // The bag's lock is ours: a socket that is there was left by a process that was killed.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(failed)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let answering = Arc::new(Answering {
            bag,
            drive,
            ending: AtomicBool::new(false),
            changing: Mutex::new(()),
            farewells: Mutex::default(),
        });
        let thread = std::thread::Builder::new().name("listen".into()).spawn({
            let answering = Arc::clone(&answering);
            move || answering.listen(&listener)
        });
        let thread = thread.map_err(failed)?;
        Ok(Self { path, answering, thread })
    }

    /// Answers nobody any more, and waits for what changes the bag. A check under way is left without an answer.
    pub(crate) fn end(self) -> Farewells {
        self.answering.ending.store(true, Ordering::SeqCst);
        // Wakes the thread from waiting for a connection.
        let woken = UnixStream::connect(&self.path).is_ok();
        let _ = fs::remove_file(&self.path);
        if woken {
            let _ = self.thread.join();
        }
        drop(self.answering.changing.lock().unwrap_or_else(PoisonError::into_inner));
        Farewells(std::mem::take(&mut *self.answering.farewells.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Answering {
    fn listen(self: &Arc<Self>, listener: &UnixListener) {
        for stream in listener.incoming() {
            if self.ending.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else {
                std::thread::sleep(PROGRESS_TIME);
                continue;
            };
            let answering = Arc::clone(self);
            // A connection that gets no thread is closed, and its command says so.
            let _ = std::thread::Builder::new().name("answer".into()).spawn(move || answering.answer(stream));
        }
    }

    fn answer(&self, stream: UnixStream) {
        if !socket_peercred(&stream).is_ok_and(|peer| peer.uid == geteuid()) {
            return;
        }
        let mut line = Zeroizing::new(String::with_capacity(REQUEST_BYTES));
        let read = BufReader::new((&stream).take(REQUEST_BYTES as u64)).read_line(&mut line);
        let Some(request) = read.ok().and_then(|_| serde_json::from_str(&line).ok()) else { return };
        // Whoever asks waits only for one who listens.
        say(&stream, &Reply::Progress { done: 0, total: 0 });
        let mut told = Instant::now();
        let mut show = |progress: Progress| {
            if told.elapsed() > PROGRESS_TIME {
                told = Instant::now();
                say(&stream, &Reply::Progress { done: progress.done, total: progress.total });
            }
        };
        let reply = self.done(&request, &mut show).unwrap_or_else(Reply::Failed);
        let stays = matches!(request, Request::Farewell { .. }) && !matches!(reply, Reply::Elsewhere);
        // Before the answer: whoever hears it ends the drive.
        if stays && let Ok(stream) = stream.try_clone() {
            self.farewells.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
        }
        say(&stream, &reply);
    }

    fn done(&self, request: &Request, show: &mut dyn FnMut(Progress)) -> Result<Reply, Failure> {
        match request {
            Request::Check | Request::Slots { .. } => return work::done(&self.bag, request, show),
            Request::Drive => return Ok(Reply::Drive { folder: self.drive.clone() }),
            Request::Farewell { drive } if drive.0 != self.drive.0 => return Ok(Reply::Elsewhere),
            Request::Farewell { .. } => {
                self.bag.open_home()?.sync_all(&self.bag.access()?)?;
                return Ok(Reply::Done);
            }
            _ => {}
        }
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ending.load(Ordering::SeqCst) {
            return Err(Failure::Other { what: "the drive is being closed".into() });
        }
        work::done(&self.bag, request, show)
    }
}

/// Says something to whoever still listens.
fn say(mut stream: &UnixStream, reply: &Reply) {
    if let Ok(words) = serde_json::to_string(reply) {
        let _ = writeln!(stream, "{words}");
    }
}
