//! Two timers and a main job that blocks until both are due.

use daemon_core::prelude::*;
use daemon_tests::grid::until;

struct Timers;

impl Timers {
    fn job(&mut self, cx: &Context) {
        log::info!("ran job in thread {:?}", std::thread::current().id());
        let start = cx.now().mono.plus(duration!("45ms"));
        until(cx, start.0);
    }
}

fn say(what: &str) {
    log::info!("ran {what} in thread {:?}", std::thread::current().id());
}

impl Daemon for Timers {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("time-timers", env!("CARGO_PKG_VERSION"));
        spec.interval(duration!("1h"));
        spec.setup(|_| Self);
        spec.every(duration!("40ms"), |_, _| say("slow"));
        spec.every(duration!("20ms"), |_, _| say("quick"));
        spec.execute(Self::job);
    }
}

fn main() -> ExitCode {
    Timers::main()
}
