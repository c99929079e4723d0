//! A hook that may take longer than the stop.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(stop_timeout = "20s")]
impl Beats {
    #[every("10m", deadline = "30s")]
    fn tidy(&mut self) {}
}

fn main() {}
