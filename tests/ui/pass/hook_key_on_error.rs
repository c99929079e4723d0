//! The key `on_error` of hooks.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(on_error = restart)]
impl Beats {
    const ANSWER: OnError = OnError::log();

    #[execute(on_error = log)]
    fn beat(&mut self) {}

    #[on(signal = USR2, on_error = "stop", deadline = "1s")]
    #[on(on_error = Self::ANSWER, idle)]
    fn dump(&self) {}

    #[every("10m", on_error = OnError::restart())]
    fn tidy(&mut self) {}
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
