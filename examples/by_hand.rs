//! The same daemon as `heartbeat`, without the macro: what `#[daemon]` writes is what you see here.
//!
//! `cargo run --example by_hand`

use daemon_core::prelude::*;

#[derive(Default)]
struct Heartbeat {
    beats: u64,
}

impl Heartbeat {
    fn beat(&mut self) {
        self.beats += 1;
        log::info!("beat {}", self.beats);
    }
}

impl Daemon for Heartbeat {
    fn declare(spec: &mut Spec<Self>) {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.about("Beats every second and a half.");
        spec.name("heartbeat");
        spec.interval(duration!("1.5s"));
        spec.lock(Lock::file());
        spec.setup(|_| Self::default());
        spec.execute(|daemon, _| daemon.beat());
    }
}

fn main() -> ExitCode {
    Heartbeat::main()
}
