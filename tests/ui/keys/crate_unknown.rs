//! A path at which there is nothing.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(crate = my_facade::daemon_core, lock = "file", interval = "1s")]
impl Beats {
    #[execute]
    fn beat(&mut self) {}

    #[on(signal = USR2)]
    fn dump(&self) {}
}

fn main() {}
