//! Iterates without an interval, unless the command line gives one, `COUNT` times, and reports what that cost. `HOLD`:
//! each iteration lasts that many nanoseconds.

use daemon_core::prelude::*;
use daemon_tests::{asked, proc};

#[derive(Default)]
struct Free {
    iterations: u64,
    idles: u64,
    errors: u64,
    began: u64,
    /// Memory and voluntary switches after the first tenth.
    warm: (u64, u64),
}

impl Free {
    fn iterate(&mut self, cx: &Context) {
        let count = asked("COUNT").unwrap_or(1000);
        let now = cx.now().mono.0;
        if self.iterations == count / 10 {
            (self.began, self.warm) = (now, usage());
        }
        if let Some(hold) = asked::<u64>("HOLD") {
            while cx.now().mono.0 < now + hold {
                std::hint::spin_loop();
            }
        }
        self.iterations += 1;
        if self.iterations == count {
            self.report(cx);
            cx.stop();
        }
    }

    fn report(&self, cx: &Context) {
        let (memory, switches) = usage();
        log::info!(
            "iterations={} idles={} errors={} nanos={} grown_kb={} switches={} uptime={} stats={}",
            self.iterations,
            self.idles,
            self.errors,
            cx.now().mono.0 - self.began,
            memory.saturating_sub(self.warm.0),
            switches - self.warm.1,
            cx.stats().uptime.as_nanos(),
            cx.stats().iterations,
        );
    }
}

/// Resident memory in kB, and how often the process went to sleep.
fn usage() -> (u64, u64) {
    let me = std::process::id();
    let field = |name: &str| {
        let text = proc::status(me, name);
        text.trim_end_matches(" kB").parse().unwrap_or(0)
    };
    (field("VmRSS"), field("voluntary_ctxt_switches"))
}

impl Daemon for Free {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("time-free", env!("CARGO_PKG_VERSION"));
        spec.setup(|_| Self::default());
        spec.execute(Self::iterate);
        spec.on(Event::idle(), |daemon, _| daemon.idles += 1);
        spec.on(Event::error(), |daemon, _| daemon.errors += 1);
    }
}

fn main() -> ExitCode {
    Free::main()
}
