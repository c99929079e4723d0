//! A jitter that is not below its interval.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "10s", jitter = "10s")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
