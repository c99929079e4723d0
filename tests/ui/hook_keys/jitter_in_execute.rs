//! A key of timers on the main job.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(jitter = "1s")]
    fn beat(&mut self) {}
}

fn main() {}
