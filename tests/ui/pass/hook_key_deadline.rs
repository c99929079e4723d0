//! The key `deadline` of hooks.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1s")]
impl Beats {
    const LONG: Duration = Duration::from_secs(60);

    #[execute(deadline = "500ms")]
    fn beat(&mut self) {}

    #[on(signal = USR2, deadline = Self::LONG)]
    #[on(idle, deadline = duration!("1s"))]
    fn dump(&self) {}

    #[every("10m", deadline = "1m 30s")]
    fn tidy(&mut self) {}
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
