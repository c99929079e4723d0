//! Hooks that may take longer than the stop.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(deadline = "30s", stop_timeout = "20s")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
