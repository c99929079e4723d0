//! Queues calls that each write their number down, and goes on over restarts in place.
//!
//! `JOURNAL` names the file; the first image makes `CALLS` calls, in `init`. One process per pool, so that the order of a pool
//! can be seen. On USR2 the daemon says how many calls still wait.

use std::fs::OpenOptions;
use std::io::Write;

use daemon_core::prelude::*;
use daemon_tests::asked;

#[derive(Default)]
struct Journal;

impl Journal {
    /// One write, so that no line is torn; then a little time, so that there is always one under way.
    fn note(number: u64) -> Result<u64> {
        let path = asked::<String>("JOURNAL").ok_or("JOURNAL must name a file")?;
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(format!("{number}\n").as_bytes())?;
        std::thread::sleep(Duration::from_micros(200));
        Ok(number)
    }

    fn fill(&mut self, cx: &Context) -> Result<()> {
        // Only once in a life: what waits comes from the image before.
        if cx.stats().restarts == 0 {
            for number in 0..asked::<u64>("CALLS").unwrap_or(0) {
                cx.call(Self::note, (number,))?;
            }
        }
        Ok(())
    }

    fn say(&mut self, cx: &Context) {
        let view = cx.pool(Self::note);
        log::info!("waiting {}", view.map_or(0, |view| view.buffered + view.running));
    }
}

impl Daemon for Journal {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("journal", env!("CARGO_PKG_VERSION"));
        spec.setup(|_| Self);
        spec.worker(Self::note).queue(1_000_000);
        spec.on(Event::init(), Self::fill);
        spec.on(Signal::USR2, Self::say);
        spec.returned(Self::note, |_, _, _, number| {
            if Some(number + 1) == asked::<u64>("CALLS") {
                log::info!("the last of {} is back", number + 1);
            }
        });
    }
}

fn main() -> ExitCode {
    Journal::main()
}
