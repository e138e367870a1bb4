//! The side that answers, in the process behind a drive.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cartable_fs::bag::Bag;
use cartable_fs::check::Progress;
use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::{REQUEST_BYTES, place};
use crate::exit::Failure;
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
    ending: AtomicBool,
    /// Held by what changes the bag: the end waits for it.
    changing: Mutex<()>,
}

impl Listener {
    /// Listens for a bag that is open here.
    pub(crate) fn start(bag: Arc<Bag>) -> Result<Self, Failure> {
        let path = place(&bag.id().to_string())?;
        let failed = |error: io::Error| Failure::io("listening at", &path, &error);
        // The bag's lock is ours: a socket that is there was left by a process that was killed.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(failed)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let answering = Arc::new(Answering { bag, ending: AtomicBool::new(false), changing: Mutex::new(()) });
        let thread = std::thread::Builder::new().name("listen".into()).spawn({
            let answering = Arc::clone(&answering);
            move || answering.listen(&listener)
        });
        let thread = thread.map_err(failed)?;
        Ok(Self { path, answering, thread })
    }

    /// Answers nobody any more, and waits for what changes the bag. A check under way is left without an answer.
    pub(crate) fn end(self) {
        self.answering.ending.store(true, Ordering::SeqCst);
        // Wakes the thread from waiting for a connection.
        let woken = UnixStream::connect(&self.path).is_ok();
        let _ = fs::remove_file(&self.path);
        if woken {
            let _ = self.thread.join();
        }
        drop(self.answering.changing.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Answering {
    fn listen(self: &Arc<Self>, listener: &UnixListener) {
        for stream in listener.incoming() {
            if self.ending.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            let answering = Arc::clone(self);
            // A connection that gets no thread is closed, and its command says so.
            let _ = std::thread::Builder::new().name("answer".into()).spawn(move || answering.answer(&stream));
        }
    }

    fn answer(&self, stream: &UnixStream) {
        if !socket_peercred(stream).is_ok_and(|peer| peer.uid == geteuid()) {
            return;
        }
        let mut line = Zeroizing::new(String::with_capacity(REQUEST_BYTES));
        let read = BufReader::new(stream.take(REQUEST_BYTES as u64)).read_line(&mut line);
        let Some(request) = read.ok().and_then(|_| serde_json::from_str(&line).ok()) else { return };
        let mut told = Instant::now();
        let mut show = |progress: Progress| {
            if told.elapsed() > PROGRESS_TIME {
                told = Instant::now();
                say(stream, &Reply::Progress { done: progress.done, total: progress.total });
            }
        };
        let reply = self.done(&request, &mut show).unwrap_or_else(Reply::Failed);
        say(stream, &reply);
    }

    fn done(&self, request: &Request, show: &mut dyn FnMut(Progress)) -> Result<Reply, Failure> {
        if matches!(request, Request::Check | Request::Slots { .. }) {
            return work::done(&self.bag, request, show);
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
