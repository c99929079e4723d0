//! A deadline that nobody can keep.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute(deadline = "0")]
    fn beat(&mut self) {}
}

fn main() {}
