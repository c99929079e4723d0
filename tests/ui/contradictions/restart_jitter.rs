//! A jitter that is not below what it is for.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(restart = "12h", restart_jitter = "1d")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
