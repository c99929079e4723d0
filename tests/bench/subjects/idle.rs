//! Our subject of the start, stop, memory and idle rows: a daemon with an interval of ten seconds that
//! does nothing. With `BENCH_MODE=startup` it leaves as soon as standard input closes.

mod clock;
mod ready;

use daemon_core::prelude::*;
use std::io::{self, Read};

struct Idle;

/// Waits.
#[daemon(interval = "10s", lock = "none")]
impl Idle {
    #[setup]
    fn open() -> Self {
        Self
    }

    /// Arguments are parsed, signals and the log stand: the daemon is ready.
    #[on(init)]
    fn ready(&mut self, cx: &Context) -> io::Result<()> {
        ready::stamp()?;
        if std::env::var_os("BENCH_MODE").is_some_and(|mode| mode == "startup") {
            io::stdin().read_to_end(&mut Vec::new())?;
            cx.stop();
        }
        Ok(())
    }

    #[execute]
    fn nothing(&mut self) {}
}

fn main() -> ExitCode {
    if ready::stamp().is_err() {
        return ExitCode::from(64); // started by hand: there is nobody to stamp to
    }
    Idle::main()
}
