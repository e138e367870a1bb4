//! The side that answers, in the process that has the bag.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cartable_fs::bag::{DEEP, erasing};
use cartable_fs::check::Progress;
use rustix::fs::{FlockOperation, flock};
use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::{REQUEST_BYTES, Reply, Request, place};
use crate::exit::Failure;
use crate::passphrase::secret;
use crate::process::Process;

/// How often progress is told.
const PROGRESS_TIME: Duration = Duration::from_millis(100);

/// Answers until it is ended.
pub(crate) struct Listener {
    path: PathBuf,
    answering: Arc<Answering>,
    thread: JoinHandle<()>,
}

struct Answering {
    process: Arc<Process>,
    ending: AtomicBool,
}

impl Listener {
    /// Listens for the bag in `folder`.
    ///
    /// # Errors
    /// [`Failure::Busy`] when a process listens for it already.
    pub(crate) fn start(process: Arc<Process>, folder: &Path) -> Result<Self, Failure> {
        let path = place(folder)?;
        let failed = |error: io::Error| Failure::io("listening at", &path, &error);
        let listener = bind(&path).map_err(failed)?.ok_or_else(|| Failure::Busy { process: "?".into() })?;
        let answering = Arc::new(Answering { process, ending: AtomicBool::new(false) });
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
        drop(self.answering.process.change());
    }
}

/// Takes the place of a process that was killed; none when somebody listens. One at a time looks and takes.
fn bind(path: &Path) -> io::Result<Option<UnixListener>> {
    let folder = File::open(path.parent().unwrap_or(path))?;
    flock(&folder, FlockOperation::LockExclusive)?;
    if UnixStream::connect(path).is_ok() {
        return Ok(None);
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(Some(listener))
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
            let _ = std::thread::Builder::new().name("answer".into()).spawn(move || {
                // It may carry a passphrase, and open the bag with it.
                erasing::<DEEP, _>(|| answering.answer(stream));
            });
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
        let closes = matches!(request, Request::Close);
        let mut told = Instant::now();
        let mut show = |progress: Progress| {
            if told.elapsed() > PROGRESS_TIME {
                told = Instant::now();
                say(&stream, &Reply::Progress { done: progress.done, total: progress.total });
            }
        };
        let reply = self.reply(request, &stream, &mut show).unwrap_or_else(Reply::Failed);
        say(&stream, &reply);
        if matches!(reply, Reply::Heard) && closes {
            self.process.end();
        }
    }

    fn reply(&self, request: Request, stream: &UnixStream, show: &mut dyn FnMut(Progress)) -> Result<Reply, Failure> {
        match request {
            Request::Doors => Ok(Reply::Doors(self.process.doors())),
            Request::Work(task) => self.process.work(&task, show),
            Request::Open { by, wanted } => self.process.open_more(&secret(&by.0)?, &wanted).map(Reply::Doors),
            Request::Unmounting { drive } => {
                let Some(synced) = self.process.sync_drive(&drive.0) else { return Ok(Reply::Elsewhere) };
                // Before the answer: whoever hears it ends the drive.
                self.process.unmounting.add(stream);
                synced.map(|()| Reply::Heard)
            }
            Request::Close => {
                self.process.closing.add(stream);
                Ok(Reply::Heard)
            }
        }
    }
}

/// Says something to whoever still listens.
pub(super) fn say(mut stream: &UnixStream, reply: &Reply) {
    if let Ok(words) = serde_json::to_string(reply) {
        let _ = writeln!(stream, "{words}");
    }
}
