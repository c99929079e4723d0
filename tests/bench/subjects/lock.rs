//! Our subject of L1: takes the core's file lock and gives it back, as often as `BENCH_CALLS` says, and
//! leaves the durations in `BENCH_OUT`.

mod clock;
mod series;

use daemon_core::lock::file::FileLock;
use daemon_core::lock::{Acquired, Identity, Name, Provider};
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let path = std::env::var_os("BENCH_LOCK").ok_or_else(|| io::Error::other("BENCH_LOCK is not set"))?;
    let calls = series::number("BENCH_CALLS", 20_000);
    let mut lock = lock(path.as_ref())?;
    let mut durations = series::room(calls);
    for _ in 0..calls {
        let from = clock::now();
        let taken = lock.acquire();
        lock.release();
        durations.push(clock::now() - from);
        if !matches!(taken, Acquired::Held(_)) {
            return Err(io::Error::other("the lock was not had"));
        }
    }
    series::write(&durations)
}

/// What `lock = path("…")` declares.
fn lock(path: &Path) -> io::Result<FileLock> {
    let name = Name::new("bench").map_err(|error| io::Error::other(error.to_string()))?;
    Ok(FileLock::new(path.to_path_buf(), Identity::new(name)))
}
