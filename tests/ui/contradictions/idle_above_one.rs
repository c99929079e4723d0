//! A probability above one.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(idle = 1.5)]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
