//! A deadline longer than a century.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = "9000w")]
    fn beat(&mut self) {}
}

fn main() {}
