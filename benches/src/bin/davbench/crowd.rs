//! Many clients at once, each with a connection of its own: they write and read files of their own, each at its own pace.

use std::sync::Barrier;
use std::time::Instant;

use cartable_benches::numbers::random;
use cartable_benches::turn::{Outcome, expect};

use crate::work::Work;

/// How many clients.
pub(crate) const CLIENTS: usize = 64;

/// Each client writes `files` files of `bytes` bytes and reads each right after; the time is from the first that begins to the
/// last that ends, by their own clocks: who starts them may be the last to run.
pub(crate) fn crowd(work: &Work<'_>, folder: &str, files: usize, bytes: usize) -> Outcome<f64> {
    work.host.connect()?.ask("MKCOL", &format!("/{folder}/"), &[], b"", 201)?;
    let ready = Barrier::new(CLIENTS);
    let client = |number: usize| -> Outcome<(Instant, Instant)> {
        let contents = random(work.seed * 10_000 + number as u64, files * bytes);
        let connected = work.host.connect();
        ready.wait();
        let start = Instant::now();
        let mut client = connected?;
        for (n, file) in contents.chunks(bytes).enumerate() {
            let path = format!("/{folder}/{number}-{n}");
            client.ask("PUT", &path, &[], file, 201)?;
            let came = client.ask("GET", &path, &[], b"", 200)?;
            expect(came == bytes as u64, "the length of a file")?;
        }
        Ok((start, Instant::now()))
    };
    let client = &client;
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        clients.into_iter().map(|client| client.join().map_err(|_| "a client panicked")?).collect::<Outcome<_>>()
    })?;
    let start = times.iter().map(|(start, _)| *start).min().ok_or("no clients")?;
    let end = times.iter().map(|(_, end)| *end).max().ok_or("no clients")?;
    Ok((end - start).as_secs_f64())
}
