//! The key `jitter` of timers.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[every("10m", jitter = "1m")]
    #[every("1h", deadline = "1m", jitter = duration!("30m"), on_error = log)]
    fn tidy(&mut self) {}
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
