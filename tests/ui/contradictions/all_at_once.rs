//! Five contradictions in one block: five errors.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1us", idle = 2.0, restart = "1h", restart_jitter = "90m")]
impl Beats {
    #[execute(deadline = "1us")]
    fn beat(&mut self) {}

    #[cfg(unix)]
    #[every("200 years")]
    fn tidy(&mut self) {}

    #[cfg(not(unix))]
    #[every("300 years")]
    fn other(&mut self) {}
}

fn main() {}
