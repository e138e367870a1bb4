//! Makes the kernel hand over dirty pages before a question is answered that depends on them.
//!
//! Under the writeback cache the kernel asks lseek for holes without writing back first. Invalidating a file writes
//! its pages back, but doing so inside a request deadlocks: so the question moves to a thread of its own. So does
//! whatever else the kernel must be told.

use std::ffi::OsString;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

use fuser::{INodeNo, Notifier};
use parking_lot::Mutex;

type Answer = Box<dyn FnOnce() + Send>;

/// What is asked of the thread.
enum Question {
    /// To answer once the kernel handed over the dirty pages of a file.
    AfterFlush(INodeNo, Answer),
    /// To have the kernel ask for the attributes again: they changed in a way that it does not expect.
    Attributes(INodeNo),
    /// To have the kernel forget the names that it listed in a folder, for who has it open too.
    Names(INodeNo),
    /// To have the kernel forget what a name leads to.
    Entry(INodeNo, OsString),
    /// To answer once all that was asked before is done.
    Done(Sender<()>),
}

/// Hands questions to the thread that flushes.
#[derive(Clone, Default)]
pub(super) struct Flusher {
    sender: Arc<OnceLock<Mutex<Sender<Question>>>>,
}

impl Flusher {
    /// Starts the thread, once the session is there to be notified.
    pub(super) fn start(&self, notifier: Notifier) -> io::Result<()> {
        let (sender, receiver) = channel();
        // A second start would find the first's sender in place, and its own thread would end at once.
        let _ = self.sender.set(Mutex::new(sender));
        std::thread::Builder::new().name("flush".into()).spawn(move || answer_all(&notifier, &receiver)).map(|_| ())
    }

    /// Has `answer` called once the kernel handed over the dirty pages of `ino`.
    pub(super) fn after_flush(&self, ino: INodeNo, answer: Answer) {
        self.ask(Question::AfterFlush(ino, answer));
    }

    /// Makes the kernel forget the attributes of `ino`, a moment later.
    pub(super) fn forget_attributes(&self, ino: INodeNo) {
        self.ask(Question::Attributes(ino));
    }

    /// Makes the kernel forget what it knows of a folder, a moment later.
    pub(super) fn forget_names(&self, ino: INodeNo) {
        self.ask(Question::Names(ino));
    }

    /// Makes the kernel forget what a name in a folder leads to, a moment later.
    pub(super) fn forget_entry(&self, folder: INodeNo, name: OsString) {
        self.ask(Question::Entry(folder, name));
    }

    /// Has the kernel hand over the dirty pages of a file, and waits for them. Not to be called from a request.
    pub(super) fn flush(&self, ino: INodeNo) {
        self.ask(Question::AfterFlush(ino, Box::new(|| {})));
        self.wait();
    }

    /// Waits until all that was asked is done, or nobody is there to do it any more. Not to be called from a request.
    pub(super) fn wait(&self) {
        let (done, wait) = channel();
        self.ask(Question::Done(done));
        let _ = wait.recv();
    }

    fn ask(&self, question: Question) {
        if let Some(sender) = self.sender.get() {
            // A failed send drops the answer, and its reply answers EIO by itself.
            let _ = sender.lock().send(question);
        }
    }
}

fn answer_all(notifier: &Notifier, questions: &Receiver<Question>) {
    while let Ok(question) = questions.recv() {
        // An inode that the kernel forgot meanwhile has neither dirty pages nor attributes.
        match question {
            Question::AfterFlush(ino, answer) => {
                let _ = notifier.inval_inode(ino, 0, 0);
                answer();
            }
            Question::Attributes(ino) => {
                let _ = notifier.inval_inode(ino, -1, 0);
            }
            Question::Names(ino) => {
                let _ = notifier.inval_inode(ino, 0, 0);
            }
            Question::Entry(folder, name) => {
                let _ = notifier.inval_entry(folder, &name);
            }
            Question::Done(done) => {
                let _ = done.send(());
            }
        }
    }
}
