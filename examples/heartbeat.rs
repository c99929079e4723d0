//! The smallest daemon: a beat every second and a half, at most one instance.
//!
//! `cargo run --example heartbeat`

use daemon_core::prelude::*;

#[derive(Default)]
struct Heartbeat {
    beats: u64,
}

/// Beats every second and a half.
#[daemon(name = "heartbeat", interval = "1.5s", lock = "file")]
impl Heartbeat {
    #[execute]
    fn beat(&mut self) {
        self.beats += 1;
        log::info!("beat {}", self.beats);
    }
}

fn main() -> ExitCode {
    Heartbeat::main()
}
