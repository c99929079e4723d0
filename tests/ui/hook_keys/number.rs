//! A deadline as a number.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = 5)]
    fn beat(&mut self) {}
}

fn main() {}
