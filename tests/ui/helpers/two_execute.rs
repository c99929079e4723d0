//! Two iterations.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat(&mut self) {}

    #[execute]
    fn beat_again(&mut self) {}
}

fn main() {}
