//! Many clients at once, each with a connection of its own: they write and read files of their own, each at its own pace.

use std::sync::Barrier;
use std::time::Instant;

use cartable_benches::numbers::random;
use cartable_benches::turn::{Outcome, expect};

use crate::work::Work;

/// How many clients.
pub(crate) const CLIENTS: usize = 64;

/// Each client writes `files` files of `bytes` bytes and reads each right after; the time is that of the last one.
pub(crate) fn crowd(work: &Work<'_>, folder: &str, files: usize, bytes: usize) -> Outcome<f64> {
    work.host.connect()?.ask("MKCOL", &format!("/{folder}/"), &[], b"", 201)?;
    let ready = Barrier::new(CLIENTS + 1);
    let client = |number: usize| -> Outcome<()> {
        let contents = random(work.seed * 10_000 + number as u64, files * bytes);
        let connected = work.host.connect();
        ready.wait();
        let mut client = connected?;
        for (n, file) in contents.chunks(bytes).enumerate() {
            let path = format!("/{folder}/{number}-{n}");
            client.ask("PUT", &path, &[], file, 201)?;
            let came = client.ask("GET", &path, &[], b"", 200)?;
            expect(came == bytes as u64, "the length of a file")?;
        }
        Ok(())
    };
    let client = &client;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        ready.wait();
        let start = Instant::now();
        for client in clients {
            client.join().map_err(|_| "a client panicked")??;
        }
        Ok(start.elapsed().as_secs_f64())
    })
}
