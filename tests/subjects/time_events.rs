//! Has nothing to execute: a timer far away, and a signal.

use daemon_core::prelude::*;

struct Events;

impl Daemon for Events {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("time-events", env!("CARGO_PKG_VERSION"));
        spec.setup(|_| Self);
        spec.every(duration!("1h"), |_, _| log::info!("an hour"));
        spec.on(Signal::USR2, |_, _| log::info!("heard"));
    }
}

fn main() -> ExitCode {
    Events::main()
}
