//! Signals that end the process.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use super::Event;
use crate::exit::Failure;

/// The thread that turns a signal into the end.
pub(super) struct Watching {
    handle: Handle,
    thread: JoinHandle<()>,
}

/// Starts it.
pub(super) fn watch(bag: &Path, tell: Sender<Event>) -> Result<Watching, Failure> {
    let failed = |error: std::io::Error| Failure::io("watching signals for", bag, &error);
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(failed)?;
    let handle = signals.handle();
    let thread = std::thread::Builder::new().name("signals".into()).spawn(move || {
        if signals.forever().next().is_some() {
            let _ = tell.send(Event::End);
        }
    });
    Ok(Watching { handle, thread: thread.map_err(failed)? })
}

impl Watching {
    /// Watches no more.
    pub(super) fn end(self) {
        self.handle.close();
        let _ = self.thread.join();
    }
}
