//! A stop that nobody can keep.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(stop_timeout = "9ms")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
