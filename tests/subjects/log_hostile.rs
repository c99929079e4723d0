//! Logs `RECORDS` messages that try to look like something else, from `SEED` on, each numbered at its beginning.

use daemon_core::prelude::*;
use daemon_tests::asked;
use daemon_tests::hostile::Hostile;

struct Source {
    hostile: Hostile,
    written: u64,
}

impl Source {
    fn write(&mut self, cx: &Context) {
        let text = self.hostile.message();
        let level = self.hostile.level();
        let label = self.hostile.label();
        log::log!(target: &label, level, "<{}> {text}", self.written);
        self.written += 1;
        if asked("RECORDS") == Some(self.written) {
            cx.stop();
        }
    }
}

impl Daemon for Source {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("log-hostile", env!("CARGO_PKG_VERSION"));
        spec.setup(|_| Self { hostile: Hostile::new(asked("SEED").unwrap_or(1)), written: 0 });
        spec.execute(Self::write);
    }
}

fn main() -> ExitCode {
    Source::main()
}
