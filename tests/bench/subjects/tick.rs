//! Our subject of T1-T4: stamps first thing in each iteration, keeps the stamps in memory, and leaves
//! them in `BENCH_OUT` after the last one. Everything built in is on: statistics, signals, error guard.

mod clock;
mod series;

use daemon_core::prelude::*;
use std::time::Duration;

struct Ticks {
    wanted: usize,
    /// The first grid point, as the loop has it: where it began, not where the first tick did.
    origin: u64,
    stamps: Vec<u64>,
}

/// Stamps every iteration.
#[daemon(interval = every(), lock = "none")]
impl Ticks {
    #[setup]
    fn open() -> Self {
        let wanted = series::number("BENCH_TICKS", 1000);
        Self { wanted, origin: 0, stamps: series::room(wanted) }
    }

    #[execute]
    fn tick(&mut self, cx: &Context) {
        self.stamps.push(clock::now());
        if self.stamps.len() == 1 {
            self.origin = origin(cx).unwrap_or(self.stamps[0]);
        }
        if self.stamps.len() == self.wanted {
            cx.stop();
        }
    }

    #[on(shutdown)]
    fn close(&mut self) -> std::io::Result<()> {
        let origin = std::iter::once(self.origin);
        series::write(&origin.chain(self.stamps.iter().copied()).collect::<Vec<_>>())
    }
}

fn every() -> Duration {
    Duration::from_nanos(series::number("BENCH_INTERVAL_NS", 1_000_000))
}

/// The first iteration's place: one interval before the second is due.
fn origin(cx: &Context) -> Option<u64> {
    let (now, left) = (clock::now(), cx.time_left()?);
    let since = every().checked_sub(left)?;
    now.checked_sub(u64::try_from(since.as_nanos()).ok()?)
}

fn main() -> ExitCode {
    Ticks::main()
}
