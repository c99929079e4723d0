//! Logs one record an iteration: `RECORDS` of them, or without end, each of `SIZE` bytes. `COUNTER` names a file that
//! always holds how many there were; beside it, with the ending `.framework`, stands at the end how many records the
//! framework itself has logged.

use std::fs::File;
use std::path::PathBuf;

use daemon_core::prelude::*;
use daemon_tests::{asked, loose};

struct Writer {
    counter: Option<File>,
    size: usize,
    records: u64,
}

impl Writer {
    fn new() -> Result<Self> {
        let counter = asked::<String>("COUNTER").map(File::create).transpose()?;
        let size = asked("SIZE").unwrap_or(60);
        Ok(Self { counter, size, records: 0 })
    }

    fn write(&mut self, cx: &Context) -> Result<()> {
        let number = self.records;
        log::info!("{}", daemon_tests::record::sample(number, self.size));
        log::debug!("debug {number}");
        self.records += 1;
        if let Some(counter) = &self.counter {
            loose::keep(counter, self.records)?;
        }
        if asked("RECORDS") == Some(self.records) {
            cx.stop();
        }
        Ok(())
    }
}

impl Daemon for Writer {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("log-writer", env!("CARGO_PKG_VERSION"));
        spec.setup(|_| Self::new());
        spec.execute(Self::write);
        spec.on(Event::shutdown(), |_, cx| -> Result<()> {
            if let Some(counter) = asked::<PathBuf>("COUNTER") {
                // That it started, that it stops, and one for each overrun.
                loose::keep(&File::create(counter.with_extension("framework"))?, 2 + cx.stats().overruns)?;
            }
            Ok(())
        });
    }
}

fn main() -> ExitCode {
    Writer::main()
}
