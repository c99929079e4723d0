//! Our subject of the restart rows: stamps when a restart is decided, and when an image ticks for the first time; with an
//! interval at every tick, and once the place of the grid before them.

mod clock;

use daemon_core::prelude::*;
use std::io;

/// Marks a decision, as in `floor.h`.
const DECIDED: u64 = 1 << 63;
/// Says that signals may come, as in `floor.h`.
const READY: u64 = 0;

struct Restart {
    ticked: bool,
    interval: Duration,
}

/// Restarts whenever it is told to.
#[daemon(interval = every(), lock = "none")]
impl Restart {
    #[setup]
    fn open() -> Self {
        Self { ticked: false, interval: every() }
    }

    #[execute]
    fn tick(&mut self, cx: &Context) -> io::Result<()> {
        let now = clock::now();
        if self.interval.is_zero() {
            if !self.ticked {
                put(now)?;
                put(READY)?;
            }
            // A loop without an interval: not so hot that it holds up the trial.
            std::thread::sleep(Duration::from_millis(1));
        } else {
            if !self.ticked {
                put(origin(cx, now, self.interval).unwrap_or(now))?;
            }
            put(now)?;
        }
        self.ticked = true;
        Ok(())
    }

    #[on(shutdown)]
    fn decided(&mut self) -> io::Result<()> {
        put(clock::now() | DECIDED)
    }
}

fn every() -> Duration {
    let told = std::env::var("BENCH_INTERVAL_NS").ok().and_then(|text| text.parse().ok());
    Duration::from_nanos(told.unwrap_or(0))
}

/// Writes a number to the benchmark: to standard input, which outlives the exec.
fn put(value: u64) -> io::Result<()> {
    nix::unistd::write(io::stdin(), &value.to_ne_bytes())?;
    Ok(())
}

/// The place of this slot: one interval before the next one.
fn origin(cx: &Context, now: u64, interval: Duration) -> Option<u64> {
    let since = interval.checked_sub(cx.time_left()?)?;
    now.checked_sub(u64::try_from(since.as_nanos()).ok()?)
}

fn main() -> ExitCode {
    Restart::main()
}
