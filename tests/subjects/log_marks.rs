//! Names its log file by a function that counts how often it was asked, in the directory `DIRECTORY`.

mod past_faketime;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use daemon_core::prelude::*;
use daemon_tests::asked;

static ASKED: AtomicUsize = AtomicUsize::new(0);

struct Marks {
    ticks: u64,
}

impl Marks {
    /// Logs as well, as an author's function may.
    fn log_file() -> PathBuf {
        let number = ASKED.fetch_add(1, Ordering::Relaxed) + 1;
        log::info!("asked {number}");
        let directory: PathBuf = asked("DIRECTORY").unwrap_or_default();
        directory.join(format!("log-{number}"))
    }
}

impl Daemon for Marks {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("log-marks", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("5ms"));
        spec.log(Self::log_file);
        spec.setup(|_| Self { ticks: 0 });
        spec.execute(|daemon, _| {
            daemon.ticks += 1;
            log::info!("tick {}", daemon.ticks);
        });
    }
}

fn main() -> ExitCode {
    Marks::main()
}
