//! A restart every second.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(restart = "1s")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
