//! A key set twice.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(lock = "file", interval = "1s", lock = "none")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
